public import DMS
public import Postgres

/// What a replicator is to do: DMS's replication task.
public struct ReplicationTask: Sendable {
  /// Which parts of the work are done; the raw value is DMS's.
  public enum MigrationType: String, Sendable, CaseIterable {
    /// The rows that are there, then the end.
    case fullLoad = "full-load"
    /// Changes alone, from the moment that the task is first run.
    case changes = "cdc"
    /// The rows that are there, then changes.
    case fullLoadAndChanges = "full-load-and-cdc"
  }

  /// What becomes of a table's objects when a full load begins.
  public typealias TablePreparation = TaskSettings.TablePreparation

  /// Names the slot and the publications: 1 to 40 of `a-z`, `0-9` and `_`.
  public var name: String
  /// The source as libpq takes it: keywords, a URL, or nothing for the `PG*` variables.
  public var source: String
  /// The settings of the target endpoint.
  public var settings: EndpointSettings
  /// The settings of the source endpoint.
  public var sourceSettings = SourceSettings()
  /// The task's own settings.
  public var taskSettings = TaskSettings()
  /// The table mappings.
  public var mappings: TableMappings
  /// What comes before `BucketFolder` in each key: empty, or ending in `/`.
  public var prefix = ""
  /// Which parts of the work are done.
  public var migrationType = MigrationType.fullLoadAndChanges
  /// What becomes of objects that are there when a full load begins.
  public var tablePreparation = TablePreparation.dropAndCreate
  /// Where changes begin, for a task that has not begun yet (`CdcStartPosition`); nil begins where the slot does.
  ///
  /// Transactions that were committed before are left out.
  public var startPosition: LSN?
  /// Publications of others to read `sourceSettings.slotName` through, which must be older than the slot; none
  /// lets the task use its own.
  public var publications: [String] = []
  /// A file that is kept up to date with the statistics, in the shape of `describe-table-statistics`.
  public var statisticsFile: String?
  /// Drops what an earlier run left at the source and begins with a full load; false resumes.
  public var startsAfresh = false
  /// Faults to commit on purpose.
  public var faults: FaultPlan?
  /// Bytes of rows and files that may be held at once; beyond it the largest batch is closed before its time.
  public var memoryLimit = 128 << 20
  /// Connects again, with growing pauses, after the source went away; false ends the run with the error.
  public var reconnects = true

  /// A task of full load and changes, without faults.
  public init(name: String, source: String, settings: EndpointSettings, mappings: TableMappings) {
    self.name = name
    self.source = source
    self.settings = settings
    self.mappings = mappings
  }

  /// The names of what a task keeps at the source.
  var names: SourceObjectNames {
    SourceObjectNames(task: name, slot: sourceSettings.slotName, publications: publications)
  }

  /// - Throws: `ReplicatorError` with code `invalidTask`.
  func validate() throws(ReplicatorError) {
    let isNamed =
      (1...40).contains(name.utf8.count)
      && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    guard isNamed else {
      throw ReplicatorError(
        .invalidTask, detail: "\"\(name)\" cannot name a task; use 1 to 40 of a-z, 0-9 and _")
    }
    guard prefix.isEmpty || prefix.hasSuffix("/") else {
      throw ReplicatorError(.invalidTask, detail: "the prefix \"\(prefix)\" must end in /")
    }
    if let slot = sourceSettings.slotName {
      guard migrationType == .changes else {
        throw ReplicatorError(
          .invalidTask,
          detail: "SlotName=\(slot) needs the migration type cdc: a load cannot begin where the slot stands")
      }
      guard !startsAfresh else {
        throw ReplicatorError(
          .invalidTask, detail: "the slot \(slot) is not this task's own, and cannot be begun afresh")
      }
    } else if !publications.isEmpty {
      throw ReplicatorError(
        .invalidTask, detail: "publications of others need SlotName, a slot that is newer")
    }
    if startPosition != nil, migrationType != .changes {
      throw ReplicatorError(.invalidTask, detail: "a start position needs the migration type cdc")
    }
  }
}

/// The names of what a task keeps at the source.
///
/// What they say, together, is how far the task has come; nothing of it lies in the bucket:
/// - `slot` exists: the full load is complete and durable; a run resumes from it.
/// - only `loadSlot` exists: a full load was cut off; a run begins again.
/// - neither exists, and the publication's comment says that the task was live: the slot was lost.
///
/// `slot` is made from `loadSlot` by `pg_copy_logical_replication_slot`, in one step, once every full-load
/// object is durable. So there is no moment at which a kill leaves a half-loaded table that looks complete.
struct SourceObjectNames: Hashable, Sendable {
  let slot: String
  /// Whether somebody else made the slot, and takes it away.
  let isSlotForeign: Bool
  let loadSlot: String
  /// Publishes every change of tables with a replica identity.
  let publication: String
  /// Publishes inserts of the other tables: publishing their updates would make PostgreSQL refuse them.
  let insertPublication: String

  /// Somebody else's publications; none where the task has its own.
  let foreignPublications: [String]

  /// The publications that the stream carries.
  var streamed: [String] {
    foreignPublications.isEmpty ? [publication, insertPublication] : foreignPublications
  }

  /// How the publication's comment begins once the task is live; after it may stand `, to load: OID OID`.
  static let liveComment = "lakecanary: live"

  init(task: String, slot: String? = nil, publications: [String] = []) {
    let own = "lakecanary_\(task)"
    self.slot = slot ?? own
    isSlotForeign = slot != nil
    loadSlot = own + "_load"
    publication = own
    insertPublication = own + "_inserts"
    foreignPublications = publications
  }
}
