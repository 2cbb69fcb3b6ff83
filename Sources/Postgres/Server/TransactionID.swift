/// A transaction of the server by its 64-bit id (`xid8`), which is never used again.
public struct TransactionID: RawRepresentable, Hashable, Comparable, Sendable, Codable,
  CustomStringConvertible
{
  /// The epoch in the high and the xid in the low 32 bits.
  public let rawValue: UInt64

  /// The transaction with that 64-bit id.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The 32-bit xid, as the replication stream carries it; it comes again after four billion transactions.
  public var xid: UInt32 { UInt32(truncatingIfNeeded: rawValue) }

  /// Orders by age.
  public static func < (lhs: TransactionID, rhs: TransactionID) -> Bool {
    lhs.rawValue < rhs.rawValue
  }

  /// The id in decimal, as PostgreSQL writes an xid8.
  public var description: String { String(rawValue) }
}

/// How a transaction ended, in the words of `pg_xact_status`.
public enum TransactionStatus: String, Sendable, Hashable {
  /// It was committed.
  case committed
  /// It was rolled back, or its session or server died first.
  case aborted
  /// It is under way.
  case inProgress = "in progress"
}
