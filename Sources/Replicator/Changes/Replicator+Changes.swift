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

  /// Streams changes from the live slot until the replicator is asked to stop.
  func streamChanges(
    _ context: RunContext, _ connection: Connection, _ slots: ReplicationSlots, _ uploads: UploadQueue,
    stream: Interrupt
  ) async throws {
    figures.phase = .changes
    try await waitUntilFree(task.names.slot, slots)
    guard let position = try slots.confirmedPosition(of: task.names.slot) else {
      throw ReplicatorError.slotMissing(task.names.slot)
    }
    let replication = try connectForReplication(interrupt: stream)
    defer { replication.close() }
    try start(replication)
    try step(.streaming(from: position))
    let writer = ChangeWriter(
      task: task, registry: context.registry, uploads: uploads, connection: connection, from: position,
      injector: context.injector, clock: clock, logger: logger)
    (figures.received, figures.confirmed) = (position, position)
    let unrepresentableBefore = figures.unrepresentableValues
    var lastFeedback = clock.now()
    var replyRequested = false
    let control = control
    let timer = WakeTimer(clock: clock) { control.wake() }
    let clock = clock

    func settle(_ force: Bool) throws {
      try writer.absorb(uploads.takeOutcomes())
      let now = clock.now()
      let confirmable = writer.plan.confirmable
      let isNew = confirmable > figures.confirmed
      if isNew || force || now - lastFeedback >= Replicator.feedbackInterval {
        try sendFeedback(replication, received: writer.plan.received, confirmed: confirmable, at: now)
        lastFeedback = now
      }
      if writer.plan.received > figures.received {
        figures.received = writer.plan.received
        publish(context)
        try step(.received(figures.received))
      }
      figures.unrepresentableValues = unrepresentableBefore + writer.unrepresentable
      if isNew {
        figures.confirmed = confirmable
        publish(context)
        try step(.lsnConfirmed(confirmable))
      }
    }

    while true {
      try writer.closeDue(at: clock.now())
      try settle(replyRequested)
      replyRequested = false
      if control.isStopping { break }
      if let table = tableToReload(context) {
        try await reload(table, context, writer, slots, uploads) {
          guard clock.now() - lastFeedback >= Replicator.feedbackInterval else { return }
          try settle(true)
        }
        continue
      }
      // The bucket is slower than the source: the stream waits, the server still hears from us.
      let patience = DispatchTime.now() + .seconds(1)
      guard uploads.blockUntil(byteCountBelow: task.memoryLimit / 2, deadline: patience) else { continue }
      timer.set(min(writer.plan.nextDeadline ?? .distantFuture, lastFeedback + Replicator.feedbackInterval))
      switch try receive(replication, writer, &replyRequested) {
      case .messages, .deadlineReached: break
      case .woken: timer.clear()
      case .ended:
        throw ReplicatorError(.connectionLost, detail: "the source has ended the stream")
      }
    }
    try writer.closeAll()
    await uploads.finish()
    try settle(true)
    publish(context)
    do {
      try replication.finish()
    } catch {
      // The confirmation was sent; a server that goes away now sends the stream again from an earlier point.
      logger.notice("the stream did not end in good order", metadata: ["error": "\(error)"])
    }
  }

  private func start(_ replication: ReplicationConnection) throws(ReplicatorError) {
    do {
      try replication.start(
        task.names.slot,
        options: PgOutputOptions(publications: [task.names.publication, task.names.insertPublication]))
    } catch {
      switch error.code {
      case .server(.undefinedObject): throw .slotMissing(task.names.slot)
      case .server(.objectNotInPrerequisiteState): throw .slotInvalidated(task.names.slot)
      default: throw ReplicatorError(error)
      }
    }
  }

  private func receive(
    _ replication: ReplicationConnection, _ writer: ChangeWriter, _ replyRequested: inout Bool
  ) throws -> DrainOutcome {
    var now: Timestamp?
    do {
      return try replication.drain(until: nil, limit: Replicator.messagesAtOnce) { message, payload in
        // One reading serves all that has come at once.
        let time = now ?? clock.now()
        now = time
        if case .keepalive(_, _, replyRequested: true) = message { replyRequested = true }
        try writer.receive(message, payload, at: time)
      }
    } catch let error as PostgresError {
      if error.code == .server(.objectNotInPrerequisiteState) {
        throw ReplicatorError.slotInvalidated(task.names.slot)
      }
      throw ReplicatorError(error)
    }
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

extension Timestamp {
  fileprivate static let distantFuture = Timestamp(microseconds: .max)
}
