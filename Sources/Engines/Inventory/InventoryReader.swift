import Foundation
import ObjectStorage
import Parquet
import Time

/// Reads the files of an inventory, each held to its checksum.
struct InventoryReader {
  let manifest: InventoryManifest
  /// What keys must begin with to be of use.
  let prefixes: [String]

  /// The largest file that is taken.
  private static let sizeLimit: Int64 = 2 << 30

  /// Reads all files and gives each object of use to `take`, in no order.
  ///
  /// Of versions only the latest counts, and that not where it is a delete marker.
  ///
  /// - Throws: `EngineError`; `StorageError`; what `take` throws.
  func read(_ take: (ListedObject) throws -> Void) async throws {
    for file in manifest.files {
      try Task.checkCancellation()
      let place = "\(manifest.store.name)/\(file.key)"
      guard (0...InventoryReader.sizeLimit).contains(file.size) else {
        throw EngineError(
          .inventoryUnsupported, place, "the file of the inventory is larger than 2 GiB", mend: "list live")
      }
      let bytes: [UInt8]
      do throws(StorageError) {
        let head = try await manifest.store.head(file.key)
        bytes = head.size == file.size ? try await manifest.store.get(file.key, ifMatch: head.etag).bytes : []
      } catch {
        guard error.code == .notFound else { throw error }
        throw incomplete(place, "the manifest names a file that is not there")
      }
      guard Int64(bytes.count) == file.size, ContentDigest.md5(bytes) == file.md5.lowercased() else {
        throw incomplete(place, "the file is not the one that the manifest names")
      }
      do {
        switch manifest.format {
        case .csv(let columns): try readCSV(bytes, columns, place, take)
        case .parquet: try readParquet(bytes, place, take)
        }
      } catch let error as ParquetError {
        throw incomplete(place, "\(error)")
      }
    }
  }

  private func incomplete(_ place: String, _ what: String) -> EngineError {
    EngineError(.inventoryIncomplete, place, what, mend: "name an older inventory, or list live")
  }

  private func isOfUse(_ key: String) -> Bool {
    prefixes.contains { KeyOrder.begins(key, with: $0) }
  }

  private func lacking(_ field: String, _ place: String) -> EngineError {
    EngineError(
      .inventoryUnsupported, place, "the inventory lacks the field \(field)",
      mend: "add Size, Last modified and ETag to its configuration")
  }

  private func readCSV(
    _ bytes: [UInt8], _ columns: [String], _ place: String, _ take: (ListedObject) throws -> Void
  ) throws {
    func index(_ name: String) throws(EngineError) -> Int {
      guard let index = columns.firstIndex(of: name) else { throw lacking(name, place) }
      return index
    }
    let (bucket, key, size) = (try index("Bucket"), try index("Key"), try index("Size"))
    let (modified, etag) = (try index("LastModifiedDate"), try index("ETag"))
    let (latest, marker) = (columns.firstIndex(of: "IsLatest"), columns.firstIndex(of: "IsDeleteMarker"))
    var gzip = try GzipReader()
    gzip.feed(bytes)
    var lines = CSVRecords()
    while true {
      let portion = try gzip.read(upTo: 1 << 20)
      lines.add(portion, isLast: portion.isEmpty)
      while let record = lines.next() {
        guard record.count == columns.count else {
          throw incomplete(place, "a line has \(record.count) fields")
        }
        if let latest, record[latest].lowercased() == "false" { continue }
        if let marker, record[marker].lowercased() == "true" { continue }
        guard record[bucket] == manifest.sourceBucket else { continue }
        // Keys are percent-encoded in CSV alone, with + for a space.
        guard let name = record[key].replacingOccurrences(of: "+", with: " ").removingPercentEncoding else {
          throw incomplete(place, "a key is not percent-encoded")
        }
        guard isOfUse(name) else { continue }
        guard let bytes = Int64(record[size]), let time = Timestamp(record[modified]), !record[etag].isEmpty
        else {
          throw incomplete(place, "a line lacks its size, time or ETag")
        }
        try take(ListedObject(key: name, size: bytes, lastModified: time, etag: ETag(record[etag])))
      }
      // A line is a key and some fields; what has no end is none.
      guard lines.pendingCount <= 65_536 else { throw incomplete(place, "a line has no end") }
      if portion.isEmpty { break }
    }
    guard gzip.isAtEnd else { throw incomplete(place, "the file ends in its midst") }
  }

  private func readParquet(_ bytes: [UInt8], _ place: String, _ take: (ListedObject) throws -> Void) throws {
    let file = try ParquetFile(bytes, named: place)
    func index(_ name: String) throws(EngineError) -> Int {
      guard let index = file.metadata.schema.leafIndex(named: name) else { throw lacking(name, place) }
      return index
    }
    let needed = [
      try index("bucket"), try index("key"), try index("size"), try index("last_modified_date"),
      try index("e_tag"),
    ]
    let latest = file.metadata.schema.leafIndex(named: "is_latest")
    let marker = file.metadata.schema.leafIndex(named: "is_delete_marker")
    for group in file.metadata.rowGroups.indices {
      let columns = try needed.map { column throws(ParquetError) in
        try file.values(column: column, rowGroup: group)
      }
      let isLatest = try latest.map { column throws(ParquetError) in
        try file.values(column: column, rowGroup: group)
      }
      let isMarker = try marker.map { column throws(ParquetError) in
        try file.values(column: column, rowGroup: group)
      }
      let count = columns.map(\.count).min() ?? 0
      for row in 0..<count {
        if isLatest?.bool(row) == false || isMarker?.bool(row) == true { continue }
        guard columns[0].string(row) == manifest.sourceBucket else { continue }
        guard let key = columns[1].string(row) else { throw incomplete(place, "a record has no key") }
        guard isOfUse(key) else { continue }
        guard let size = columns[2].int64(row), let etag = columns[4].string(row), !etag.isEmpty,
          let time = columns[3].microseconds(row)
        else { throw incomplete(place, "a record lacks its size, time or ETag") }
        try take(
          ListedObject(key: key, size: size, lastModified: Timestamp(microseconds: time), etag: ETag(etag)))
      }
    }
  }
}

/// The records of a CSV text that comes in portions (RFC 4180).
struct CSVRecords {
  private var bytes: [UInt8] = []
  private var start = 0
  private var isLast = false

  mutating func add(_ portion: [UInt8], isLast: Bool) {
    bytes.removeFirst(start)
    start = 0
    bytes += portion
    self.isLast = isLast
  }

  /// Bytes that have come and are no record yet.
  var pendingCount: Int { bytes.count - start }

  /// The next record; nil where more of the text is needed, or there is none.
  mutating func next() -> [String]? {
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if isQuoted {
        guard byte == UInt8(ascii: "\"") else {
          field.append(byte)
          continue
        }
        // A quote at the end of what has come may be the first of two.
        if index == bytes.count, !isLast { return nil }
        if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
          field.append(byte)
          index += 1
        } else {
          isQuoted = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isQuoted = true
      case UInt8(ascii: ","):
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
      case UInt8(ascii: "\r"): continue
      case UInt8(ascii: "\n"):
        start = index
        if fields.isEmpty, field.isEmpty { continue }
        return fields + [String(decoding: field, as: UTF8.self)]
      default: field.append(byte)
      }
    }
    guard isLast, !isQuoted, !(fields.isEmpty && field.isEmpty) else { return nil }
    start = bytes.count
    return fields + [String(decoding: field, as: UTF8.self)]
  }
}
