/// A point in the writing of a transaction, at which tests stop or kill a writer.
///
/// A small transaction's intent is recorded before it is begun, together with others; a large one's once its
/// statements are sent.
public enum WriteStep: String, Hashable, Sendable, CaseIterable {
  /// It begins.
  case begun
  /// All statements are sent; nothing is committed.
  case statementsSent = "statements-sent"
  /// The ledger holds the intent, durably; nothing is committed.
  case intentRecorded = "intent-recorded"
  /// The ledger or its journal holds PostgreSQL's number for the transaction; nothing is committed.
  case xidRecorded = "xid-recorded"
  /// PostgreSQL has committed; the ledger does not say so yet.
  case committed
  /// The ledger says that it is committed.
  case confirmed
}
