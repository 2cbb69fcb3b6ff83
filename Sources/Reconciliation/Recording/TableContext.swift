import DMS
import Ledger
import Time

/// A table as one reconciliation sees it.
struct TableContext: Sendable {
  /// The table in the ledger.
  let table: KnownTable
  /// Where its own objects lie.
  let location: TableLocation
  /// All places to look for its rows: under `PreserveTransactions`, changes of all tables lie together.
  let locations: [TableLocation]
  /// The number of the bucket in the ledger.
  let bucket: Int64
  /// What to look for in its objects.
  let request: ObservationRequest
  /// What a row of changes without an Op may be.
  let unmarkedKinds: Set<OperationKind>
  /// Kinds of operations that the settings let through.
  let expectedKinds: Set<OperationKind>
  /// Whether a load's rows carry the start of the task instead of the time of their transfer.
  let loadTimeIsTaskStart: Bool
  /// The endpoint's settings.
  let settings: EndpointSettings
  /// Whether mapping rules leave some of the table's rows out.
  let isFiltered: Bool
  /// Columns that DMS puts beside the table's own: a load and changes need not have the same ones.
  let headerColumns: Set<String>

  var name: TableName { table.declaration.name }
  /// Whether a key is that of an object of the table's full load; nil where DMS names no object so.
  func isLoad(_ key: String) -> Bool? {
    for location in locations {
      if case .object(let name, _) = location.classify(key) { return name.phase == .fullLoad }
    }
    return nil
  }

  /// Whether a key is that of an object of one segment of a parallel load.
  func isSegment(_ key: String) -> Bool {
    guard case .object(let name, let folder) = location.classify(key),
      case .fullLoad(_, let segment) = name.kind
    else { return false }
    return folder != nil || segment != nil
  }

  /// One bit a column of the digest that an object does not have.
  func absentColumns(_ observation: Observation) -> UInt64 {
    let absent = Set(observation.absentColumns)
    return request.digestColumns.enumerated().reduce(into: 0) { bits, column in
      guard column.offset < 64 else { return }
      if let name = column.element, !absent.contains(name) { return }
      bits |= 1 << UInt64(column.offset)
    }
  }

  /// The place of the version among the columns of the digest.
  var versionColumn: Int? { table.declaration.columns.firstIndex(of: table.declaration.versionColumn) }

  var isShared: Bool { table.declaration.isShared }

  /// When an object of changes was closed, by the time in its name: in the hour that a change from summer
  /// time repeats, the one of two that is nearer to when it was written.
  func closingTime(_ civil: CivilTime, modified: Timestamp) -> Timestamp {
    func distance(_ point: Timestamp) -> Duration { max(point - modified, modified - point) }
    return settings.timestamps(of: civil).min { distance($0) < distance($1) } ?? civil.utc
  }
}

extension TableContext {
  init(
    table: KnownTable, bucket: Int64, configuration: ReconcilerConfiguration, tag: PipelineTag
  ) {
    let declaration = table.declaration
    let settings = configuration.settings
    let source = QualifiedName(schema: declaration.name.schema, name: declaration.name.name)
    let mappings = configuration.mappings
    func target(_ column: String) -> String? {
      mappings.map { $0.targetColumn(column, of: source) } ?? column
    }
    self.table = table
    self.bucket = bucket
    location = TableLocation(
      table: mappings?.target(of: source) ?? source, settings: settings, prefix: configuration.prefix)
    let isTogether = settings.preserveTransactions && settings.cdcPath != nil
    locations =
      [location]
      + (isTogether ? [TableLocation(transactionsOf: settings, prefix: configuration.prefix)] : [])
    var request = ObservationRequest(
      level: configuration.level ?? (declaration.isShared ? .keys : .values), tag: tag,
      keyColumn: target(declaration.keyColumn) ?? declaration.keyColumn,
      versionColumn: target(declaration.versionColumn) ?? declaration.versionColumn,
      timestampColumn: settings.timestampColumnName, digestColumns: declaration.columns.map(target),
      digestKinds: declaration.kinds,
      csv: CSVLayout(
        table: mappings?.target(of: source) ?? source, columns: declaration.columns.compactMap(target),
        settings: settings))
    request.table = declaration.name
    self.request = request
    expectedKinds = Set(
      OperationKind.allCases.filter { kind in
        ChangeOperation(rawValue: kind.rawValue).map { settings.delivers($0) } ?? true
      })
    unmarkedKinds =
      settings.hasOpColumn(in: .changes) ? [] : expectedKinds.subtracting([.delete])
    loadTimeIsTaskStart = settings.useTaskStartTimeForFullLoadTimestamp
    self.settings = settings
    isFiltered = mappings?.filters(of: source).isEmpty == false
    headerColumns = Set([ChangeOperation.columnName, settings.timestampColumnName].compactMap(\.self))
      .union(mappings?.addedColumns(to: source, with: declaration.columns) ?? [])
  }
}
