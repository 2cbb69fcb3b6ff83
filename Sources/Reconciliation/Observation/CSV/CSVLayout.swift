public import DMS

/// How the csv files of a table are made up, by the endpoint's settings.
public struct CSVLayout: Hashable, Sendable {
  /// The three sorts of files.
  enum Kind: Hashable, Sendable {
    case load, changes
    /// The changes of all tables, in commit order (`PreserveTransactions`).
    case transactions
  }

  /// Delimiters, quotes and what stands for NULL.
  public var settings: CSVSettings
  /// The table, by its names in the bucket.
  public var table: QualifiedName
  /// Names before the table's own columns, in a load and in changes.
  public var loadHeader: [String], changesHeader: [String]
  /// The table's columns in its order, by their names in the bucket.
  public var columns: [String]

  /// The layout of `table` with `columns` under an endpoint's settings.
  public init(table: QualifiedName, columns: [String], settings: EndpointSettings) {
    self.settings = settings.csv
    self.table = table
    loadHeader = settings.headerColumns(in: .fullLoad)
    changesHeader = settings.headerColumns(in: .changes)
    self.columns = columns
  }

  /// The names of the columns of a file that does not tell them.
  func names(_ kind: Kind) -> [String] {
    switch kind {
    case .load: return loadHeader + columns
    case .changes: return changesHeader + columns
    case .transactions:
      let (op, schema, table) = ("Op", "schema", "table")
      return [op, table, schema] + changesHeader.filter { $0 != op } + columns
    }
  }

  /// Whether a row of a file of all tables is of this one; AWS's examples have the two names in either order.
  func isOfTable(_ one: String?, _ other: String?) -> Bool {
    one == table.name && other == table.schema || one == table.schema && other == table.name
  }
}
