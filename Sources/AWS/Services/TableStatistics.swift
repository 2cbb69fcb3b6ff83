public import Time

/// What DMS counts of one table (botocore's model of DMS, "TableStatistics").
///
/// The counts run ahead of the bucket by up to the batch interval, and begin anew with a fresh start.
public struct TableStatistics: Sendable, Hashable {
  /// The table's schema, as it is in the source.
  public var schema: String
  /// The table's name, as it is in the source.
  public var table: String
  /// Inserts that were captured since the load.
  public var inserts: Int64
  /// Updates that were captured.
  public var updates: Int64
  /// Deletes that were captured.
  public var deletes: Int64
  /// Rows that were loaded.
  public var fullLoadRows: Int64
  /// Rows that could not be loaded.
  public var fullLoadErrorRows: Int64
  /// Whether the table was loaded again while the task ran.
  public var wasReloaded: Bool
  /// When its load ended.
  public var fullLoadEndTime: Timestamp?
  /// When the counts last changed.
  public var lastUpdateTime: Timestamp?
  /// `Table completed`, `Table error`, `Before load`, `Full load` ...
  public var state: String
  /// `Not enabled`, `Validated`, `Mismatched records` ...
  public var validationState: String?
  /// Records whose validation failed.
  public var validationFailedRecords: Int64

  struct Wire: Decodable {
    var schemaName, tableName: String
    var inserts, updates, deletes, fullLoadRows, fullLoadErrorRows, validationFailedRecords: Int64?
    var fullLoadReloaded: Bool?
    var fullLoadEndTime, lastUpdateTime: AWSTime?
    var tableState, validationState: String?
  }

  init(_ wire: Wire) {
    (schema, table) = (wire.schemaName, wire.tableName)
    (inserts, updates, deletes) = (wire.inserts ?? 0, wire.updates ?? 0, wire.deletes ?? 0)
    (fullLoadRows, fullLoadErrorRows) = (wire.fullLoadRows ?? 0, wire.fullLoadErrorRows ?? 0)
    wasReloaded = wire.fullLoadReloaded ?? false
    (fullLoadEndTime, lastUpdateTime) = (wire.fullLoadEndTime?.timestamp, wire.lastUpdateTime?.timestamp)
    (state, validationState) = (wire.tableState ?? "", wire.validationState)
    validationFailedRecords = wire.validationFailedRecords ?? 0
  }
}
