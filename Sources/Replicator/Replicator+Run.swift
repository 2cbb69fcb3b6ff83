import DMS
import Logging
import ObjectStorage
import Postgres
import Time

extension Replicator {
  /// What a run holds from its beginning to its end, reconnections included.
  struct RunContext {
    let registry: TableRegistry
    let injector: FaultInjector?
    let taskStart: Timestamp
    var startsAfresh: Bool
    /// Whether the source was reached once: from then on its going away is a matter of time.
    var wasConnected = false
    /// The table into which the source's event trigger writes; nil where DDL is not captured.
    var auditTable: QualifiedName?
    let controlTables: ControlTableWriter
  }

  /// Runs, and after the source went away connects again with growing pauses.
  ///
  /// Batches that were open are thrown away then: the stream brings their changes again.
  func runWithReconnection() async throws {
    let injector: FaultInjector? = try task.faults.map { plan throws(ReplicatorError) in
      try FaultInjector(plan, clock: clock)
    }
    var context = RunContext(
      registry: TableRegistry(task: task), injector: injector, taskStart: clock.now(),
      startsAfresh: task.startsAfresh, controlTables: ControlTableWriter(task: task, clock: clock))
    figures.countedSince = context.taskStart
    var pause = Duration.milliseconds(200)
    while !control.isStopping {
      do {
        try await runOnce(&context)
        break
      } catch is StopRequest {
        break
      } catch let error as ReplicatorError where error.isTransient && task.reconnects && context.wasConnected
      {
        guard !control.isStopping else { break }
        logger.warning("the source went away, trying again", metadata: ["error": "\(error)"])
        let confirmed = figures.confirmed
        try await sleep(pause)
        pause = figures.confirmed > confirmed ? .milliseconds(200) : min(pause * 2, .seconds(10))
      } catch let error as ReplicatorError where error.isInterruption && control.isStopping {
        break
      }
    }
    figures.phase = .stopped
    try publishFigures(isLast: true)
    try step(.stopped)
  }

  /// Sleeps by the clock; a stop ends it.
  private func sleep(_ duration: Duration) async throws {
    let (clock, deadline) = (clock, clock.now() + duration)
    let sleeper = Task { try await clock.sleep(until: deadline) }
    control.onStop { sleeper.cancel() }
    _ = await sleeper.result
  }

  private func runOnce(_ context: inout RunContext) async throws {
    let (statements, stream) = (try interrupt(), try interrupt())
    control.begin(statements: statements, stream: stream)
    defer { control.end() }
    let connection = try connect(interrupt: statements)
    defer { connection.close() }
    context.wasConnected = true
    try checkServer(connection)
    let control = control
    let uploads = UploadQueue(
      store: store, settings: task.settings, faults: context.injector.map(ObjectFaults.init), onStep: onStep,
      notify: { control.wake() })
    control.onStop { uploads.stopWaiting() }
    do {
      try await begin(&context, connection, uploads, statements: statements, stream: stream)
    } catch {
      // Nothing is written any more once the run has ended.
      uploads.abandon()
      await uploads.finish()
      throw error
    }
  }

  private func begin(
    _ context: inout RunContext, _ connection: Connection, _ uploads: UploadQueue, statements: Interrupt,
    stream: Interrupt
  ) async throws {
    let slots = ReplicationSlots(connection: connection, names: task.names)
    if context.startsAfresh {
      try await removeTraces(slots)
      context.startsAfresh = false
    }
    context.auditTable = try installArtifacts(connection)
    let present = try catalogTables(connection)
    let tables = try selectedTables(present)
    let auditTable = audit(among: present, context)
    for table in tables { context.registry.table(table.name).figures.tableState = .beforeLoad }
    try publish(context)
    if task.migrationType == .fullLoad {
      try await loadOnly(tables, context, connection, uploads)
      return
    }
    switch try slots.state() {
    case .slotGone: throw ReplicatorError.slotMissing(task.names.slot)
    case .live(let toLoad):
      countOn(tables, context)
      try await drop(slot: task.names.loadSlot, slots)
      try checkStart(slots, isFirst: false)
      try publishOnResume(tables, audit: auditTable, toLoad: toLoad, slots)
    case .fresh where task.names.isSlotForeign:
      try checkStart(slots, isFirst: true)
      try slots.publish(tables, audit: auditTable)
      try step(.publicationsCreated)
      try markForeignLive(slots)
    case .fresh:
      try await drop(slot: task.names.loadSlot, slots)
      try checkStart(slots, isFirst: true)
      try slots.publish(tables, audit: auditTable)
      try step(.publicationsCreated)
      if task.migrationType == .changes {
        try createLiveSlot(statements)
      } else {
        try await fullLoad(tables, context, slots, uploads, statements: statements)
      }
      try step(.liveSlotCreated)
      // Those that were left out.
      try slots.markLive(toLoad: tablesToLoad)
    }
    for table in tables {
      let entry = context.registry.table(table.name)
      entry.oid = table.oid
      if entry.figures.tableState != .error { entry.figures.tableState = .completed }
    }
    control.protectStatements()
    try await streamChanges(context, connection, slots, uploads, stream: stream)
  }

  /// Goes on from the figures of the run before, as DMS does when a task is resumed.
  private func countOn(_ tables: [CatalogTable], _ context: RunContext) {
    // A run that connects again has figures of its own.
    guard figures.received == .zero, let last = statisticsFile?.figuresOfLastRun else { return }
    (figures.freshStart, figures.countedSince) = (last.freshStart, last.countedSince)
    figures.unrepresentableValues = last.unrepresentableValues
    for known in last.tables {
      let name = QualifiedName(schema: known.schemaName, name: known.tableName)
      guard tables.contains(where: { $0.name == name }) else { continue }
      let table = context.registry.table(name)
      let state = table.figures.tableState
      table.figures = known
      table.figures.tableState = state
    }
  }

  /// Publishes the tables that are there now.
  ///
  /// Those that are new since the last run are loaded, with what a killed run has left to load: the source
  /// remembers them, whatever happens.
  private func publishOnResume(
    _ tables: [CatalogTable], audit: CatalogTable?, toLoad: Set<UInt32>, _ slots: ReplicationSlots
  ) throws(ReplicatorError) {
    var toLoad = toLoad.intersection(tables.map(\.oid))
    let published = try slots.published()
    // Where DDL was captured before, a table that is new was made since: all its rows are changes.
    let wasCaptured = audit.map { published.contains($0.oid) } ?? false
    if task.migrationType == .fullLoadAndChanges || wasCaptured {
      toLoad.formUnion(Set(tables.map(\.oid)).subtracting(published))
    }
    if task.names.foreignPublications.isEmpty || !toLoad.isEmpty { try slots.markLive(toLoad: toLoad) }
    tablesToLoad = toLoad
    try slots.publish(tables, audit: audit)
    for table in tables where toLoad.contains(table.oid) { control.requestReload(of: table.name) }
  }

  // MARK: The start

  /// Checks that changes can begin where they are to begin.
  ///
  /// - Parameter isFirst: whether this is the task's first run; later ones go on where the slot is.
  private func checkStart(_ slots: ReplicationSlots, isFirst: Bool) throws(ReplicatorError) {
    let names = task.names
    let missing = try slots.missingPublications(of: names.foreignPublications)
    guard missing.isEmpty else {
      throw ReplicatorError(
        .publicationMissing, detail: "there is no publication \(missing.joined(separator: ", "))")
    }
    guard let wanted = task.startPosition else { return }
    let confirmed: LSN
    if let position = try slots.confirmedPosition(of: names.slot) {
      confirmed = position
    } else {
      // A slot that is made now has nothing from before.
      do {
        confirmed = try slots.connection.currentWALInsertLSN()
      } catch {
        throw ReplicatorError(error)
      }
    }
    guard wanted < confirmed else { return }
    guard isFirst else {
      return logger.notice(
        "the start position is of the first run; this one goes on where the slot is",
        metadata: ["confirmed": "\(confirmed)"])
    }
    throw ReplicatorError(
      .startPositionOutOfReach,
      detail: "the slot \(names.slot) has no changes from before \(confirmed), and \(wanted) was asked for")
  }

  /// Remembers at the source that the task has begun, where the user may.
  private func markForeignLive(_ slots: ReplicationSlots) throws(ReplicatorError) {
    do throws(ReplicatorError) {
      try slots.markLive()
    } catch {
      guard (error.cause as? PostgresError)?.code == .server(.insufficientPrivilege) else { throw error }
      logger.notice(
        "this user cannot mark at the source that the task has begun; give later runs no start position",
        metadata: ["error": "\(error)"])
    }
  }

  // MARK: The source

  func interrupt() throws(ReplicatorError) -> Interrupt {
    do {
      return try Interrupt()
    } catch {
      throw ReplicatorError(error)
    }
  }

  /// The same forms of values as in a replication session, whatever the server's settings are.
  func connect(interrupt: Interrupt?) throws(ReplicatorError) -> Connection {
    var options = ConnectionOptions(applicationName: "lakecanary replicate")
    options.interrupt = interrupt
    options.settings = [
      ("datestyle", "ISO"), ("intervalstyle", "postgres"), ("extra_float_digits", "3"), ("timezone", "UTC"),
      ("bytea_output", "hex"), ("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0"),
    ].map { ConnectionOptions.Setting(name: $0.0, value: $0.1) }
    do {
      return try Connection(task.source, options: options)
    } catch {
      throw ReplicatorError(error)
    }
  }

  func connectForReplication(
    interrupt: Interrupt?, onNotice: @escaping @Sendable (Notice) -> Void = { _ in }
  ) throws(ReplicatorError) -> ReplicationConnection {
    var options = ConnectionOptions(applicationName: "lakecanary replicate", onNotice: onNotice)
    options.interrupt = interrupt
    do {
      return try ReplicationConnection(task.source, options: options)
    } catch {
      throw ReplicatorError(error)
    }
  }

  private func checkServer(_ connection: Connection) throws(ReplicatorError) {
    guard connection.serverVersion >= 130_000 else {
      throw ReplicatorError(
        .unsupportedServer, detail: "the source is PostgreSQL \(connection.serverVersion / 10_000)")
    }
    guard task.migrationType != .fullLoad else { return }
    do {
      let level = try connection.setting("wal_level") ?? "unknown"
      guard level != "logical" else { return }
      throw ReplicatorError(.logicalReplicationOff, detail: "the source's wal_level is \(level)")
    } catch let error as PostgresError {
      throw ReplicatorError(error)
    } catch let error as ReplicatorError {
      throw error
    } catch {
      throw ReplicatorError(.sourceRefused, detail: "wal_level could not be read", cause: error)
    }
  }

  private func catalogTables(_ connection: Connection) throws(ReplicatorError) -> [CatalogTable] {
    try SourceCatalog(connection: connection).tables()
  }

  /// The tables that the mappings select, in the order in which they are loaded.
  private func selectedTables(_ present: [CatalogTable]) throws(ReplicatorError) -> [CatalogTable] {
    let mappings = task.mappings
    let tables = present.filter { mappings.selects($0.name) }
    guard !tables.isEmpty else {
      throw ReplicatorError(.noTables, detail: "the table mappings select none of the source's tables")
    }
    for table in tables where !table.hasReplicaIdentity {
      logger.warning(
        "a table without primary key or replica identity: only its inserts are replicated",
        metadata: ["table": "\(table.name)"])
    }
    // A stable sort: tables of one load order stay sorted by name.
    return tables.enumerated().sorted { one, other in
      let (left, right) = (
        mappings.loadOrder(of: one.element.name), mappings.loadOrder(of: other.element.name)
      )
      return left != right ? left > right : one.offset < other.offset
    }.map(\.element)
  }

  private func createLiveSlot(_ statements: Interrupt) throws(ReplicatorError) {
    let replication = try connectForReplication(interrupt: statements)
    defer { replication.close() }
    do {
      _ = try replication.createSlot(task.names.slot, snapshot: .none)
    } catch {
      throw ReplicatorError(creatingSlot: error)
    }
  }

  // MARK: Traces

  /// Drops the slots and publications of the task.
  func removeTraces(_ slots: ReplicationSlots) async throws {
    if !task.names.isSlotForeign { try await drop(slot: task.names.slot, slots) }
    try await drop(slot: task.names.loadSlot, slots)
    try slots.dropPublications()
  }

  /// Drops a slot, once the process of a run that was killed has noticed that nobody listens any more.
  func drop(slot: String, _ slots: ReplicationSlots) async throws {
    try await waitUntilFree(slot, slots)
    try slots.drop(slot: slot)
  }

  /// Waits for the server to notice that a killed run is gone.
  ///
  /// - Throws: `ReplicatorError` with code `slotInUse` after half a minute.
  func waitUntilFree(_ slot: String, _ slots: ReplicationSlots) async throws {
    let deadline = clock.now() + .seconds(30)
    while let process = try slots.activeProcess(of: slot) {
      guard clock.now() < deadline, !control.isStopping else {
        throw ReplicatorError(
          .slotInUse, detail: "the slot \(slot) is in use by the server's process \(process)")
      }
      try await sleep(.milliseconds(100))
    }
  }
}

extension ReplicatorError {
  /// What a refused CREATE_REPLICATION_SLOT means.
  init(creatingSlot error: PostgresError) {
    switch error.code {
    case .logicalDecodingOff:
      self.init(.logicalReplicationOff, detail: error.message, cause: error)
    case .server(.configurationLimitExceeded):
      self.init(.noReplicationSlotFree, detail: "no replication slot is free at the source", cause: error)
    default: self.init(error)
    }
  }

  /// Whether a wait was ended from outside.
  var isInterruption: Bool {
    (cause as? PostgresError)?.code == .interrupted
  }
}
