/// The settings of a DMS replication task, as far as they matter to files in a bucket (DMS.md sections 1 and 6).
public struct TaskSettings: Hashable, Sendable {
  /// What becomes of a table's objects when a full load begins (`TargetTablePrepMode`); the raw value is DMS's.
  ///
  /// Only objects with names that DMS gives are removed, and only below the table's own prefix.
  public enum TablePreparation: String, Sendable, CaseIterable {
    /// They are removed.
    case dropAndCreate = "DROP_AND_CREATE"
    /// They are removed: on S3 the same (DMS.md section 6).
    case truncate = "TRUNCATE_BEFORE_LOAD"
    /// They stay; full-load objects of the same names are written over.
    case doNothing = "DO_NOTHING"
  }

  /// `ControlTablesSettings`: the tables in which a task tells of itself.
  public struct ControlTables: Hashable, Sendable {
    /// `ControlSchema`: the folder that the tables' folders lie in; empty for none.
    public var schema = ""
    /// `StatusTableEnabled`: `awsdms_status`.
    public var status = false
    /// `SuspendedTablesTableEnabled`: `awsdms_suspended_tables`.
    public var suspendedTables = false
    /// `HistoryTableEnabled`: `awsdms_history`.
    public var history = false
    /// `HistoryTimeslotInMinutes`.
    public var historyTimeslot = Duration.seconds(300)

    /// DMS's defaults: no table.
    public init() {}
  }

  /// `FullLoadSettings.TargetTablePrepMode`; nil where it is not given.
  public var tablePreparation: TablePreparation?
  /// `ControlTablesSettings`.
  public var controlTables = ControlTables()
  /// `ChangeProcessingDdlHandlingPolicy.HandleSourceTableDropped`: a table that is dropped takes its objects along.
  public var handlesSourceTableDropped = true
  /// `TargetMetadata.LobMaxSize` in KB, under `LimitedSizeLobMode`: longer values are cut; nil where nothing
  /// limits them.
  ///
  /// DMS's own default is 32; here values are whole unless the settings say so.
  public var lobMaxSizeKB: Int?
  /// `TargetMetadata.SupportLobs`: LOB columns are not left out; nil where it is not given.
  public var supportsLOBs: Bool?
  /// `TargetMetadata.FullLobMode`, which S3 targets do not take.
  public var fullLOBMode = false
  /// `TargetMetadata.BatchApplyEnabled`.
  public var appliesInBatches = false
  /// `Logging.EnableLogging`; nil where it is not given.
  public var logs: Bool?
  /// What the one who wrote the settings should know, a sentence each.
  public var warnings: [String] = []

  /// DMS's defaults, without a limit for large values.
  public init() {}
}
