import DMS
import ObjectStorage
import Parquet
import Time

/// Reads what `inspect` tells of an object, with as few bytes as that takes: a small object in one request, of a
/// larger one its end, and then the two columns that say what was done and when, unless statistics say it.
struct ObjectInspector: Sendable {
  let store: any ObjectStore
  /// The timestamp column's name; nil where it is to be told from the schema.
  var timestampColumn: String?

  /// An object of at most so many bytes is read whole.
  private static let wholeSize: Int64 = 4 << 20

  /// Reads the object; what is wrong with it stands in the result's `error`.
  ///
  /// Throws `StorageError` where the bucket is out of reach.
  func inspect(_ object: ListedObject) async throws -> InspectedObject {
    var inspected = InspectedObject(object)
    guard !object.key.hasSuffix(".csv"), !object.key.hasSuffix(".csv.gz") else {
      inspected.error = InspectionError(unsupported: "it is CSV; `inspect` reads Parquet")
      return inspected
    }
    var bytes = ObjectPart(store: store, object: object)
    do {
      try await read(&bytes, object, into: &inspected)
    } catch let error as ParquetError {
      inspected.error = InspectionError(error)
    } catch let error as StorageError where error.isAboutObject {
      inspected.error = InspectionError(error)
    }
    (inspected.requests, inspected.bytesRead) = (bytes.requests, bytes.bytesRead)
    return inspected
  }

  private func read(
    _ bytes: inout ObjectPart, _ object: ListedObject, into inspected: inout InspectedObject
  ) async throws {
    let metadata = try await metadata(&bytes, object)
    inspected.rows = metadata.rowCount
    inspected.rowGroups = metadata.rowGroups.map { .init(rows: $0.rowCount, bytes: $0.totalByteSize) }
    inspected.columns = metadata.schema.leaves.enumerated().map { index, column in
      .init(column, metadata.rowGroups.map { $0.columns[index] })
    }
    inspected.createdBy = metadata.createdBy
    inspected.formatVersion = metadata.version
    inspected.footerBytes = metadata.footerByteCount
    let chunks = ChunkReading(metadata: metadata, object: object)
    inspected.opCounts = try await opCounts(&bytes, chunks)
    if let times = try await commitTimes(&bytes, chunks) {
      inspected.commitTimes = .init(
        column: times.column, earliest: times.earliest.description, latest: times.latest.description)
      if inspected.kind == "changes" {
        inspected.lagSeconds = .init(
          min: (object.lastModified - times.latest).inSeconds,
          max: (object.lastModified - times.earliest).inSeconds)
      }
    }
  }

  private func metadata(_ bytes: inout ObjectPart, _ object: ListedObject) async throws -> FileMetadata {
    let decoder = FooterDecoder(fileSize: object.size, file: object.key)
    var tail =
      object.size <= Self.wholeSize
      ? 0..<object.size : object.size - Int64(FooterDecoder.suggestedTailByteCount)..<object.size
    while true {
      switch try decoder.decode(tail: try await bytes.read(tail)) {
      case .metadata(let metadata): return metadata
      case .needs(let range): tail = range
      }
    }
  }

  private func opCounts(
    _ bytes: inout ObjectPart, _ chunks: ChunkReading
  ) async throws -> InspectedObject.OpCounts? {
    guard let index = chunks.metadata.schema.leafIndex(named: ChangeOperation.columnName),
      chunks.metadata.schema.leaves[index].physicalType == .byteArray,
      chunks.metadata.schema.leaves[index].maxRepetitionLevel == 0
    else { return nil }
    var counts = ValueCounts()
    for (number, rowGroup) in chunks.metadata.rowGroups.enumerated() {
      let chunk = rowGroup.columns[index]
      if let proven = ValueCounts.proven(by: chunk) {
        counts.add(proven)
      } else {
        let part = try await bytes.read(chunk.byteRange)
        counts.add(
          try ValueCounter.counts(
            of: chunk, column: chunks.metadata.schema.leaves[index], bytes: part,
            at: chunk.byteRange.lowerBound, rowGroup: number, file: chunks.object.key))
      }
    }
    let known = counts["I"] + counts["U"] + counts["D"]
    return .init(
      inserts: counts["I"], updates: counts["U"], deletes: counts["D"], null: counts.nullCount,
      other: counts.total - counts.nullCount - known)
  }

  private func commitTimes(
    _ bytes: inout ObjectPart, _ chunks: ChunkReading
  ) async throws -> (column: String, earliest: Timestamp, latest: Timestamp)? {
    guard let index = chunks.timestampColumn(named: timestampColumn) else { return nil }
    let column = chunks.metadata.schema.leaves[index]
    var times: (earliest: Timestamp, latest: Timestamp)?
    for (number, rowGroup) in chunks.metadata.rowGroups.enumerated() {
      let chunk = rowGroup.columns[index]
      var found = chunks.bounds(chunk)
      if found.isEmpty {
        let part = try await bytes.read(chunk.byteRange)
        var reader = ColumnChunkReader(chunk, column: column, rowGroup: number, file: chunks.object.key)
        reader.supply(part, at: chunk.byteRange.lowerBound)
        // In parts: few bytes can stand for very many rows.
        while case .values(let values) = try reader.next(upTo: 10_000) {
          found += (0..<values.count).compactMap { values.string($0).flatMap { Timestamp($0) } }
          if let least = found.min(), let greatest = found.max() { found = [least, greatest] }
        }
      }
      for time in found {
        times = (min(times?.earliest ?? time, time), max(times?.latest ?? time, time))
      }
    }
    return times.map { (column.name, $0.earliest, $0.latest) }
  }
}

/// A file's metadata with the object that it is of.
struct ChunkReading {
  let metadata: FileMetadata
  let object: ListedObject

  /// The leaf that holds DMS's timestamps: the named one, or a required text among the first two that is not Op.
  func timestampColumn(named name: String?) -> Int? {
    let leaves = metadata.schema.leaves
    if let name {
      return metadata.schema.leafIndex(named: name).flatMap {
        leaves[$0].physicalType == .byteArray ? $0 : nil
      }
    }
    return leaves.indices.prefix(2).first { index in
      leaves[index].physicalType == .byteArray && leaves[index].repetition == .required
        && leaves[index].name != ChangeOperation.columnName
    }
  }

  /// The least and the greatest time of a chunk where its statistics give both exactly; else nothing.
  ///
  /// The text's order is that of time, as DMS writes years of four digits.
  func bounds(_ chunk: ColumnChunkMetadata) -> [Timestamp] {
    guard let statistics = chunk.statistics, !statistics.isDeprecatedOrder,
      statistics.minIsExact != false, statistics.maxIsExact != false,
      let least = statistics.min.flatMap({ Timestamp(String(decoding: $0, as: UTF8.self)) }),
      let greatest = statistics.max.flatMap({ Timestamp(String(decoding: $0, as: UTF8.self)) })
    else { return [] }
    return [least, greatest]
  }
}

/// Bytes of one object, kept from the last read so that a part of them is not asked for again.
struct ObjectPart {
  let store: any ObjectStore
  let object: ListedObject
  private var held: [UInt8] = []
  private var heldStart: Int64 = 0
  private(set) var requests = 0
  private(set) var bytesRead: Int64 = 0

  init(store: any ObjectStore, object: ListedObject) {
    self.store = store
    self.object = object
  }

  /// The bytes of a range of the object, of its version as it was listed.
  mutating func read(_ range: Range<Int64>) async throws -> [UInt8] {
    if range.lowerBound >= heldStart, range.upperBound <= heldStart + Int64(held.count), !held.isEmpty {
      return Array(held[Int(range.lowerBound - heldStart)..<Int(range.upperBound - heldStart)])
    }
    guard !range.isEmpty, range.lowerBound >= 0 else { return [] }
    let part = try await store.get(object.key, range: .bytes(range), ifMatch: object.etag)
    requests += 1
    bytesRead += Int64(part.bytes.count)
    if range.upperBound == object.size { (held, heldStart) = (part.bytes, range.lowerBound) }
    return part.bytes
  }
}
