/// Rows by kind of operation.
public struct OperationCounts: Hashable, Sendable, Codable {
  /// New rows.
  public var inserts: Int
  /// Changed rows.
  public var updates: Int
  /// Rows taken away.
  public var deletes: Int

  /// So many of each; none without being told.
  public init(inserts: Int = 0, updates: Int = 0, deletes: Int = 0) {
    self.inserts = inserts
    self.updates = updates
    self.deletes = deletes
  }

  /// All of them.
  public var total: Int { inserts + updates + deletes }

  /// In the order in which the ledger numbers the kinds.
  var byKind: [Int] { [inserts, updates, deletes] }

  /// Adds kind by kind.
  public static func += (counts: inout OperationCounts, more: OperationCounts) {
    counts.inserts += more.inserts
    counts.updates += more.updates
    counts.deletes += more.deletes
  }

  /// Takes away kind by kind.
  static func -= (counts: inout OperationCounts, less: OperationCounts) {
    counts.inserts -= less.inserts
    counts.updates -= less.updates
    counts.deletes -= less.deletes
  }
}
