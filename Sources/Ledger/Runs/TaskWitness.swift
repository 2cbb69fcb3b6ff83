public import Time

/// What DMS, or the stand-in for it, itself said of its task beside a run.
public struct TaskWitness: Hashable, Sendable, Codable {
  /// Who counts.
  public enum Teller: String, Hashable, Sendable, Codable {
    /// DMS, asked by its API. It counts a row when it has captured it.
    case dms
    /// The stand-in for DMS, by its file of statistics. It counts a row once its object is durable.
    case replicator
  }

  /// What DMS counts of one table since the task's fresh start.
  public struct Table: Hashable, Sendable, Codable {
    /// The table, as it is in the source.
    public var table: TableName
    /// Rows that were loaded.
    public var fullLoadRows: Int64
    /// Inserts that were captured.
    public var inserts: Int64
    /// Updates that were captured.
    public var updates: Int64
    /// Deletes that were captured.
    public var deletes: Int64
    /// `Table completed`, `Table error` ...
    public var state: String
    /// Whether the table was loaded again while the task ran.
    public var wasReloaded: Bool
    /// When its last load ended; nil where it has not, and in ledgers of before.
    public var loadedAt: Timestamp?

    /// Counts of a table.
    public init(
      table: TableName, fullLoadRows: Int64, inserts: Int64, updates: Int64, deletes: Int64, state: String,
      wasReloaded: Bool, loadedAt: Timestamp? = nil
    ) {
      (self.table, self.fullLoadRows, self.inserts) = (table, fullLoadRows, inserts)
      (self.updates, self.deletes, self.state) = (updates, deletes, state)
      (self.wasReloaded, self.loadedAt) = (wasReloaded, loadedAt)
    }
  }

  /// When DMS was asked, by this machine's clock.
  public var askedAt: Timestamp
  /// The task's name.
  public var task: String
  /// Who counts; nil in records of before there was more than one.
  public var teller: Teller?
  /// `running`, `stopped`, `failed` ...; nil where DMS did not answer.
  public var status: String?
  /// Why the task stopped, as DMS says it.
  public var stopReason: String?
  /// When it stopped.
  public var stoppedAt: Timestamp?
  /// When the task was last begun anew, loading its tables.
  public var freshStart: Timestamp?
  /// Since when is counted, where that is not since the fresh start.
  public var countedSince: Timestamp?
  /// Seconds from the source's newest event to DMS (CDCLatencySource).
  public var sourceLatency: Double?
  /// Seconds from DMS to the bucket (CDCLatencyTarget).
  public var targetLatency: Double?
  /// Changes that wait (CDCIncomingChanges).
  public var incomingChanges: Double?
  /// The canary's tables, as far as DMS counts them.
  public var tables: [Table]
  /// What could not be asked, and why, one line each.
  public var problems: [String]

  /// A witness of which nothing is known yet.
  public init(task: String, askedAt: Timestamp, teller: Teller? = nil) {
    (self.task, self.askedAt, self.teller) = (task, askedAt, teller)
    (tables, problems) = ([], [])
  }
}
