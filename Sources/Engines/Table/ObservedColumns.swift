import DMS
import Ledger
import Parquet
import Reconciliation

/// What an engine must read of a table's objects, by its meaning.
struct ObservedColumns {
  /// The columns that are read, with the engine's name of their types.
  private(set) var needed: [(name: String, type: String)] = []
  /// The column of operations.
  private(set) var op: String?
  /// The column of commit times, as text.
  private(set) var time: String?
  /// The column of keys.
  private(set) var key: (name: String, isBinary: Bool)?
  /// The column of versions.
  private(set) var version: Column?
  /// The columns of the digest; nil for one that the objects do not have.
  private(set) var values: [Column?] = []

  private let table: ObservedTable
  private let engine: String
  private let typeName: (Column) -> String?

  /// The columns of `table` as `sample` has them.
  ///
  /// - Parameter typeName: the engine's name of a column's type; nil where it cannot read it.
  /// - Throws: `EngineError` where the table cannot be observed by the engine.
  init(
    of table: ObservedTable, _ sample: BucketSample, engine: String,
    typeName: @escaping (Column) -> String?
  ) throws(EngineError) {
    (self.table, self.engine, self.typeName) = (table, engine, typeName)
    let request = table.request
    if let name = request.timestampColumn, let column = sample.column(name),
      try need(column) == "STRING"
    {
      time = column.name
    }
    if request.level >= .ops, let column = sample.column(ChangeOperation.columnName) {
      _ = try need(column)
      op = column.name
    }
    guard request.level >= .keys else { return }
    guard let keyColumn = sample.column(request.keyColumn),
      let versionColumn = sample.column(request.versionColumn)
    else {
      throw EngineError(
        .failed, table.name.description,
        "\(sample.key) has no column \(request.keyColumn) or \(request.versionColumn)",
        mend: "where a mapping rule renames or removes it, the table mappings must say so")
    }
    key = (keyColumn.name, try need(keyColumn) == "BINARY")
    _ = try need(versionColumn)
    version = versionColumn
    guard request.level >= .values else { return }
    for name in request.digestColumns {
      let column = name.flatMap(sample.column)
      if let column { _ = try need(column) }
      values.append(column)
    }
  }

  private mutating func need(_ column: Column) throws(EngineError) -> String {
    guard let type = typeName(column) else {
      throw EngineError(
        .unsupported, table.name.description,
        "\(engine) cannot read the type of its column \(column.name)",
        mend: table.request.level == .values
          ? "use level keys, or reconcile without an engine" : "reconcile without an engine")
    }
    if !needed.contains(where: { $0.name == column.name }) { needed.append((column.name, type)) }
    return type
  }
}
