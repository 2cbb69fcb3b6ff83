import DMS
import Ledger
import Time

/// A table as one reconciliation sees it.
struct TableContext: Sendable {
  /// The table in the ledger.
  let table: KnownTable
  /// Where its objects lie.
  let location: TableLocation
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
  /// The format that the settings ask for.
  let format: FileFormat
  /// Columns that DMS puts before the table's own.
  let headerColumns: Set<String>

  var name: TableName { table.declaration.name }
  var isShared: Bool { table.declaration.isShared }
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
    request = ObservationRequest(
      level: configuration.level ?? (declaration.isShared ? .keys : .values), tag: tag,
      keyColumn: target(declaration.keyColumn) ?? declaration.keyColumn,
      versionColumn: target(declaration.versionColumn) ?? declaration.versionColumn,
      timestampColumn: settings.timestampColumnName, digestColumns: declaration.columns.map(target))
    expectedKinds = Set(
      OperationKind.allCases.filter { kind in
        ChangeOperation(rawValue: kind.rawValue).map { settings.delivers($0) } ?? true
      })
    unmarkedKinds =
      settings.hasOpColumn(in: .changes) ? [] : expectedKinds.subtracting([.delete])
    loadTimeIsTaskStart = settings.useTaskStartTimeForFullLoadTimestamp
    format = settings.fileFormat
    headerColumns = Set([ChangeOperation.columnName, settings.timestampColumnName].compactMap(\.self))
  }
}
