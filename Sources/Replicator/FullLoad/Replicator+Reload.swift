import DMS
import Logging
import Postgres
import Time

extension Replicator {
  /// The table that is to be loaded again, by request or by the fault `reload`.
  func tableToReload(_ context: RunContext) -> QualifiedName? {
    if let table = control.takeReload() { return table }
    guard let injector = context.injector, injector.isDue(.reload),
      let table = context.registry.tables.first, injector.take([.reload]) != nil
    else { return nil }
    try? injector.record(FaultTruth(fault: .reload, table: table.target.description))
    return table.source
  }

  /// Loads a table again while the stream waits.
  ///
  /// The source remembers which table it is, so that a run after a crash loads it once more: its objects are gone
  /// already, and the changes that they held were confirmed.
  func reload(
    _ name: QualifiedName, _ context: RunContext, _ writer: ChangeWriter, _ slots: ReplicationSlots,
    _ uploads: UploadQueue, keepAlive: () throws -> Void
  ) async throws {
    let found = try SourceCatalog(connection: slots.connection).tables().first { $0.name == name }
    guard let entry = found, task.mappings.selects(name) else {
      logger.warning("a table that is not replicated cannot be loaded again", metadata: ["table": "\(name)"])
      return
    }
    let table = context.registry.table(name)
    table.figures.tableState = .reloading
    table.figures.wasReloaded = true
    try writer.close(name)
    await uploads.finish()
    try writer.absorb(uploads.takeOutcomes())
    tablesToLoad.insert(entry.oid)
    try slots.markLive(toLoad: tablesToLoad)
    try await prepare(table)
    try step(.targetPrepared(name))
    let control = control
    let reader = try connect(interrupt: nil)
    defer { reader.close() }
    // Everything that was written is committed, and so in this snapshot; the rest is still to come.
    try begin(reader, snapshot: nil)
    do {
      try withoutActuallyEscaping(keepAlive) { keepAlive in
        let loader = FullLoader(
          task: task, registry: context.registry, uploads: uploads, clock: clock, logger: logger,
          injector: context.injector, taskStart: context.taskStart, isStopping: { control.isStopping },
          everyNowAndThen: keepAlive)
        figures.unrepresentableValues += try loader.load(entry, on: reader)
      }
    } catch is StopRequest {
      return
    }
    await uploads.finish()
    try writer.absorb(uploads.takeOutcomes())
    if table.figures.tableState != .error {
      table.figures.fullLoadEndTime = clock.now()
      table.figures.tableState = .completed
      tablesToLoad.remove(entry.oid)
    }
    try step(.tableLoaded(name))
    try slots.markLive(toLoad: tablesToLoad)
    try publish(context)
  }
}
