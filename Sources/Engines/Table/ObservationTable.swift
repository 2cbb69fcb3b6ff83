public import Ledger
public import ObjectStorage
import Parquet
public import Reconciliation

/// A table of observations that an engine wrote, read a row group at a time.
///
/// It need not be in order. Where it is in the order of objects, as Spark's is, or each of its files is, as Athena's
/// are, a few row groups (of each file) are held at a time while objects are asked for in about that order;
/// otherwise all of it is held, up to a bound.
public actor ObservationTable {
  /// What the table must be of.
  public struct Identity: Hashable, Sendable {
    /// The source table.
    public var table: TableName
    /// Whose rows are ours.
    public var tag: PipelineTag
    /// What must have been looked at, at least.
    public var level: ObservationLevel
    /// How many columns the digest has.
    public var digestColumns: Int
    /// What they hold, where that is known.
    public var digestKinds: [ColumnKind?]

    /// The identity of the table of observations of `table`.
    public init(
      table: TableName, tag: PipelineTag, level: ObservationLevel, digestColumns: Int,
      digestKinds: [ColumnKind?] = []
    ) {
      (self.table, self.tag, self.level, self.digestColumns) = (table, tag, level, digestColumns)
      self.digestKinds = digestKinds
    }
  }

  /// A row group in the table, with the objects that it speaks of.
  struct Part: Sendable {
    var file: Int
    var group: Int
    var first: String
    var last: String
  }

  private struct File: Sendable {
    var object: ListedObject
    var metadata: FileMetadata
  }

  /// Records that a table in no order may have: about 1 GB of them.
  static let unorderedLimit: Int64 = 5_000_000
  /// The largest row group that is decoded.
  static let groupByteLimit: Int64 = 1 << 30

  nonisolated let identity: Identity
  nonisolated let location: String
  private let store: any ObjectStore
  private var files: [File] = []
  private var parts: [Part] = []
  /// How many row groups are held at a time; nil for all of them.
  private var held: Int?
  var isHeldInPart: Bool { held != nil }
  /// Whether the whole table is in order, rather than each of its files.
  private var isOrdered = true
  private var loaded: [Int: Task<DecodedPart, any Error>] = [:]
  private var recent: [Int] = []
  /// Bytes of the table that were read.
  private(set) public var bytesRead: Int64 = 0
  /// Requests that reading it took.
  private(set) public var requests = 0
  /// Records in the table.
  private(set) public var recordCount: Int64 = 0

  /// Opens the table under `prefix` of `store`, reading its footers.
  ///
  /// - Throws: `EngineError` where it is half written or not what it should be; `StorageError`.
  public init(store: any ObjectStore, prefix: String, identity: Identity) async throws {
    self.store = store
    self.identity = identity
    location = store.name + "/" + prefix
    try await readFooters(prefix)
    try await orderParts()
  }

  /// The key of the last object of changes that the table speaks of: the newest one; nil where there is none.
  private(set) public var newestChanges: String?

  private func readFooters(_ prefix: String) async throws {
    var hasMarker = false
    var objects: [ListedObject] = []
    do throws(StorageError) {
      for try await page in store.list(prefix: prefix) {
        requests += 1
        for object in page.objects {
          let name = object.key.dropFirst(prefix.count)
          if name == ObservationTableFormat.successMarker { hasMarker = true }
          // What writers leave beside the data, files and folders, begins with these, by Hadoop's custom.
          let isBeside = name.split(separator: "/").contains { $0.hasPrefix("_") || $0.hasPrefix(".") }
          guard !isBeside, object.size > 0, !object.key.hasSuffix("/") else { continue }
          objects.append(object)
        }
      }
    } catch {
      // A directory that is not there holds no table either.
      guard error.code == .bucketMissing || error.code == .notFound else { throw error }
    }
    guard hasMarker else {
      throw EngineError(
        .halfWritten, location,
        objects.isEmpty
          ? "there is no table of observations"
          : "the table of observations has no \(ObservationTableFormat.successMarker): it is half written",
        mend: "run `lakecanary observe` again, with another output")
    }
    for object in objects { files.append(File(object: object, metadata: try await footer(of: object))) }
    recordCount = files.reduce(0) { $0 + $1.metadata.rowCount }
  }

  private func footer(of object: ListedObject) async throws -> FileMetadata {
    var start = max(0, object.size - Int64(FooterDecoder.suggestedTailByteCount))
    let decoder = FooterDecoder(fileSize: object.size, file: object.key)
    while true {
      let tail = try await store.get(object.key, range: .bytes(start..<object.size), ifMatch: object.etag)
      requests += 1
      bytesRead += Int64(tail.bytes.count)
      let outcome = try TableFileError.wrap(location) { () throws(ParquetError) in
        try decoder.decode(tail: tail.bytes)
      }
      switch outcome {
      case .metadata(let metadata):
        try checkColumns(metadata.schema, object.key)
        return metadata
      case .needs(let range):
        guard range.lowerBound < start else { throw malformed("the footer of \(object.key) has no end") }
        start = range.lowerBound
      }
    }
  }

  private func checkColumns(_ schema: Schema, _ file: String) throws(EngineError) {
    guard schema.leafIndex(named: ObservationTableFormat.Column.format.rawValue) != nil else {
      throw malformed("\(file) has no column \(ObservationTableFormat.Column.format.rawValue)")
    }
    var names = ObservationTableFormat.required(at: identity.level).map(\.rawValue)
    if identity.level >= .values {
      names += (0..<identity.digestColumns).map(ObservationTableFormat.valueColumn)
    }
    // A table of another version or level says so itself, in its first row.
    missingColumn = missingColumn ?? names.first { schema.leafIndex(named: $0) == nil }
  }

  /// A column that is lacking, told once the table was found to be of the right version and level.
  private var missingColumn: String?

  private func orderParts() async throws {
    for (number, file) in files.enumerated() {
      for group in file.metadata.rowGroups.indices where file.metadata.rowGroups[group].rowCount > 0 {
        guard file.metadata.rowGroups[group].totalByteSize <= ObservationTable.groupByteLimit else {
          throw malformed("a row group of \(file.object.key) is larger than 1 GiB")
        }
        parts.append(Part(file: number, group: group, first: "", last: ""))
      }
    }
    if let first = parts.first { try await checkIdentity(first) }
    if let missingColumn { throw malformed("it has no column \(missingColumn)") }
    for index in parts.indices { parts[index] = try await bounded(parts[index]) }
    parts.sort {
      KeyOrder.precedes($0.first, $1.first) || ($0.first == $1.first && KeyOrder.precedes($0.last, $1.last))
    }
    isOrdered = ObservationTable.isInOrder(parts)
    let isOrderedByFile = files.indices.allSatisfy { file in
      ObservationTable.isInOrder(parts.filter { $0.file == file })
    }
    held = isOrdered ? 4 : isOrderedByFile ? 2 * files.count + 4 : nil
    guard held != nil || recordCount <= ObservationTable.unorderedLimit else {
      throw malformed(
        "it has \(recordCount) records in no order; more than \(ObservationTable.unorderedLimit) must be in the order "
          + "of their objects, at least in each file")
    }
    try await findNewestChanges()
  }

  private static func isInOrder(_ parts: [Part]) -> Bool {
    zip(parts, parts.dropFirst()).allSatisfy { !KeyOrder.precedes($1.first, $0.last) }
  }

  /// The objects that a row group begins and ends with, by its statistics or its values.
  private func bounded(_ part: Part) async throws -> Part {
    var part = part
    let file = files[part.file]
    let column = file.metadata.schema.leafIndex(named: ObservationTableFormat.Column.object.rawValue) ?? 0
    if let statistics = file.metadata.rowGroups[part.group].columns[column].statistics,
      let low = statistics.min, let high = statistics.max, statistics.minIsExact != false,
      statistics.maxIsExact != false, !statistics.isDeprecatedOrder
    {
      (part.first, part.last) = (String(decoding: low, as: UTF8.self), String(decoding: high, as: UTF8.self))
      return part
    }
    let values = try await values(ofColumn: column, in: part)
    let objects = (0..<values.count).compactMap { values.string($0) }
    part.first = objects.min(by: KeyOrder.precedes) ?? ""
    part.last = objects.max(by: KeyOrder.precedes) ?? ""
    return part
  }

  /// The newest object of changes: the names of changes begin with a digit, those of loads with a letter.
  private func findNewestChanges() async throws {
    for part in parts.reversed() {
      let column =
        files[part.file].metadata.schema.leafIndex(named: ObservationTableFormat.Column.object.rawValue) ?? 0
      let values = try await values(ofColumn: column, in: part)
      let newest = (0..<values.count).compactMap { values.string($0) }.filter { key in
        key.split(separator: "/").last?.first?.isNumber ?? false
      }.max(by: KeyOrder.precedes)
      if let newest {
        newestChanges = [newestChanges, newest].compactMap(\.self).max(by: KeyOrder.precedes)
        if isOrdered { return }
      }
    }
  }

  private func checkIdentity(_ part: Part) async throws {
    let schema = files[part.file].metadata.schema
    func first(_ name: ObservationTableFormat.Column) async throws -> ColumnValues? {
      guard let column = schema.leafIndex(named: name.rawValue) else { return nil }
      return try await values(ofColumn: column, in: part)
    }
    if let version = try await first(.format)?.int64(0), version != ObservationTableFormat.version {
      throw EngineError(
        .otherTable, location,
        "the table of observations has format \(version), and this lakecanary reads \(ObservationTableFormat.version)",
        mend: "run `lakecanary observe` of the same version")
    }
    let table = try await first(.table)?.string(0)
    guard table == identity.table.description else {
      throw EngineError(
        .otherTable, location, "it holds observations of \(table ?? "no table"), not of \(identity.table)")
    }
    let tag = try await first(.pipeline)?.string(0)
    guard tag == identity.tag.hexadecimal else {
      throw EngineError(
        .otherTable, location, "it was written for another pipeline",
        mend: "run `lakecanary observe` with this pipeline's configuration")
    }
    let text = try await first(.level)?.string(0)
    guard let level = text.flatMap(ObservationLevel.init(rawValue:)), level >= identity.level else {
      throw EngineError(
        .otherTable, location,
        "it was written at level \(text ?? "none"), and \(identity.level.rawValue) is asked for",
        mend: "run `lakecanary observe` at that level, or lower the level")
    }
  }

  /// What the table says of an object; nil where it says nothing.
  ///
  /// - Throws: `EngineError`; `StorageError`.
  func records(of key: String) async throws -> [ObservationRecordRow]? {
    var found: [ObservationRecordRow] = []
    for index in partsHolding(key) { found += try await part(index).records(of: key) }
    return found.isEmpty ? nil : found
  }

  private func partsHolding(_ key: String) -> [Int] {
    guard isOrdered else {
      return parts.indices.filter {
        !KeyOrder.precedes(key, parts[$0].first) && !KeyOrder.precedes(parts[$0].last, key)
      }
    }
    var (low, high) = (0, parts.count)
    while low < high {
      let middle = (low + high) / 2
      if KeyOrder.precedes(parts[middle].last, key) { low = middle + 1 } else { high = middle }
    }
    var found: [Int] = []
    while low < parts.count, !KeyOrder.precedes(key, parts[low].first) {
      found.append(low)
      low += 1
    }
    return found
  }

  private func part(_ index: Int) async throws -> DecodedPart {
    recent.removeAll { $0 == index }
    recent.append(index)
    if let task = loaded[index] { return try await task.value }
    if let held, recent.count > held { loaded[recent.removeFirst()] = nil }
    let part = parts[index]
    let task = Task { try await self.decode(part) }
    loaded[index] = task
    do { return try await task.value } catch {
      loaded[index] = nil
      throw error
    }
  }

  private func decode(_ part: Part) async throws -> DecodedPart {
    let schema = files[part.file].metadata.schema
    var columns: [String: ColumnValues] = [:]
    var names = ObservationTableFormat.required(at: identity.level).map(\.rawValue)
    if identity.level >= .values {
      names += (0..<identity.digestColumns).map(ObservationTableFormat.valueColumn)
    }
    let needed = try names.map { name throws(EngineError) in
      guard let column = schema.leafIndex(named: name) else { throw malformed("it has no column \(name)") }
      return (name, column)
    }
    let file = files[part.file]
    let chunks = file.metadata.rowGroups[part.group].columns
    let ranges = needed.map { chunks[$0.1].byteRange }
    let span = (ranges.map(\.lowerBound).min() ?? 0)..<(ranges.map(\.upperBound).max() ?? 0)
    let bytes = try await bytes(of: file, span)
    for (name, column) in needed { columns[name] = try values(column, of: part, bytes) }
    return try DecodedPart(columns: columns, identity: identity, location: location)
  }

  /// The values of one column in a row group.
  private func values(ofColumn column: Int, in part: Part) async throws -> ColumnValues {
    let file = files[part.file]
    let bytes = try await bytes(of: file, file.metadata.rowGroups[part.group].columns[column].byteRange)
    return try values(column, of: part, bytes)
  }

  private func bytes(of file: File, _ range: Range<Int64>) async throws -> ObjectBytes {
    guard !range.isEmpty else { throw malformed("a row group of \(file.object.key) has no bytes") }
    let bytes = try await store.get(file.object.key, range: .bytes(range), ifMatch: file.object.etag)
    requests += 1
    bytesRead += Int64(bytes.bytes.count)
    return bytes
  }

  private func values(_ column: Int, of part: Part, _ bytes: ObjectBytes) throws(EngineError) -> ColumnValues
  {
    let file = files[part.file]
    let group = file.metadata.rowGroups[part.group]
    let values = try TableFileError.wrap(location) { () throws(ParquetError) in
      try ColumnChunkReader.values(
        of: group.columns[column], column: file.metadata.schema.leaves[column], bytes: bytes.bytes,
        at: bytes.offset,
        rowGroup: part.group, file: file.object.key)
    }
    guard Int64(values.count) == group.rowCount else {
      throw malformed("a column of \(file.object.key) has \(values.count) of \(group.rowCount) rows")
    }
    return values
  }

  private func malformed(_ what: String) -> EngineError {
    EngineError(.malformedTable, location, what, mend: "run `lakecanary observe` again, with another output")
  }
}

enum TableFileError {
  /// What `body` gives; an error of the format says which table it is of.
  static func wrap<Value: ~Copyable>(
    _ location: String, _ body: () throws(ParquetError) -> Value
  ) throws(EngineError) -> Value {
    do throws(ParquetError) { return try body() } catch {
      throw EngineError(.malformedTable, location, "\(error)", mend: "run `lakecanary observe` again")
    }
  }
}

extension PipelineTag {
  /// The tag as 12 hexadecimal digits, as a row's key begins with them.
  package var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 12 - digits.count) + digits
  }
}
