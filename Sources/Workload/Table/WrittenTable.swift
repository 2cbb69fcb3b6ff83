public import Ledger

/// The table that a writer writes to, and what is expected of it.
public struct WrittenTable: Hashable, Sendable {
  /// The table.
  public var name: TableName
  /// Whether rows of others are expected in it.
  ///
  /// A table that lakecanary did not make is then taken too; only rows with the pipeline's tag are ever changed
  /// all the same.
  public var isShared: Bool
  /// Whether the schema and the table are made where there are none.
  public var createIfAbsent: Bool

  /// The table `name`, ours alone and made where it is absent unless said otherwise.
  public init(name: TableName, isShared: Bool = false, createIfAbsent: Bool = true) {
    self.name = name
    self.isShared = isShared
    self.createIfAbsent = createIfAbsent
  }
}
