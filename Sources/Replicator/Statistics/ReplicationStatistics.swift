import DMS
public import Postgres
public import Time

/// How far a replicator is, in the shape of DMS's describe-table-statistics (DMS.md section 7) and a bit more.
public struct ReplicationStatistics: Hashable, Sendable, Codable {
  /// The part of the work that is being done.
  public enum Phase: String, Sendable, Codable {
    /// Nothing yet.
    case starting
    /// The rows that were there.
    case fullLoad = "full load"
    /// Changes.
    case changes
    /// The run has ended.
    case stopped
  }

  /// The part of the work that is being done.
  public var phase = Phase.starting
  /// Up to where the stream was received.
  public var received = LSN.zero
  /// Up to where everything is durable and the source was told so.
  public var confirmed = LSN.zero
  /// CDC and full-load objects written.
  public var objectsWritten = 0
  /// Values that their column's type could not hold, written as NULL.
  public var unrepresentableValues = 0
  /// When the tables' full load began that these figures begin with; nil where a run before did it.
  public var freshStart: Timestamp?
  /// Since when is counted: a run that was killed leaves no figures to go on from.
  public var countedSince: Timestamp?
  /// The tables, sorted by schema and name.
  public var tables: [TableStatistics] = []

  /// Nothing done yet.
  public init() {}

  enum CodingKeys: String, CodingKey {
    case phase = "Phase"
    case received = "ReceivedLsn"
    case confirmed = "ConfirmedLsn"
    case objectsWritten = "ObjectsWritten"
    case unrepresentableValues = "UnrepresentableValues"
    case freshStart = "FreshStartDate"
    case countedSince = "CountedSince"
    case tables = "TableStatistics"
  }
}

/// The figures of one table, under DMS's names.
///
/// As DMS's, the counts of changes run ahead of the bucket by a batch; the applied ones are durable.
public struct TableStatistics: Hashable, Sendable, Codable {
  /// DMS's names of the states of a table.
  public enum State: String, Sendable, Codable {
    /// It was not looked at yet.
    case beforeLoad = "Before load"
    /// It is being loaded.
    case fullLoad = "Full load"
    /// Its full load is durable, or was not asked for.
    case completed = "Table completed"
    /// It is being loaded again.
    case reloading = "Table is being reloaded"
    /// It was dropped at the source.
    case missing = "Table does not exist"
    /// It is left out, since it cannot be written.
    case error = "Table error"
  }

  /// The schema in the source.
  public var schemaName: String
  /// The table in the source.
  public var tableName: String
  /// Inserts received.
  public var inserts = 0
  /// Updates received.
  public var updates = 0
  /// Deletes received.
  public var deletes = 0
  /// Changes of its columns, and that it was made or dropped while changes were read.
  public var ddls = 0
  /// Inserts in durable objects.
  public var appliedInserts = 0
  /// Updates in durable objects.
  public var appliedUpdates = 0
  /// Deletes in durable objects.
  public var appliedDeletes = 0
  /// Those of `ddls` that were carried out.
  public var appliedDDLs = 0
  /// Rows of the full load.
  public var fullLoadRows = 0
  /// Whether its full load was one by request, while changes went on.
  public var wasReloaded = false
  /// When its full load began.
  public var fullLoadStartTime: Timestamp?
  /// When its full load was durable.
  public var fullLoadEndTime: Timestamp?
  /// When a change of it was last received.
  public var lastUpdateTime: Timestamp?
  /// What is being done with it.
  public var tableState = State.beforeLoad
  /// Objects written.
  public var objects = 0
  /// Bytes of them.
  public var bytes = 0

  init(table: QualifiedName) {
    schemaName = table.schema
    tableName = table.name
  }

  enum CodingKeys: String, CodingKey {
    case schemaName = "SchemaName"
    case tableName = "TableName"
    case inserts = "Inserts"
    case updates = "Updates"
    case deletes = "Deletes"
    case ddls = "Ddls"
    case appliedInserts = "AppliedInserts"
    case appliedUpdates = "AppliedUpdates"
    case appliedDeletes = "AppliedDeletes"
    case appliedDDLs = "AppliedDdls"
    case wasReloaded = "FullLoadReloaded"
    case fullLoadRows = "FullLoadRows"
    case fullLoadStartTime = "FullLoadStartTime"
    case fullLoadEndTime = "FullLoadEndTime"
    case lastUpdateTime = "LastUpdateTime"
    case tableState = "TableState"
    case objects = "Objects"
    case bytes = "Bytes"
  }
}
