/// A point in the writing of a transaction, at which tests stop or kill a writer.
public enum WriteStep: String, Hashable, Sendable, CaseIterable {
  /// BEGIN is sent.
  case begun
  /// All statements are sent; nothing is committed.
  case statementsSent = "statements-sent"
  /// The ledger holds the intent, durably; nothing is committed.
  case intentRecorded = "intent-recorded"
  /// PostgreSQL has committed; the ledger does not say so yet.
  case committed
  /// The ledger says that it is committed.
  case confirmed
}
