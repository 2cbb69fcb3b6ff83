import DMS
import Dispatch
import Logging
import Postgres
import Time

extension Replicator {
  /// How often the source hears from us although there is nothing new; half of the shortest
  /// `wal_sender_timeout` that DMS allows (DMS.md section 8).
  private static let feedbackInterval = Duration.seconds(5)
  /// Messages between two looks at batches, uploads and the clock.
  private static let messagesAtOnce = 1_000

  /// Streams changes from the slot until the replicator is asked to stop.
  func streamChanges(
    _ context: RunContext, _ connection: Connection, _ slots: ReplicationSlots, _ uploads: UploadQueue,
    stream: Interrupt
  ) async throws {
    figures.phase = .changes
    try await waitUntilFree(task.names.slot, slots)
    guard let confirmed = try slots.confirmedPosition(of: task.names.slot) else {
      throw ReplicatorError.slotMissing(task.names.slot)
    }
    let position = max(confirmed, task.startPosition ?? confirmed)
    let skipped = SkippedPublication()
    let replication = try connectForReplication(interrupt: stream) { skipped.hear($0) }
    defer { replication.close() }
    if try slots.lacksFailover() { letStandbysKeep(task.names.slot, replication) }
    try start(replication, from: position)
    try step(.streaming(from: position))
    let writer = ChangeWriter(
      task: task, registry: context.registry, uploads: uploads, connection: connection, from: position,
      injector: context.injector, clock: clock, logger: logger)
    writer.auditTable = context.auditTable
    (figures.received, figures.confirmed) = (position, position)
    let state = StreamState(
      replication: replication, skipped: skipped, writer: writer, slots: slots, uploads: uploads,
      unrepresentableBefore: figures.unrepresentableValues, now: clock.now())
    beginHeartbeat(state)
    try context.controlTables.tell(facts(.changes, context, state), uploads)
    try publish(context)
    try await readChanges(state, context)
    try writer.closeAll()
    await uploads.finish()
    try settle(state, context, isForced: true)
    try context.controlTables.endSlot(facts(.changes, context, state), uploads, isOver: true)
    try context.controlTables.tell(facts(.notRunning, context, state), uploads)
    await uploads.finish()
    try writer.absorb(uploads.takeOutcomes())
    try publish(context)
    do {
      try replication.finish()
    } catch {
      // The confirmation was sent; a server that goes away now sends the stream again from an earlier point.
      logger.notice("the stream did not end in good order", metadata: ["error": "\(error)"])
    }
  }

  /// Has the server's standbys keep the slot where they keep any (`sync_replication_slots`).
  private func letStandbysKeep(_ slot: String, _ replication: ReplicationConnection) {
    do {
      try replication.alterSlot(slot, failover: true)
    } catch {
      // A connection that is lost shows when the stream is begun.
      logger.warning("the slot will not outlive the primary", metadata: ["error": "\(error)"])
    }
  }

  private func readChanges(_ state: StreamState, _ context: RunContext) async throws {
    let control = control
    let timer = WakeTimer(clock: clock) { control.wake() }
    while true {
      try state.writer.closeDue(at: clock.now())
      // Before its transaction is confirmed: a run after a crash would not hear of it again.
      if try state.writer.takeSeenDDL() { try await followDDL(state, context) }
      try tellSuspended(context, state.uploads, state.slots)
      try settle(state, context, isForced: state.replyRequested)
      state.replyRequested = false
      if control.isStopping { return }
      try beat(state)
      try context.controlTables.endSlot(facts(.changes, context, state), state.uploads)
      if let table = tableToReload(context) {
        try await reload(table, context, state.writer, state.slots, state.uploads) {
          guard clock.now() - state.lastFeedback >= Replicator.feedbackInterval else { return }
          try settle(state, context, isForced: true)
        }
        continue
      }
      // The bucket is slower than the source: the stream waits, the server still hears from us.
      let patience = DispatchTime.now() + .seconds(1)
      guard state.uploads.blockUntil(byteCountBelow: task.memoryLimit / 2, deadline: patience) else {
        continue
      }
      timer.set(nextDeadline(state, context))
      switch try receive(state) {
      case .messages, .deadlineReached: break
      case .woken: timer.clear()
      case .ended:
        throw ReplicatorError(.connectionLost, detail: "the source has ended the stream")
      }
    }
  }

  private func nextDeadline(_ state: StreamState, _ context: RunContext) -> Timestamp {
    let deadlines = [
      state.writer.plan.nextDeadline, state.lastFeedback + Replicator.feedbackInterval, state.nextHeartbeat,
      context.controlTables.nextDeadline,
    ]
    return deadlines.compactMap { $0 }.min() ?? clock.now()
  }

  /// Takes what has become of objects, and tells the source how far it may forget.
  private func settle(_ state: StreamState, _ context: RunContext, isForced: Bool) throws {
    try state.writer.absorb(state.uploads.takeOutcomes())
    let now = clock.now()
    let plan = state.writer.plan
    let confirmable = plan.confirmable
    let isNew = confirmable > figures.confirmed
    let isTime = now - state.lastFeedback >= Replicator.feedbackInterval
    if isNew || isForced || isTime {
      try sendFeedback(state.replication, received: plan.received, confirmed: confirmable, at: now)
      state.lastFeedback = now
    }
    figures.unrepresentableValues = state.unrepresentableBefore + state.writer.unrepresentable
    if plan.received > figures.received {
      figures.received = plan.received
      try publish(context)
      try step(.received(figures.received))
    }
    if isNew {
      figures.confirmed = confirmable
      try publish(context)
      try step(.lsnConfirmed(confirmable))
    } else if isForced || isTime {
      // Also where nothing happens: whoever reads the statistics sees that the run goes on.
      try publish(context)
    }
  }

  /// What the control tables tell of a run.
  private func facts(_ status: TaskFacts.Status, _ context: RunContext, _ state: StreamState) -> TaskFacts {
    var facts = TaskFacts(status: status)
    facts.pendingChanges = state.writer.pendingChanges
    facts.position = state.writer.plan.received
    facts.time = state.writer.readTime
    facts.tail = state.writer.plan.confirmable
    facts.appliedTime = state.writer.appliedTime
    count(context, into: &facts)
    return facts
  }

  func count(_ context: RunContext, into facts: inout TaskFacts) {
    for table in context.registry.tables {
      let figures = table.figures
      facts.records += figures.inserts + figures.updates + figures.deletes + figures.fullLoadRows
      facts.byteCount += figures.bytes
      facts.spooledByteCount += table.file?.spooledByteCount ?? 0
    }
  }

  // MARK: The server

  private func start(_ replication: ReplicationConnection, from position: LSN) throws(ReplicatorError) {
    do {
      try replication.start(
        task.names.slot, from: position, options: PgOutputOptions(publications: task.names.streamed))
    } catch {
      switch error.code {
      case .server(.undefinedObject): throw .slotMissing(task.names.slot)
      case .server(.objectNotInPrerequisiteState): throw .slotInvalidated(task.names.slot)
      default: throw ReplicatorError(error)
      }
    }
  }

  private func receive(_ state: StreamState) throws -> DrainOutcome {
    var now: Timestamp?
    do {
      let outcome = try state.replication.drain(until: nil, limit: Replicator.messagesAtOnce) {
        message, payload in
        // One reading serves all that has come at once.
        let time = now ?? clock.now()
        now = time
        if case .keepalive(_, _, replyRequested: true) = message { state.replyRequested = true }
        try state.writer.receive(message, payload, at: time)
      }
      // Before anything is confirmed: what the server has passed over is not in the stream.
      if state.skipped.isThere { throw publicationMissing(nil) }
      return outcome
    } catch let error as PostgresError {
      switch error.code {
      case .server(.objectNotInPrerequisiteState): throw ReplicatorError.slotInvalidated(task.names.slot)
      case .server(.undefinedObject): throw publicationMissing(error)
      default: throw ReplicatorError(error)
      }
    }
  }

  private func publicationMissing(_ cause: PostgresError?) -> ReplicatorError {
    ReplicatorError(
      .publicationMissing,
      detail:
        "a publication of \(task.names.streamed.joined(separator: ", ")) was not there yet when a change "
        + "was made that the slot \(task.names.slot) has to send", cause: cause)
  }

  private func sendFeedback(
    _ replication: ReplicationConnection, received: LSN, confirmed: LSN, at now: Timestamp
  ) throws(ReplicatorError) {
    do {
      try replication.sendFeedback(written: received, flushed: confirmed, applied: confirmed, at: now)
    } catch {
      throw ReplicatorError(error)
    }
  }
}
