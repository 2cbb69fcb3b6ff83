package import Ledger
package import Parquet
import Time

/// Gathers an observation from the row groups of one Parquet file.
///
/// No I/O: it names the chunks it needs and is given their bytes.
struct ParquetObserver {
  private(set) var observation: Observation
  private let metadata: FileMetadata
  private let request: ObservationRequest
  private let file: String
  private let op: Int?
  private let isOpByName: Bool
  private let timestamp: Int?
  private let key: Int?
  private let version: Int?
  private let digest: [Int?]
  private var rowsBefore: Int64 = 0
  /// Whether a row group does not tell its commit times without a page.
  private var hasUnknownTimes = false
  /// The precision of versions by their type; nil where they are text, which tells it itself.
  private var precision: Int64?
  private var versionTexts = VersionPrecision()

  /// A row group is held whole, column by column; DMS's have 10,000 rows unless they are told otherwise.
  private static let limits: ReadLimits = {
    var limits = ReadLimits()
    limits.valueCount = 1 << 23
    return limits
  }()

  init(metadata: FileMetadata, request: ObservationRequest, file: String) {
    self.metadata = metadata
    self.request = request
    self.file = file
    let schema = metadata.schema
    // A list of operations is none: rows are told apart by one each.
    op = schema.column(named: "Op").flatMap { schema.leaves[$0].maxRepetitionLevel == 0 ? $0 : nil }
    isOpByName = op.map { schema.leaves[$0].name == "Op" } ?? false
    timestamp = request.timestampColumn.flatMap(schema.column(named:))
    key = schema.column(named: request.keyColumn)
    version = schema.column(named: request.versionColumn)
    digest = request.digestColumns.map { name in name.flatMap(schema.column(named:)) }
    observation = Observation(level: request.level)
    observation.rowCount = metadata.rowCount
    observation.schema = schema.leaves.map { "\($0.dottedPath) \($0.typeDescription)" }
    observation.absentColumns = request.digestColumns.compactMap(\.self).filter {
      schema.column(named: $0) == nil
    }
    if let version, schema.leaves[version].physicalType != .byteArray {
      precision = schema.leaves[version].timestampUnit == .milliseconds ? 1_000 : 1
      observation.versionPrecision = precision ?? 1
    }
  }

  /// The chunks of a row group whose bytes `read` will ask for.
  ///
  /// - Throws: `.lacksColumns` where the columns that say whose a row is are not there.
  func chunks(ofGroup group: Int) throws(ObservationFailure) -> [ColumnChunkMetadata] {
    let columns = metadata.rowGroups[group].columns
    var needed: Set<Int> = []
    if request.level >= .ops, let op, ValueCounts.proven(by: columns[op]) == nil { needed.insert(op) }
    if request.level >= .keys {
      guard let key, let version else {
        throw .lacking(key == nil ? request.keyColumn : request.versionColumn)
      }
      for column in [op, timestamp, key, version] { if let column { needed.insert(column) } }
    }
    if request.level >= .values { for column in digest { if let column { needed.insert(column) } } }
    return needed.sorted().map { columns[$0] }
  }

  /// Reads one row group; `piece` gives the bytes that hold a range of the file.
  mutating func read(
    group: Int, piece: (Range<Int64>) throws(ObservationFailure) -> ObjectPieces.Piece
  ) throws(ObservationFailure) {
    defer { rowsBefore += metadata.rowGroups[group].rowCount }
    try countOps(group, piece)
    guard request.level >= .keys, let key, let version else { return readCommitRange(group) }
    let rows = Int(clamping: metadata.rowGroups[group].rowCount)
    let keys = try values(key, group, rows, piece)
    let versions = try values(version, group, rows, piece)
    let ops = try op.map { column throws(ObservationFailure) in try values(column, group, rows, piece) }
    let times = try timestamp.map { column throws(ObservationFailure) in
      try values(column, group, rows, piece)
    }
    var columns: [ColumnValues?] = []
    if request.level >= .values {
      for column in digest {
        switch column {
        case key: columns.append(keys)
        case version: columns.append(versions)
        case let column?: columns.append(try values(column, group, rows, piece))
        case nil: columns.append(nil)
        }
      }
    }
    for row in 0..<rows {
      let commit = times?.string(row).flatMap(Timestamp.init)
      if let commit { observation.note(commit: commit) }
      guard let identity = identity(keys, row), identity.tag == request.tag else {
        observation.noteForeign(commit: commit)
        continue
      }
      let isKeyOnly =
        versions.isNull(row) && zip(digest, columns).allSatisfy { $0 == key || $1?.isNull(row) ?? true }
      if precision == nil, let text = versions.string(row) { versionTexts.note(text) }
      observation.rows.append(
        ObservedRow(
          place: rowsBefore + Int64(row), op: observedOp(ops, row), sequence: identity.sequence,
          version: time(versions, row), commit: commit,
          digest: columns.isEmpty || isKeyOnly
            ? nil
            : RowDigest(
              of: columns.enumerated().map { index, column in
                column?.digested(row, as: request.kind(ofDigestColumn: index)) ?? .null
              })))
    }
    observation.versionPrecision = precision ?? versionTexts.microseconds
  }

  /// The range of commit times as the statistics have it: they are text that sorts as the times do.
  private mutating func readCommitRange(_ group: Int) {
    guard let timestamp,
      let statistics = metadata.rowGroups[group].columns[timestamp].statistics,
      let first = statistics.min.flatMap({ Timestamp(String(decoding: $0, as: UTF8.self)) }),
      let last = statistics.max.flatMap({ Timestamp(String(decoding: $0, as: UTF8.self)) })
    else {
      hasUnknownTimes = true
      (observation.firstCommit, observation.lastCommit) = (nil, nil)
      return
    }
    guard !hasUnknownTimes else { return }
    observation.firstCommit = min(observation.firstCommit ?? first, first)
    observation.lastCommit = max(observation.lastCommit ?? last, last)
  }

  /// Counts the values of Op, by statistics where they prove it.
  private mutating func countOps(
    _ group: Int, _ piece: (Range<Int64>) throws(ObservationFailure) -> ObjectPieces.Piece
  ) throws(ObservationFailure) {
    let rows = metadata.rowGroups[group].rowCount
    guard request.level >= .ops, let op else {
      observation.counts.unmarked += rows
      return
    }
    let chunk = metadata.rowGroups[group].columns[op]
    var counts = ValueCounts.proven(by: chunk)
    if counts == nil {
      let piece = try piece(chunk.byteRange)
      do throws(ParquetError) {
        counts = try ValueCounter.counts(
          of: chunk, column: metadata.schema.leaves[op], bytes: piece.bytes, at: piece.offset,
          rowGroup: group, file: file)
      } catch { throw ObservationFailure(error) }
    }
    let (inserts, updates, deletes) = (counts?["I"] ?? 0, counts?["U"] ?? 0, counts?["D"] ?? 0)
    observation.counts.inserts += inserts
    observation.counts.updates += updates
    observation.counts.deletes += deletes
    observation.counts.unmarked += max(0, rows - inserts - updates - deletes)
  }

  private func values(
    _ column: Int, _ group: Int, _ rows: Int,
    _ piece: (Range<Int64>) throws(ObservationFailure) -> ObjectPieces.Piece
  ) throws(ObservationFailure) -> ColumnValues {
    let chunk = metadata.rowGroups[group].columns[column]
    let piece = try piece(chunk.byteRange)
    let values: ColumnValues
    do throws(ParquetError) {
      values = try ColumnChunkReader.values(
        of: chunk, column: metadata.schema.leaves[column], bytes: piece.bytes, at: piece.offset,
        rowGroup: group, file: file, limits: Self.limits)
    } catch { throw ObservationFailure(error) }
    guard values.count == rows else {
      throw ObservationFailure(
        .unreadable, "column \(metadata.schema.leaves[column].name) has \(values.count) of \(rows) rows")
    }
    return values
  }

  private func identity(_ keys: ColumnValues, _ row: Int) -> RowIdentity? {
    if keys.column.physicalType == .fixedLenByteArray {
      return keys.bytes(row).flatMap { RowIdentity(bytes: $0) }
    }
    // Most rows of a shared table are not ours: told by their length, without making text of them.
    guard keys.withBytes(row, { $0.byteCount }) == 36 else { return nil }
    return keys.string(row).flatMap { RowIdentity($0) }
  }

  private func time(_ values: ColumnValues, _ row: Int) -> Timestamp? {
    if values.column.physicalType == .byteArray { return values.string(row).flatMap { Timestamp($0) } }
    return values.microseconds(row).map(Timestamp.init(microseconds:))
  }

  private func observedOp(_ ops: ColumnValues?, _ row: Int) -> ObservedOp {
    guard let text = ops?.string(row) else { return .none }
    return ObservedOp(text, isByName: isOpByName)
  }
}

extension ColumnValues {
  /// A value as the digest takes it from a column of `kind`, whatever the file's type for it is.
  package func digested(_ row: Int, as kind: ColumnKind?) -> DigestedValue {
    if isNull(row) { return .null }
    switch (kind, column.physicalType) {
    // Engines write bytes of a fixed length as bytes of any.
    case (.uuid, .byteArray) where !column.isText, (.uuid, .fixedLenByteArray):
      if let bytes = bytes(row), bytes.count == 16 { return .text(uuidText(bytes)) }
    case (let kind?, .byteArray) where column.convertedType != .decimal:
      if let text = string(row) { return DigestedValue(text: text, kind: kind) }
    case (.double, .int32), (.double, .int64), (.double, .fixedLenByteArray), (.double, .byteArray):
      if let number = number(row) { return .double(number) }
    default: break
    }
    return digested(row)
  }

  /// The double nearest to a decimal or an integer: a rule, or an engine, may have given the column such a type, and
  /// zeros behind a number make no other of it.
  private func number(_ row: Int) -> Double? {
    if let unscaled = decimalUnscaled(row) { return Double("\(unscaled)e-\(column.scale ?? 0)") }
    return column.timestampUnit == nil ? int64(row).map(Double.init) : nil
  }

  private func digested(_ row: Int) -> DigestedValue {
    switch column.physicalType {
    case .boolean: return bool(row).map(DigestedValue.boolean) ?? .null
    case .int32, .int64, .int96:
      if let time = microseconds(row) { return .timestamp(Timestamp(microseconds: time)) }
      return int64(row).map(DigestedValue.integer) ?? .null
    case .float, .double: return double(row).map(DigestedValue.double) ?? .null
    case .byteArray:
      guard column.isText else { return bytes(row).map(DigestedValue.bytes) ?? .null }
      return string(row).map(DigestedValue.text) ?? .null
    case .fixedLenByteArray: return bytes(row).map(DigestedValue.bytes) ?? .null
    }
  }
}

/// 36 characters, lower case.
private func uuidText(_ bytes: [UInt8]) -> String {
  var text = ""
  for (index, byte) in bytes.enumerated() {
    if [4, 6, 8, 10].contains(index) { text += "-" }
    if byte < 16 { text += "0" }
    text += String(byte, radix: 16)
  }
  return text
}

extension Schema {
  /// The column of this name; where there is none, the one that has it in other case: DMS's rules and the
  /// engines behind it change that.
  fileprivate func column(named name: String) -> Int? {
    if let exact = leafIndex(named: name) { return exact }
    let lowered = name.lowercased()
    let same = leaves.indices.filter { leaves[$0].dottedPath.lowercased() == lowered }
    return same.count == 1 ? same[0] : nil
  }
}

extension Column {
  fileprivate var isText: Bool {
    switch convertedType {
    case .utf8, .json, .enumeration: true
    default: logicalType == .string || logicalType == .json || logicalType == .enumeration
    }
  }

  /// The type in a word or two, for the comparison of schemas.
  fileprivate var typeDescription: String {
    var text = "\(physicalType)"
    if let convertedType { text += " \(convertedType)" }
    if convertedType == nil, let logicalType { text += " \(logicalType)" }
    if let precision, let scale { text += "(\(precision),\(scale))" }
    return text
  }
}
