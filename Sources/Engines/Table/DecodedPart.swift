import Ledger
import Parquet
import Reconciliation
import Time

/// A record of the table of observations.
struct ObservationRecordRow: Sendable {
  var size: Int64
  var lastModified: Timestamp?
  var objectRows: Int64?
  var rows: Int64
  var counts = RowCounts()
  var keyless: Int64 = 0
  var firstCommit: Timestamp?
  var lastCommit: Timestamp?
  /// Whether it speaks of one row by its key.
  var hasKey = false
  /// The row of ours that it speaks of; nil for the other rows.
  var own: ObservedRow?
  /// Of the digest's columns, those that are not null.
  var present: [Bool] = []
}

/// The records of a row group, by object.
struct DecodedPart: Sendable {
  private let columns: [String: ColumnValues]
  private let identity: ObservationTable.Identity
  /// The rows of each object.
  private let places: [String: [Int]]

  init(
    columns: [String: ColumnValues], identity: ObservationTable.Identity, location: String
  ) throws(EngineError) {
    self.columns = columns
    self.identity = identity
    var places: [String: [Int]] = [:]
    let objects = columns[ObservationTableFormat.Column.object.rawValue]
    for row in 0..<(objects?.count ?? 0) {
      guard let object = objects?.string(row) else {
        throw EngineError(
          .malformedTable, location, "a record names no object", mend: "run `lakecanary observe` again")
      }
      places[object, default: []].append(row)
    }
    self.places = places
    try checkRecords(location)
  }

  /// Rows that a record may speak of: more than any object has, and so few that no sum of them overflows.
  private static let rowLimit: Int64 = 1 << 36

  /// All records must be of the format, pipeline, table and level that is asked for, and hold what can be.
  private func checkRecords(_ location: String) throws(EngineError) {
    func malformed(_ what: String) -> EngineError {
      EngineError(
        .malformedTable, location, what, mend: "run `lakecanary observe` again, with another output")
    }
    let count = columns[ObservationTableFormat.Column.object.rawValue]?.count ?? 0
    for row in 0..<count {
      let isOurs =
        integer(.format, row) == ObservationTableFormat.version
        && text(.table, row) == identity.table.description && text(.pipeline, row) == identity.tag.hexadecimal
      guard isOurs, let level = text(.level, row).flatMap(ObservationLevel.init(rawValue:)),
        level >= identity.level
      else { throw malformed("a record is of another table, pipeline or level than the first one") }
      guard hasPossibleCounts(row) else {
        throw malformed("a record lacks its counts, or they cannot be: below 0, or above its rows")
      }
      for column in [ObservationTableFormat.Column.lastModified, .firstCommit, .lastCommit]
      where columns[column.rawValue]?.isNull(row) == false && time(column, row) == nil {
        throw malformed(
          "its \(column.rawValue) is no time: INT64 that is annotated as a timestamp, INT96 or ISO 8601 text")
      }
    }
  }

  private func hasPossibleCounts(_ row: Int) -> Bool {
    guard let rows = integer(.rows, row), (0...DecodedPart.rowLimit).contains(rows),
      let size = integer(.size, row), size >= 0,
      (0...DecodedPart.rowLimit).contains(integer(.objectRows, row) ?? 0)
    else { return false }
    var counts: [ObservationTableFormat.Column] = []
    if identity.level >= .ops { counts += [.inserts, .updates, .deletes] }
    if identity.level >= .keys { counts.append(.keyless) }
    guard counts.allSatisfy({ integer($0, row).map { (0...rows).contains($0) } ?? false }) else {
      return false
    }
    return counts.filter { $0 != .keyless }.reduce(0) { $0 + (integer($1, row) ?? 0) } <= rows
  }

  func records(of object: String) -> [ObservationRecordRow] {
    (places[object] ?? []).map(record)
  }

  private func record(_ row: Int) -> ObservationRecordRow {
    var record = ObservationRecordRow(
      size: integer(.size, row) ?? 0, lastModified: time(.lastModified, row),
      objectRows: integer(.objectRows, row),
      rows: integer(.rows, row) ?? 0)
    record.firstCommit = time(.firstCommit, row)
    record.lastCommit = time(.lastCommit, row)
    if identity.level >= .ops {
      record.counts.inserts = integer(.inserts, row) ?? 0
      record.counts.updates = integer(.updates, row) ?? 0
      record.counts.deletes = integer(.deletes, row) ?? 0
    }
    let marked = record.counts.inserts + record.counts.updates + record.counts.deletes
    record.counts.unmarked = max(0, record.rows - marked)
    guard identity.level >= .keys else { return record }
    record.keyless = integer(.keyless, row) ?? 0
    record.hasKey = columns[ObservationTableFormat.Column.key.rawValue]?.isNull(row) == false
    guard let key = rowIdentity(row), key.tag == identity.tag else { return record }
    let version = time(.version, row)
    var own = ObservedRow(
      place: integer(.place, row) ?? -1, op: op(row), sequence: key.sequence, version: version,
      commit: record.firstCommit, digest: nil)
    if identity.level >= .values {
      let values = (0..<identity.digestColumns).map { columns[ObservationTableFormat.valueColumn($0)] }
      record.present = values.map { $0.map { !$0.isNull(row) } ?? false }
      // A row without a version may hold its key only.
      if version != nil || record.present.count(where: \.self) > 1 { own.digest = digest(values, row) }
    }
    record.own = own
    return record
  }

  private func digest(_ values: [ColumnValues?], _ row: Int) -> RowDigest {
    let kinds = identity.digestKinds
    return RowDigest(
      of: values.enumerated().map { index, column in
        column?.digested(row, as: index < kinds.count ? kinds[index] : nil) ?? .null
      })
  }

  private func rowIdentity(_ row: Int) -> RowIdentity? {
    guard let keys = columns[ObservationTableFormat.Column.key.rawValue], !keys.isNull(row) else {
      return nil
    }
    if keys.withBytes(row, { $0.byteCount }) == 16 {
      return keys.bytes(row).flatMap { RowIdentity(bytes: $0) }
    }
    return keys.string(row).flatMap { RowIdentity($0) }
  }

  private func op(_ row: Int) -> ObservedOp {
    guard let text = text(.op, row) else { return .none }
    return OperationKind(rawValue: text).map(ObservedOp.operation) ?? .other
  }

  private func integer(_ column: ObservationTableFormat.Column, _ row: Int) -> Int64? {
    columns[column.rawValue]?.int64(row)
  }

  private func text(_ column: ObservationTableFormat.Column, _ row: Int) -> String? {
    columns[column.rawValue]?.string(row)
  }

  private func time(_ column: ObservationTableFormat.Column, _ row: Int) -> Timestamp? {
    guard let values = columns[column.rawValue] else { return nil }
    if values.column.physicalType == .byteArray { return values.string(row).flatMap { Timestamp($0) } }
    return values.microseconds(row).map(Timestamp.init(microseconds:))
  }
}
