import DMS
import ObjectStorage
import Parquet
import Time

/// What `inspect` tells of one object.
struct InspectedObject: Encodable, Sendable {
  let format = "lakecanary.object"
  let version = 1
  let key: String
  let size: Int64
  let lastModified: String
  let etag: String
  /// full-load, changes, transactions, or other: by the object's name.
  let kind: String
  /// Why the object cannot be read; nothing below is then told.
  var error: InspectionError?
  var rows: Int64?
  var rowGroups: [RowGroup] = []
  var columns: [Column] = []
  var createdBy: String?
  var formatVersion: Int32?
  var footerBytes: Int?
  var opCounts: OpCounts?
  var commitTimes: TimeRange?
  /// Object's time of last change less its rows' commit times; of an object of changes alone.
  var lagSeconds: LagRange?
  var requests = 0
  var bytesRead: Int64 = 0

  init(_ object: ListedObject) {
    key = object.key
    size = object.size
    lastModified = object.lastModified.description
    etag = object.etag.rawValue
    kind = InspectedObject.kind(ofKey: object.key)
  }

  static func kind(ofKey key: String) -> String {
    let name = key.split(separator: "/").last.flatMap { ObjectName($0) }
    return switch name?.kind {
    case .fullLoad: "full-load"
    case .changes: "changes"
    case .transactions: "transactions"
    case nil: "other"
    }
  }

  struct RowGroup: Encodable, Sendable {
    let rows, bytes: Int64
  }

  struct Column: Encodable, Sendable {
    let name: String
    let type: String
    let annotation: String?
    let typeLength, precision, scale: Int32?
    let repetition: String
    let encodings, codecs: [String]
    let compressedBytes, uncompressedBytes: Int64
    let nulls: Int64?
    /// Of the statistics, where every row group has them and there is one row group.
    let min, max: String?
  }

  struct OpCounts: Encodable, Sendable {
    let inserts, updates, deletes, null, other: Int64

    static func + (left: OpCounts, right: OpCounts) -> OpCounts {
      OpCounts(
        inserts: left.inserts + right.inserts, updates: left.updates + right.updates,
        deletes: left.deletes + right.deletes, null: left.null + right.null, other: left.other + right.other)
    }
  }

  struct TimeRange: Encodable, Sendable {
    let column: String
    let earliest, latest: String
  }

  struct LagRange: Encodable, Sendable {
    let min, max: Double
  }
}

extension InspectedObject.Column {
  init(_ column: Parquet.Column, _ chunks: [ColumnChunkMetadata]) {
    name = column.dottedPath
    type = ParquetNames.name(column.physicalType)
    annotation = column.convertedType.map(ParquetNames.name) ?? column.logicalType.map { "\($0)" }
    (typeLength, precision, scale) = (column.typeLength, column.precision, column.scale)
    repetition = ParquetNames.name(column.repetition)
    encodings = Set(chunks.flatMap(\.encodings).map { ParquetNames.name($0) }).sorted()
    codecs = Set(chunks.map { ParquetNames.name($0.codec) }).sorted()
    compressedBytes = chunks.reduce(0) { $0.addingSaturating($1.compressedSize) }
    uncompressedBytes = chunks.reduce(0) { $0.addingSaturating($1.uncompressedSize) }
    let counts = chunks.map { $0.statistics?.nullCount }
    nulls = counts.contains(nil) ? nil : counts.reduce(0) { $0.addingSaturating($1 ?? 0) }
    let only = chunks.count == 1 ? chunks.first?.statistics : nil
    min = only?.min.flatMap { StatisticText.text($0, column) }
    max = only?.max.flatMap { StatisticText.text($0, column) }
  }
}

extension Int64 {
  /// Sums of numbers that a file gives must not trap.
  func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
