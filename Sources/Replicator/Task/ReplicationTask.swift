public import DMS

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

  /// Names the slot and the publications: 1 to 40 of `a-z`, `0-9` and `_`.
  public var name: String
  /// The source as libpq takes it: keywords, a URL, or nothing for the `PG*` variables.
  public var source: String
  /// The endpoint settings.
  public var settings: EndpointSettings
  /// The table mappings.
  public var mappings: TableMappings
  /// What comes before `BucketFolder` in each key: empty, or ending in `/`.
  public var prefix = ""
  /// Which parts of the work are done.
  public var migrationType = MigrationType.fullLoadAndChanges
  /// What becomes of objects that are there when a full load begins.
  public var tablePreparation = TablePreparation.dropAndCreate
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
  var names: SourceObjectNames { SourceObjectNames(task: name) }

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
  let loadSlot: String
  /// Publishes every change of tables with a replica identity.
  let publication: String
  /// Publishes inserts of the other tables: publishing their updates would make PostgreSQL refuse them.
  let insertPublication: String

  /// How the publication's comment begins once the task is live; after it may stand `, to load: OID OID`.
  static let liveComment = "lakecanary: live"

  init(task: String) {
    slot = "lakecanary_\(task)"
    loadSlot = slot + "_load"
    publication = slot
    insertPublication = slot + "_inserts"
  }
}
