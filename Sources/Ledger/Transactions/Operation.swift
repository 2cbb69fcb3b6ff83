public import Time

/// Insert, update or delete, by the letter of DMS's `Op` column.
public enum OperationKind: String, Hashable, Sendable, Codable, CaseIterable {
  /// A new row.
  case insert = "I"
  /// A changed row.
  case update = "U"
  /// A row taken away.
  case delete = "D"

  /// The number that the ledger stores.
  package var number: Int {
    switch self {
    case .insert: 0
    case .update: 1
    case .delete: 2
    }
  }

  package init?(number: Int) {
    switch number {
    case 0: self = .insert
    case 1: self = .update
    case 2: self = .delete
    default: return nil
    }
  }
}

/// The number of a transaction in the ledger; the order of these numbers is the order of commits.
public struct SourceTransactionID: Hashable, Sendable, Comparable, Codable {
  /// The number, from 1.
  public let rawValue: Int64

  /// The transaction of this number.
  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// Orders as the transactions were committed.
  public static func < (lhs: SourceTransactionID, rhs: SourceTransactionID) -> Bool {
    lhs.rawValue < rhs.rawValue
  }
}

/// The bounds of a commit's time by PostgreSQL's clock.
public struct CommitTime: Hashable, Sendable, Codable {
  /// The commit was not before this.
  public let earliest: Timestamp
  /// The commit was not after this.
  public let latest: Timestamp

  /// A commit between two readings of PostgreSQL's clock; where the clock went back between them, they are
  /// taken in order.
  public init(earliest: Timestamp, latest: Timestamp) {
    self.earliest = min(earliest, latest)
    self.latest = max(earliest, latest)
  }

  /// A commit at a time that is known exactly (track_commit_timestamp).
  public init(exactly time: Timestamp) {
    self.init(earliest: time, latest: time)
  }
}

/// An operation about to be committed.
public struct IntendedOperation: Hashable, Sendable {
  /// What is done.
  public let kind: OperationKind
  /// The row: the sequence number of its `RowIdentity`.
  public let sequence: Int64
  /// The row's version after the operation; for a delete, of the row deleted.
  public let version: Timestamp
  /// The digest of the row after the operation; empty for a delete.
  public let digest: RowDigest

  /// An operation of `kind` on the row `sequence`.
  public init(kind: OperationKind, sequence: Int64, version: Timestamp, digest: RowDigest) {
    self.kind = kind
    self.sequence = sequence
    self.version = version
    self.digest = digest
  }
}

/// A transaction of which it is not known yet whether PostgreSQL committed it.
public struct UnsettledTransaction: Hashable, Sendable {
  /// Its number in the ledger.
  public let id: SourceTransactionID
  /// Whether it was begun, and PostgreSQL's number for it.
  public let start: TransactionStart
  /// The table that it wrote to.
  public let table: TableName
  /// When the ledger recorded it, by this machine's clock.
  public let recordedAt: Timestamp
  /// How many operations it holds.
  public let operationCount: Int
}

/// What became of an operation.
package enum OperationState: Int, Hashable, Sendable, CaseIterable {
  /// Its transaction is not known to be committed; in the ledger's file also one that is open, where it is.
  case intended = 0
  /// Committed, and not met in the bucket yet.
  case open = 1
  /// Met in an object of changes.
  case delivered = 2
  /// Held by a full load's row, or by the absence of a row that was deleted before the load.
  case covered = 3
  /// Proved lost.
  case missing = 4
  /// Not to be expected: before the baseline, or of a kind that the settings leave out.
  case excluded = 5
  /// Its transaction was rolled back.
  case aborted = 6
  /// Was delivered or covered by an object that a reload took away.
  case reopened = 7
}
