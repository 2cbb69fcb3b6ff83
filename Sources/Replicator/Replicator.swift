public import DMS
public import Logging
public import ObjectStorage
import Postgres
import Synchronization
public import Time

/// The local stand-in for AWS DMS: a full load in the snapshot of a replication slot, then change data capture,
/// into objects of DMS's shape.
///
/// What it promises: at least once, in commit order for each table. A position of the log is confirmed only when
/// every object of a change before it is durable, so a kill at any moment loses nothing and may double. A kill
/// during the full load begins it again. `SourceObjectNames` says how a run knows where the one before was.
public actor Replicator {
  let task: ReplicationTask
  let store: any ObjectStore
  let clock: any WallClock
  let logger: Logger
  let onStep: @Sendable (ReplicationStep) throws -> Void
  nonisolated let control = RunControl()
  private nonisolated let published = Mutex(ReplicationStatistics())
  private let executor = ThreadExecutor(name: "replicator")
  private var isRunning = false
  var figures = ReplicationStatistics()
  /// Published tables whose load is not complete, by oid; the source remembers them as well.
  var tablesToLoad: Set<UInt32> = []
  /// When the figures of a load that is under way were last shown.
  var lastProgress: Timestamp?
  let statisticsFile: StatisticsFile?

  /// libpq blocks; it does so on a thread that this actor has for itself.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// A replicator that has not begun.
  ///
  /// - Parameters:
  ///   - task: what it is to do.
  ///   - store: the bucket, opened for writing.
  ///   - clock: names files and closes batches.
  ///   - logger: hears what happens, never values of rows.
  ///   - onStep: called at each step, on the thread that does it. What it throws ends the run there, as a crash
  ///     would: nothing more is written or confirmed.
  public init(
    task: ReplicationTask, store: any ObjectStore, clock: any WallClock = SystemWallClock(),
    logger: Logger = Logger(label: "lakecanary.replicator"),
    onStep: @escaping @Sendable (ReplicationStep) throws -> Void = { _ in }
  ) {
    self.task = task
    statisticsFile = task.statisticsFile.map { StatisticsFile(path: $0, task: task.name, clock: clock) }
    self.store = store
    self.clock = clock
    self.logger = logger
    self.onStep = onStep
  }

  /// The slot of the task at the source.
  public nonisolated var slotName: String { task.names.slot }

  /// How far it is; from any thread.
  public nonisolated var statistics: ReplicationStatistics { published.withLock { $0 } }

  /// Asks for the end: open batches are closed and written, the log is confirmed, and `run` returns.
  ///
  /// A full load is cut off, and begins again with the next run. From any thread, any number of times.
  public nonisolated func stop() {
    control.stop()
  }

  /// Asks for a table to be loaded again while changes go on, as DMS's `reload-tables` does.
  ///
  /// Its objects are removed, as the task's table preparation has it, and a full load of it begins at number 1. A
  /// change that is committed meanwhile may be in the load and again in a CDC object. A reload that is cut off
  /// begins again with the next run.
  public nonisolated func requestReload(of table: QualifiedName) {
    control.requestReload(of: table)
  }

  /// Replicates until `stop()`, or until the task that it runs in is cancelled, which is the same; a full-load
  /// task ends by itself.
  ///
  /// - Throws: `ReplicatorError`; what `onStep` throws.
  public func run() async throws {
    precondition(!isRunning, "one run at a time")
    isRunning = true
    defer { isRunning = false }
    try task.validate()
    try await withTaskCancellationHandler {
      try await runWithReconnection()
    } onCancel: {
      control.stop()
    }
  }

  /// Drops the slots and publications of the task, those of a killed run as well, and then what DDL was captured
  /// with; a slot of somebody else's stays.
  ///
  /// - Throws: `ReplicatorError`, `slotInUse` where a run of the task is under way.
  public func cleanUp() async throws {
    try task.validate()
    let connection = try connect(interrupt: nil)
    defer { connection.close() }
    try await removeTraces(ReplicationSlots(connection: connection, names: task.names))
    try removeArtifacts(connection)
  }

  /// Lets `statistics` show the figures as they are now.
  ///
  /// - Throws: `ReplicatorError` with code `statisticsFile`.
  func publishFigures(isLast: Bool = false) throws(ReplicatorError) {
    let figures = figures
    published.withLock { $0 = figures }
    try statisticsFile?.write(figures, isLast: isLast)
  }

  func step(_ step: ReplicationStep) throws {
    try onStep(step)
  }
}
