import DMS
import Logging
import ObjectStorage
import Postgres
import Time

extension Replicator {
  /// Loads the tables in the snapshot of a new slot, and makes the live slot of it once all is durable.
  func fullLoad(
    _ tables: [CatalogTable], _ context: RunContext, _ slots: ReplicationSlots, _ uploads: UploadQueue,
    statements: Interrupt
  ) async throws {
    figures.phase = .fullLoad
    figures.freshStart = context.taskStart
    try tellFullLoad(context, uploads)
    try await prepareTargets(tables, context)
    let replication = try connectForReplication(interrupt: statements)
    defer { replication.close() }
    let slot: CreatedSlot
    do {
      slot = try replication.createSlot(task.names.loadSlot, snapshot: .export)
    } catch {
      throw ReplicatorError(creatingSlot: error)
    }
    do {
      try step(.loadSlotCreated(slot.consistentPoint))
      let reader = try connect(interrupt: statements)
      defer { reader.close() }
      try begin(reader, snapshot: slot.snapshotName)
      // The snapshot lives on in the reader's transaction.
      try await load(tables, context, reader, uploads)
      try step(.fullLoadFinished)
      try slots.promoteLoadSlot()
    } catch let error as ReplicatorError where error.isInterruption && control.isStopping {
      try dropLoadSlot()
      throw StopRequest()
    } catch is StopRequest {
      try dropLoadSlot()
      throw StopRequest()
    }
  }

  /// A full load without a slot: nothing is to follow it.
  func loadOnly(
    _ tables: [CatalogTable], _ context: RunContext, _ connection: Connection, _ uploads: UploadQueue
  ) async throws {
    figures.phase = .fullLoad
    figures.freshStart = context.taskStart
    try await prepareTargets(tables, context)
    try begin(connection, snapshot: nil)
    try await load(tables, context, connection, uploads)
    try step(.fullLoadFinished)
  }

  private func prepareTargets(_ tables: [CatalogTable], _ context: RunContext) async throws {
    for table in tables {
      guard !control.isStopping else { throw StopRequest() }
      try await prepare(context.registry.table(table.name))
      try step(.targetPrepared(table.name))
    }
  }

  /// Removes the objects that are in the way of a table's full load.
  func prepare(_ table: ReplicatedTable) async throws {
    let removed: Int
    do {
      removed = try await TargetPreparation(store: store, preparation: task.tablePreparation)
        .prepare(table.location)
    } catch {
      throw ReplicatorError(error, table: table.source.description)
    }
    guard removed > 0 else { return }
    logger.notice(
      "objects removed before the full load", metadata: ["table": "\(table.source)", "objects": "\(removed)"])
  }

  func begin(_ connection: Connection, snapshot: String?) throws(ReplicatorError) {
    do {
      try connection.execute("begin transaction isolation level repeatable read read only")
      if let snapshot { try connection.execute("set transaction snapshot \(literal: snapshot)") }
    } catch {
      throw ReplicatorError(error)
    }
  }

  private func load(
    _ tables: [CatalogTable], _ context: RunContext, _ connection: Connection, _ uploads: UploadQueue
  ) async throws {
    let control = control
    let loader = FullLoader(
      task: task, registry: context.registry, uploads: uploads, clock: clock, logger: logger,
      injector: context.injector, taskStart: context.taskStart, isStopping: { control.isStopping },
      everyNowAndThen: { try self.publishProgress(context) })
    for entry in tables {
      guard !control.isStopping else { throw StopRequest() }
      let table = context.registry.table(entry.name)
      table.figures.tableState = .fullLoad
      figures.unrepresentableValues += try loader.load(entry, on: connection)
      try absorbLoad(uploads.takeOutcomes(), context)
      try publish(context)
    }
    try tellSuspended(context, uploads)
    var facts = TaskFacts(status: .fullLoad)
    count(context, into: &facts)
    try context.controlTables.endSlot(facts, uploads, isOver: true)
    await uploads.finish()
    try absorbLoad(uploads.takeOutcomes(), context)
    for entry in tables {
      let table = context.registry.table(entry.name)
      guard table.figures.tableState != .error else { continue }
      table.figures.fullLoadEndTime = clock.now()
      table.figures.tableState = .completed
      try step(.tableLoaded(entry.name))
    }
    try publish(context)
  }

  func absorbLoad(_ outcomes: [UploadOutcome], _ context: RunContext) throws {
    for outcome in outcomes {
      switch outcome {
      case .done(let object, _):
        if object.isOfControlTable { continue }
        let table = context.registry[object.table]
        table.figures.objects += 1
        table.figures.bytes += object.file.byteCount
      case .heldBack: throw StopRequest()
      case .failed(let error): throw error
      }
    }
  }

  /// A load that was cut off on purpose leaves nothing that holds back the source's log.
  private func dropLoadSlot() throws {
    let connection = try connect(interrupt: nil)
    defer { connection.close() }
    try ReplicationSlots(connection: connection, names: task.names).drop(slot: task.names.loadSlot)
  }

  /// Tells of tables that are left out; the source remembers them, so that the next run loads them where it can.
  func tellSuspended(
    _ context: RunContext, _ uploads: UploadQueue, _ slots: ReplicationSlots? = nil
  ) throws(ReplicatorError) {
    let suspended = context.registry.takeSuspended()
    for (table, reason) in suspended {
      logger.error("a table is left out from now on: \(reason)", metadata: ["table": "\(table)"])
      if let oid = context.registry.table(table).oid { tablesToLoad.insert(oid) }
      try context.controlTables.suspended(table, reason: reason, uploads)
    }
    if !suspended.isEmpty { try slots?.markLive(toLoad: tablesToLoad) }
  }

  private func tellFullLoad(_ context: RunContext, _ uploads: UploadQueue) throws(ReplicatorError) {
    try context.controlTables.tell(TaskFacts(status: .fullLoad), uploads)
  }

  /// Shows the figures of a load that is under way, a few times a second.
  private func publishProgress(_ context: RunContext) throws(ReplicatorError) {
    let now = clock.now()
    guard now - (lastProgress ?? context.taskStart) >= .milliseconds(200) else { return }
    lastProgress = now
    try publish(context)
  }

  /// Shows the figures as they are now.
  ///
  /// - Throws: `ReplicatorError` with code `statisticsFile`.
  func publish(_ context: RunContext) throws(ReplicatorError) {
    figures.tables = context.registry.tables.map(\.figures).sorted {
      ($0.schemaName, $0.tableName) < ($1.schemaName, $1.tableName)
    }
    figures.objectsWritten = figures.tables.reduce(0) { $0 + $1.objects }
    try publishFigures()
  }
}
