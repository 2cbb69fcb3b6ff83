public import Ledger
public import Time

/// How far a writer has come.
public struct WriteProgress: Hashable, Sendable {
  /// Rows committed.
  public let written: OperationCounts
  /// Rows of the whole plan; nil where it has no end.
  public let planned: OperationCounts?
  /// Transactions committed.
  public let transactions: Int
  /// When the writing began.
  public let startedAt: Timestamp
  /// When this was.
  public let now: Timestamp
}

/// What a writer has done.
public struct WriteSummary: Hashable, Sendable {
  /// Why it ended.
  public enum Ending: String, Hashable, Sendable, Codable {
    /// All that was planned is written, but for what was not possible.
    case completed
    /// The plan's time is over.
    case durationReached
    /// The task was cancelled; the transaction then under way was finished.
    case cancelled
  }

  /// Why it ended.
  public let ending: Ending
  /// Rows committed and confirmed.
  public let written: OperationCounts
  /// Updates and deletes that were planned, and for which there was no live row of ours.
  public let notPossible: OperationCounts
  /// Transactions committed and confirmed.
  public let transactions: Int
  /// Transactions that failed for a passing reason and were begun again.
  public let retries: Int
  /// Connections that were lost and made again.
  public let reconnects: Int
  /// Intents of earlier runs, and of lost connections, that were settled.
  public let settlement: Settlement
  /// Whether the table was made.
  public let tableCreated: Bool
  /// The seed of the rows, for writing the same once more.
  public let seed: UInt64
  /// When it began.
  public let startedAt: Timestamp
  /// When it ended.
  public let finishedAt: Timestamp
  /// PostgreSQL's clock against ours.
  public let clockOffset: ClockOffset
}

/// What a writer found before it writes.
public struct Preparation: Hashable, Sendable {
  /// Whether the table was made.
  public let tableCreated: Bool
  /// Intents of earlier runs that were settled.
  public let settlement: Settlement
  /// The server's version as a number: 150020 for 15.20.
  public let serverVersion: Int
  /// PostgreSQL's clock against ours.
  public let clockOffset: ClockOffset
}

/// How a writer guards the source: bounded waiting, bounded trying.
public struct WriterLimits: Hashable, Sendable {
  /// How long a statement may run at the server.
  public var statementTimeout: Duration
  /// How long a statement waits for a lock, and a writer for another one of its pipeline to end.
  public var lockTimeout: Duration
  /// How often a transaction is begun again after a serialization failure, a deadlock or a lock that could
  /// not be had.
  public var retries: Int
  /// How long a connection that was lost is tried to be made again: RDS's failover takes one or two minutes (RDS
  /// User Guide, "Failing over a Multi-AZ DB instance").
  public var outage: Duration

  /// Limits; those left out are usual.
  public init(
    statementTimeout: Duration = .seconds(60), lockTimeout: Duration = .seconds(10), retries: Int = 5,
    outage: Duration = .seconds(180)
  ) {
    self.statementTimeout = statementTimeout
    self.lockTimeout = lockTimeout
    self.retries = retries
    self.outage = outage
  }
}
