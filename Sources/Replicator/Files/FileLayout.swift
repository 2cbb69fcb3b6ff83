import DMS
import Parquet

/// The columns of a table's files in one phase, and what fills them.
struct FileLayout: Hashable, Sendable {
  struct Column: Hashable, Sendable {
    let name: String
    let type: DMSType
    let conversion: ColumnConversion
    let origin: TargetColumn.Origin
    /// Whether text that does not fit is NULL: a rule made the type, the source did not promise it.
    let isLenient: Bool

    /// Whether it holds text of any content, which a UUID's is not.
    var isText: Bool {
      switch conversion {
      case .text: type != .string(36)
      case .trimmedText: true
      default: false
      }
    }
  }

  let source: QualifiedName
  let target: QualifiedName
  let sourceColumns: [SourceTableColumn]
  private(set) var columns: [Column]
  var hasOp: Bool
  let timestampColumn: String?
  /// A column that only the fault `schema-change` adds.
  var extraColumn: String?

  /// The layout of a table under a task's mappings and settings.
  init(table: SourceTable, phase: ObjectName.Phase, task: ReplicationTask) throws(ReplicatorError) {
    try self.init(
      table: table, phase: phase, mappings: task.mappings, settings: task.settings,
      text: TextRules(
        trimsChar: task.sourceSettings.trimsSpaceInChar && !task.settings.csv.addTrailingPaddingCharacter,
        lobMaxSizeKB: task.taskSettings.lobMaxSizeKB))
  }

  init(
    table: SourceTable, phase: ObjectName.Phase, mappings: TableMappings, settings: EndpointSettings,
    text: TextRules = TextRules()
  ) throws(ReplicatorError) {
    let target: TargetTable
    do {
      target = try mappings.targetTable(
        of: table.name,
        columns: table.columns.map {
          SourceColumn(name: $0.name, type: DMSType($0.type), isKey: $0.isPrimaryKey)
        })
    } catch {
      throw ReplicatorError(error, table: table.name.description)
    }
    source = table.name
    self.target = target.target
    sourceColumns = table.columns
    columns = target.columns.map { column in
      let type =
        switch column.origin {
        case .column(let index), .beforeImage(let index): table.columns[index].type
        // What a rule computes is text.
        case .expression: PostgresType(oid: 25)
        }
      return Column(
        name: column.name, type: column.type,
        conversion: ColumnConversion(from: type, to: column.type, settings: settings, text: text),
        origin: column.origin,
        isLenient: column.isConverted || { if case .expression = column.origin { true } else { false } }())
    }
    hasOp = settings.hasOpColumn(in: phase)
    timestampColumn = settings.timestampColumnName
  }

  /// Leaves the last column of text that is no part of the key out, as only the fault `drop-column` does.
  ///
  /// - Returns: its name; nil where there is none.
  mutating func dropColumn() -> String? {
    let index = columns.lastIndex { column in
      guard case .column(let source) = column.origin, !sourceColumns[source].isPrimaryKey else {
        return false
      }
      return column.isText
    }
    return index.map { columns.remove(at: $0).name }
  }

  /// Every column's name, in the order of the file.
  var names: [String] {
    (hasOp ? [ChangeOperation.columnName] : []) + (timestampColumn.map { [$0] } ?? []) + columns.map(\.name)
      + (extraColumn.map { [$0] } ?? [])
  }

  /// The columns in Parquet: `Op` and the timestamp column REQUIRED (inferred for `Op`), all others OPTIONAL
  /// whatever the source says (DMS.md section 5).
  func parquetColumns(_ settings: EndpointSettings) -> [ColumnDefinition] {
    var definitions: [ColumnDefinition] = []
    if hasOp { definitions.append(.text(ChangeOperation.columnName, isOptional: false)) }
    if let timestampColumn { definitions.append(.text(timestampColumn, isOptional: false)) }
    for column in columns {
      definitions.append(ColumnDefinition(column.name, as: column.type.parquetColumn(settings)))
    }
    if let extraColumn { definitions.append(.text(extraColumn)) }
    return definitions
  }
}

extension ColumnDefinition {
  /// DMS's column: ConvertedType only, no LogicalType (DMS.md sections 5 and 9).
  fileprivate init(_ name: String, as type: ParquetColumnType) {
    switch type {
    case .boolean: self.init(name, .boolean)
    case .int16: self.init(name, .int32, convertedType: .int16)
    case .int32: self.init(name, .int32)
    case .int64: self.init(name, .int64)
    case .float: self.init(name, .float)
    case .double: self.init(name, .double)
    case .decimal(let precision, let scale):
      self = .decimal(name, precision: Int32(precision), scale: Int32(scale))
    case .utf8: self = .text(name)
    case .bytes: self.init(name, .byteArray)
    case .date: self.init(name, .int32, convertedType: .date)
    case .timeMillis: self.init(name, .int32, convertedType: .timeMillis)
    case .timestampMillis: self.init(name, .int64, convertedType: .timestampMillis)
    case .timestampMicros: self.init(name, .int64, convertedType: .timestampMicros)
    }
  }
}
