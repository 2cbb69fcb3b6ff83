/// What became of transactions that the ledger held as intended only.
public struct Settlement: Hashable, Sendable, Codable {
  /// Those that PostgreSQL committed.
  public var committed: Int
  /// Those that it rolled back, or never saw through.
  public var aborted: Int
  /// Of all these, the ones that PostgreSQL knew no more, and whose rows were looked for instead.
  public var decidedByRows: Int
  /// Those still under way in another session.
  public var stillInProgress: Int

  /// So many of each; none without being told.
  public init(committed: Int = 0, aborted: Int = 0, decidedByRows: Int = 0, stillInProgress: Int = 0) {
    self.committed = committed
    self.aborted = aborted
    self.decidedByRows = decidedByRows
    self.stillInProgress = stillInProgress
  }

  /// Adds number by number.
  static func += (settlement: inout Settlement, more: Settlement) {
    settlement.committed += more.committed
    settlement.aborted += more.aborted
    settlement.decidedByRows += more.decidedByRows
    settlement.stillInProgress += more.stillInProgress
  }
}
