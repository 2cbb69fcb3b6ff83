import Ledger
import Postgres
import Time

/// One carrying-out of a plan by a writer, on the writer's thread.
///
/// Small transactions are planned some ahead, so that the ledger records a group of them by one flush to the disk,
/// and does so while the group before is executed.
struct WriteRun {
  private let plan: WritePlan
  private let seed: UInt64
  private let startedAt: Timestamp
  private let preparation: Preparation
  /// As it is after the last transaction that is planned.
  private var draw: PlannedTransaction.Draw
  private var pool: LiveRowPool
  /// Reserved in the ledger and not used yet.
  private var sequences: Range<Int64>
  private var written = OperationCounts()
  private var notPossible = OperationCounts()
  private var transactions = 0
  private var retries = 0
  private var reconnects = 0
  private var settlement: Settlement
  /// Of transactions that the ledger does not hold as committed yet.
  private var unconfirmed: [Confirmation] = []
  /// The transaction whose COMMIT had no clear answer; it is in the ledger as an intent.
  private var unknown: Unknown?
  /// Passing failures since the last transaction that was committed.
  private var failures = 0
  private var losses = 0
  private var lostSince: Timestamp?
  private var groupSize = 1

  private struct Unknown {
    let id: SourceTransactionID
    let counts: OperationCounts
    let impossible: OperationCounts
    /// As it is after this transaction.
    let draw: PlannedTransaction.Draw
  }

  /// What comes next.
  private enum Next {
    case group(TransactionGroup)
    case large(OperationCounts, before: PlannedTransaction.Draw)
    case wait(until: Timestamp)
    case end(WriteSummary.Ending)
    /// Nothing before the transactions that are planned are executed.
    case nothing
  }

  /// How many sequence numbers are reserved at once at least: each reservation costs the ledger a flush.
  private static let reservation = 4_096
  /// From how many rows on a transaction is written by COPY and statements of many rows.
  private static let largeTransaction = 16
  private static let largestGroup = 256
  /// How long a group should last: long beside a flush of the ledger, short beside what a value's age may be.
  private static let groupDuration = Duration.milliseconds(200)

  static func start(
    _ plan: WritePlan, progress: @Sendable (WriteProgress) -> Void, writer: isolated Writer
  ) async throws(WorkloadError) -> WriteSummary {
    let startedAt = writer.clock.now()
    let preparation = try await writer.prepare()
    let next = try writer.recording { () throws(LedgerError) in try writer.ledger.nextSequence() }
    try writer.requireNewestLedger(next)
    var run = WriteRun(
      plan, startedAt: startedAt, preparation: preparation, tag: writer.ledger.pipelineTag, nextSequence: next
    )
    return try await run.run(progress, writer)
  }

  private init(
    _ plan: WritePlan, startedAt: Timestamp, preparation: Preparation, tag: PipelineTag, nextSequence: Int64
  ) {
    self.plan = plan
    self.startedAt = startedAt
    self.preparation = preparation
    settlement = preparation.settlement
    var mixer = SplitMix64(seed: tag.value ^ UInt64(nextSequence) << 20)
    seed = plan.seed ?? mixer.next()
    // The rows follow the seed alone; what is drawn for the plan and the choice of rows has streams of its own.
    var streams = SplitMix64(seed: seed)
    draw = PlannedTransaction.Draw(
      schedule: WriteSchedule(plan, seed: streams.next(), now: startedAt), people: PersonGenerator(seed: seed)
    )
    pool = LiveRowPool(seed: streams.next())
    sequences = nextSequence..<nextSequence
  }

  private mutating func run(
    _ progress: @Sendable (WriteProgress) -> Void, _ writer: isolated Writer
  ) async throws(WorkloadError) -> WriteSummary {
    let ending: WriteSummary.Ending
    do throws(WorkloadError) {
      ending = try await carryOut(progress, writer)
    } catch {
      // A writer that the step hook stopped is as good as killed: it confirms nothing more.
      if case .interrupted = error.code { throw error }
      // What went wrong first matters most; an intent that cannot be confirmed is settled by the next run.
      do throws(WorkloadError) { try confirm(writer) } catch {}
      throw error
    }
    try confirm(writer)
    return WriteSummary(
      ending: ending, written: written, notPossible: notPossible, transactions: transactions,
      retries: retries, reconnects: reconnects, settlement: settlement,
      tableCreated: preparation.tableCreated, seed: seed, startedAt: startedAt,
      finishedAt: writer.clock.now(), clockOffset: preparation.clockOffset)
  }

  private mutating func carryOut(
    _ progress: @Sendable (WriteProgress) -> Void, _ writer: isolated Writer
  ) async throws(WorkloadError) -> WriteSummary.Ending {
    var ready: TransactionGroup?
    while true {
      let group: TransactionGroup
      if let known = ready {
        group = known
        ready = nil
      } else {
        if Task.isCancelled { return .cancelled }
        do throws(WorkloadError) {
          if try resolveUnknown(writer) { tell(progress, writer) }
          switch try next(writer) {
          case .group(let first): group = first
          case .large(let counts, let before):
            try write(counts, before: before, writer)
            tell(progress, writer)
            continue
          case .wait(let deadline):
            try confirm(writer)
            do { try await writer.clock.sleep(until: deadline) } catch { return .cancelled }
            continue
          case .end(let ending): return ending
          case .nothing: continue
          }
        } catch {
          try await recover(from: error, writer)
          continue
        }
      }
      do throws(WorkloadError) {
        ready = try execute(group, progress, writer)
      } catch {
        try await recover(from: error, writer)
      }
    }
  }

  private func tell(_ progress: @Sendable (WriteProgress) -> Void, _ writer: isolated Writer) {
    progress(
      WriteProgress(
        written: written, planned: draw.schedule.planned, transactions: transactions, startedAt: startedAt,
        now: writer.clock.now()))
  }

  /// Records in the ledger that the last transactions are committed.
  private mutating func confirm(_ writer: isolated Writer) throws(WorkloadError) {
    guard !unconfirmed.isEmpty else { return }
    let confirmations = unconfirmed
    unconfirmed = []
    try writer.confirm(confirmations)
  }

  /// Makes ready for another try after a passing failure, once some time has passed; throws any other.
  private mutating func recover(
    from failure: WorkloadError, _ writer: isolated Writer
  ) async throws(WorkloadError) {
    if case .interrupted = failure.code { throw failure }
    if case .ledger = failure.code { throw failure }
    try confirm(writer)
    pool.removeAll()
    groupSize = 1
    if failure.isWorthRetrying {
      failures += 1
      guard failures <= writer.limits.retries else {
        throw WorkloadError(
          failure.code == .rowsChanged ? .rowsChanged : .retriesExhausted(attempts: failures),
          table: writer.table.name, cause: failure.cause)
      }
      retries += 1
    } else if failure.isLostConnection {
      losses += 1
      let now = writer.clock.now()
      let since = lostSince ?? now
      lostSince = since
      guard now - since < writer.limits.outage else { throw failure }
      reconnects += 1
    } else {
      throw failure
    }
    // 100 ms, 200 ms ... 6.4 s.
    let wait = Duration.milliseconds(100 << min(failures + losses - 1, 6))
    do { try await writer.clock.sleep(until: writer.clock.now() + wait) } catch { throw failure }
  }

  private mutating func count(_ counts: OperationCounts, impossible: OperationCounts) {
    transactions += 1
    written += counts
    notPossible += impossible
    (failures, losses, lostSince) = (0, 0, nil)
  }

  // MARK: Small transactions

  /// What comes next, planned from where the plan has come to.
  ///
  /// - Parameter pending: transactions that are planned and not executed: rows that they insert are not there yet.
  private mutating func next(
    _ writer: isolated Writer, after pending: [PlannedTransaction] = []
  ) throws(WorkloadError) -> Next {
    let session: SourceSession
    if pending.isEmpty {
      let (connected, settled) = try writer.connectedSession()
      if let settled { settlement += settled.settlement }
      session = connected
    } else {
      guard let usable = writer.usableSession else { return .nothing }
      session = usable
    }
    var planned: [PlannedTransaction] = []
    while planned.count < groupSize {
      let before = draw
      let isFirst = planned.isEmpty && pending.isEmpty
      switch draw.schedule.next(now: writer.clock.now()) {
      case .write(let counts) where counts.total < WriteRun.largeTransaction:
        guard let (transaction, impossible) = try plan(counts, before, isFirst, session, writer) else {
          draw = before
          return try group(planned, writer)
        }
        if let transaction {
          planned.append(transaction)
        } else {
          notPossible += impossible
        }
      case .write(let counts):
        guard isFirst else {
          draw = before
          return try group(planned, writer)
        }
        return .large(counts, before: before)
      case .wait(let deadline):
        guard isFirst else { return try group(planned, writer) }
        return .wait(until: deadline)
      case .end(let ending):
        guard isFirst else { return try group(planned, writer) }
        return .end(ending)
      }
    }
    return try group(planned, writer)
  }

  /// Decides a transaction to its last value; nil where it has to wait for those before it.
  private mutating func plan(
    _ counts: OperationCounts, _ before: PlannedTransaction.Draw, _ isFirst: Bool, _ session: SourceSession,
    _ writer: isolated Writer
  ) throws(WorkloadError) -> (transaction: PlannedTransaction?, impossible: OperationCounts)? {
    guard let (batch, impossible) = try choose(counts, isFirst: isFirst, session, writer) else { return nil }
    guard let batch else {
      draw.schedule.settle(impossible)
      return (nil, impossible)
    }
    var customers: [Customer] = []
    customers.reserveCapacity(batch.inserts.count)
    for sequence in batch.inserts {
      let version = writer.versions.next()
      customers.append(
        Customer(
          createdAt: version, updatedAt: version,
          identity: RowIdentity(tag: writer.ledger.pipelineTag, sequence: sequence),
          person: draw.people.next()))
    }
    draw.schedule.settle(batch.counts)
    draw.schedule.settle(impossible)
    let transaction = PlannedTransaction(
      inserts: customers, updates: batch.updates, deletes: batch.deletes, impossible: impossible,
      before: before, after: draw)
    return (transaction, impossible)
  }

  /// Has the ledger record transactions, beside whatever else is done meanwhile.
  private mutating func group(
    _ planned: [PlannedTransaction], _ writer: isolated Writer
  ) throws(WorkloadError) -> Next {
    guard !planned.isEmpty else { return .nothing }
    let (ledger, table, confirmations) = (writer.ledger, writer.table.name, unconfirmed)
    unconfirmed = []
    let operations = planned.map(\.operations)
    let recording = writer.queue.begin { () throws(LedgerError) in
      try ledger.recordIntents(operations, table: table, confirming: confirmations)
    }
    return .group(
      TransactionGroup(transactions: planned, recording: recording, confirmedCount: confirmations.count))
  }

  /// Executes a group and has the next one recorded meanwhile.
  ///
  /// - Returns: the next one; nil where there is none before more is known.
  private mutating func execute(
    _ group: TransactionGroup, _ progress: @Sendable (WriteProgress) -> Void, _ writer: isolated Writer
  ) throws(WorkloadError) -> TransactionGroup? {
    let ids = try writer.recording { () throws(LedgerError) in try group.recording.wait() }
    try writer.confirmed(group.confirmedCount)
    // A new session would settle the group as never begun, so it is taken back first.
    guard let session = writer.usableSession else {
      try takeBack(group, ids, from: 0, nil, writer)
      return nil
    }
    let ahead: TransactionGroup?
    do throws(WorkloadError) {
      // Whatever locks the table may refuse this already, the first time.
      _ = try writer.reaching { () throws(PostgresError) in try session.prepared() }
      if case .group(let next) = try next(writer, after: group.transactions) {
        ahead = next
      } else {
        ahead = nil
      }
    } catch {
      try takeBack(group, ids, from: 0, nil, writer)
      throw error
    }
    do throws(WorkloadError) {
      return try execute(group, ids, session, ahead, progress, writer) ? ahead : nil
    } catch {
      // As good as killed, but for the write that is under way: it must not meet the next writer's.
      if case .interrupted = error.code { _ = try? ahead?.recording.wait() }
      throw error
    }
  }

  /// Says whether the next group can follow.
  private mutating func execute(
    _ group: TransactionGroup, _ ids: [SourceTransactionID], _ session: SourceSession,
    _ ahead: TransactionGroup?, _ progress: @Sendable (WriteProgress) -> Void, _ writer: isolated Writer
  ) throws(WorkloadError) -> Bool {
    let start = ContinuousClock.now
    var execution = try GroupExecution(
      group.transactions, ids: ids, session: session, ledger: writer.ledger,
      hasCommitTimestamps: writer.hasCommitTimestamps, onStep: writer.onStep)
    var done = 0
    while let event = try execution.advance(isStopping: Task.isCancelled) {
      switch event {
      case .committed(let index, let confirmation):
        let transaction = group.transactions[index]
        unconfirmed.append(confirmation)
        pool.release(transaction.changedRows)
        count(transaction.counts, impossible: transaction.impossible)
        done = index + 1
        tell(progress, writer)
      case .failed(let index, let error):
        try takeBack(group, ids, from: index, ahead, writer)
        throw error
      case .unknown(let index, let error):
        let transaction = group.transactions[index]
        unknown = Unknown(
          id: ids[index], counts: transaction.counts, impossible: transaction.impossible,
          draw: transaction.after)
        try takeBack(group, ids, from: index + 1, ahead, writer)
        draw = transaction.before
        throw error
      }
    }
    guard done == group.transactions.count, !Task.isCancelled else {
      try takeBack(group, ids, from: done, ahead, writer)
      return false
    }
    let duration = ContinuousClock.now - start
    if duration > WriteRun.groupDuration * 2 {
      groupSize = max(1, groupSize / 2)
    } else if duration < WriteRun.groupDuration, done == groupSize {
      groupSize = min(groupSize * 2, WriteRun.largestGroup)
    }
    return true
  }

  /// Takes transactions back that were never begun: those of a group from `index` on, and the group ahead.
  private mutating func takeBack(
    _ group: TransactionGroup, _ ids: [SourceTransactionID], from index: Int, _ ahead: TransactionGroup?,
    _ writer: isolated Writer
  ) throws(WorkloadError) {
    var withdrawn = Array(ids[index...])
    var first = group.transactions.dropFirst(index).first
    if let ahead {
      withdrawn += try writer.recording { () throws(LedgerError) in try ahead.recording.wait() }
      try writer.confirmed(ahead.confirmedCount)
      first = first ?? ahead.transactions.first
    }
    if let first { draw = first.before }
    pool.removeAll()
    let confirmations = unconfirmed
    unconfirmed = []
    try writer.confirm(confirmations, withdrawing: withdrawn)
  }

  // MARK: Large transactions

  private mutating func write(
    _ counts: OperationCounts, before: PlannedTransaction.Draw, _ writer: isolated Writer
  ) throws(WorkloadError) {
    // A row that did not make it is made up again, so that a seed gives the same rows all the same.
    var isWritten = false
    defer { if !isWritten { draw = before } }
    let (session, settled) = try writer.connectedSession()
    if let settled { settlement += settled.settlement }
    guard let (batch, impossible) = try choose(counts, isFirst: true, session, writer) else { return }
    if let batch {
      let transaction = BatchTransaction(
        session: session, ledger: writer.ledger, queue: writer.queue, onStep: writer.onStep,
        hasCommitTimestamps: writer.hasCommitTimestamps)
      let outcome = try transaction.run(
        batch, people: &draw.people, versions: &writer.versions, confirming: &unconfirmed)
      draw.schedule.settle(batch.counts)
      draw.schedule.settle(impossible)
      switch outcome {
      case .committed(let confirmation): unconfirmed.append(confirmation)
      case .unknown(let id, let error):
        unknown = Unknown(id: id, counts: batch.counts, impossible: impossible, draw: draw)
        throw error
      }
      pool.release(batch.updates.map(\.row.identity) + batch.deletes.map(\.identity))
      count(batch.counts, impossible: impossible)
    } else {
      draw.schedule.settle(impossible)
      notPossible += impossible
    }
    isWritten = true
  }

  /// Settles the transaction whose COMMIT had no clear answer, if there is one.
  ///
  /// - Returns: whether it took place, and is counted now.
  private mutating func resolveUnknown(_ writer: isolated Writer) throws(WorkloadError) -> Bool {
    guard let unknown else { return false }
    let (session, made) = try writer.connectedSession()
    let settled: Writer.Settled
    if let made {
      settled = made
    } else {
      if session.connection.transactionState != .idle {
        _ = try writer.reaching { () throws(PostgresError) in try session.connection.execute("rollback") }
      }
      settled = try writer.settle(by: session)
    }
    settlement += settled.settlement
    self.unknown = nil
    guard settled.committed.contains(unknown.id) else { return false }
    draw = unknown.draw
    count(unknown.counts, impossible: unknown.impossible)
    return true
  }

  /// The rows of the next transaction, and what there is no row for any more.
  ///
  /// Where live rows are lacking, updates and deletes are put off: to the rows that are still inserted, or to
  /// those that this transaction leaves. Only without any of them they are not possible.
  ///
  /// - Parameter isFirst: whether all transactions before it are executed; where they are not, and rows are
  ///   lacking, it has to wait for them: nil.
  private mutating func choose(
    _ counts: OperationCounts, isFirst: Bool, _ session: SourceSession, _ writer: isolated Writer
  ) throws(WorkloadError) -> (batch: Batch?, impossible: OperationCounts)? {
    let remaining = draw.schedule.remaining
    let wanted = counts.updates + counts.deletes
    var rows: [LiveRow] = []
    if wanted > 0 {
      rows = try writer.reaching { () throws(PostgresError) in
        try pool.take(
          wanted, wanted: remaining.updates + remaining.deletes, nextSequence: sequences.lowerBound,
          from: session)
      }
      if rows.count < wanted, !isFirst {
        pool.giveBack(rows)
        return nil
      }
    }
    let updates = min(counts.updates, rows.count)
    let deletes = min(counts.deletes, rows.count - updates)
    var inserts = counts.inserts
    var impossible = OperationCounts(updates: counts.updates - updates, deletes: counts.deletes - deletes)
    if !rows.isEmpty || remaining.inserts > 0 {
      impossible = OperationCounts()
      // Nothing can be done but inserts: a whole transaction of them.
      if rows.isEmpty, wanted > 0 {
        inserts = min(plan.batchSize, remaining.inserts)
      }
    }
    guard inserts + updates + deletes > 0 else { return (nil, impossible) }
    let batch = Batch(
      inserts: try take(inserts, writer),
      updates: rows.prefix(updates).map { row in
        Batch.Update(
          row: row, version: writer.versions.next(after: row.version), address: draw.people.nextAddress())
      },
      deletes: Array(rows[updates..<updates + deletes]))
    return (batch, impossible)
  }

  private mutating func take(_ count: Int, _ writer: isolated Writer) throws(WorkloadError) -> Range<Int64> {
    if sequences.count < count {
      // The few that are left over are never used: a gap costs nothing.
      let block = max(count, min(WriteRun.reservation, draw.schedule.remaining.inserts))
      sequences = try writer.recording { () throws(LedgerError) in
        try writer.ledger.reserveSequences(block)
      }
    }
    let taken = sequences.prefix(count)
    sequences = taken.upperBound..<sequences.upperBound
    return taken
  }
}
