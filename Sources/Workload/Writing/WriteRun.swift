import Ledger
import Postgres
import Time

/// One carrying-out of a plan by a writer, on the writer's thread.
struct WriteRun {
  private let plan: WritePlan
  private let seed: UInt64
  private let startedAt: Timestamp
  private let preparation: Preparation
  private var schedule: WriteSchedule
  private var people: PersonGenerator
  private var pool: LiveRowPool
  /// Reserved in the ledger and not used yet.
  private var sequences: Range<Int64>
  private var written = OperationCounts()
  private var notPossible = OperationCounts()
  private var transactions = 0
  private var retries = 0
  private var reconnects = 0
  private var settlement: Settlement
  /// Of the last transaction, where the ledger does not hold it yet.
  private var unconfirmed: Confirmation?
  /// The transaction whose COMMIT had no clear answer; it is in the ledger as an intent.
  private var unknown: Unknown?

  private struct Unknown {
    let id: SourceTransactionID
    let counts: OperationCounts
    let impossible: OperationCounts
    /// The people after those of this transaction.
    let people: PersonGenerator
  }

  /// How many sequence numbers are reserved at once at least: each reservation costs the ledger a flush.
  private static let reservation = 256
  /// Up to how many rows a transaction's confirmation waits for the next intent: for larger ones the flush that
  /// this saves is no matter.
  private static let smallTransaction = 100

  static func start(
    _ plan: WritePlan, progress: @Sendable (WriteProgress) -> Void, writer: isolated Writer
  ) async throws(WorkloadError) -> WriteSummary {
    let startedAt = writer.clock.now()
    let preparation = try await writer.prepare()
    let next = try writer.recording { () throws(LedgerError) in try writer.ledger.nextSequence() }
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
    var mixer = SplitMix64(state: tag.value ^ UInt64(nextSequence) << 20)
    seed = plan.seed ?? mixer.next()
    // The rows follow the seed alone; what is drawn for the plan and the choice of rows has streams of its own.
    var streams = SplitMix64(state: seed)
    people = PersonGenerator(seed: seed)
    schedule = WriteSchedule(plan, seed: streams.next(), now: startedAt)
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
    while !Task.isCancelled {
      switch schedule.next(now: writer.clock.now()) {
      case .end(let ending): return ending
      case .wait(let deadline):
        try confirm(writer)
        do { try await writer.clock.sleep(until: deadline) } catch { return .cancelled }
      case .write(let counts):
        try await write(counts, writer)
        progress(
          WriteProgress(
            written: written, planned: schedule.planned, transactions: transactions, startedAt: startedAt,
            now: writer.clock.now()))
      }
    }
    return .cancelled
  }

  /// Records in the ledger that the last transaction is committed.
  private mutating func confirm(_ writer: isolated Writer) throws(WorkloadError) {
    guard let confirmation = unconfirmed else { return }
    unconfirmed = nil
    try writer.confirm(confirmation)
  }

  /// Writes a transaction, again and again where its failure is a passing one.
  private mutating func write(
    _ counts: OperationCounts, _ writer: isolated Writer
  ) async throws(WorkloadError) {
    let peopleBefore = people
    var failures = 0
    var losses = 0
    while true {
      let failure: WorkloadError
      do throws(WorkloadError) {
        try attempt(counts, writer)
        return
      } catch { failure = error }
      if case .interrupted = failure.code { throw failure }
      try confirm(writer)
      // A row that did not make it is made up again, so that a seed gives the same rows all the same.
      people = peopleBefore
      pool.removeAll()
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
        guard losses <= writer.limits.reconnects else { throw failure }
        reconnects += 1
      } else {
        throw failure
      }
      // 100 ms, 200 ms ... 3.2 s.
      let wait = Duration.milliseconds(100 << min(failures + losses - 1, 5))
      do { try await writer.clock.sleep(until: writer.clock.now() + wait) } catch { throw failure }
    }
  }

  private mutating func attempt(_ counts: OperationCounts, _ writer: isolated Writer) throws(WorkloadError) {
    if try resolveUnknown(writer) { return }
    let (session, settled) = try writer.connectedSession()
    if let settled { settlement += settled.settlement }
    let (batch, impossible) = try choose(counts, session, writer)
    if let batch {
      let transaction = BatchTransaction(
        session: session, ledger: writer.ledger, onStep: writer.onStep,
        hasCommitTimestamps: writer.hasCommitTimestamps)
      let outcome = try transaction.run(
        batch, people: &people, versions: &writer.versions, confirming: &unconfirmed)
      switch outcome {
      case .committed(let confirmation):
        unconfirmed = confirmation
        if batch.counts.total > WriteRun.smallTransaction { try confirm(writer) }
      case .unknown(let id, let error):
        unknown = Unknown(id: id, counts: batch.counts, impossible: impossible, people: people)
        throw error
      }
      count(batch.counts)
    }
    notPossible += impossible
    schedule.settle(impossible)
  }

  private mutating func count(_ counts: OperationCounts) {
    transactions += 1
    written += counts
    schedule.settle(counts)
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
    people = unknown.people
    count(unknown.counts)
    notPossible += unknown.impossible
    schedule.settle(unknown.impossible)
    return true
  }

  /// The rows of the next transaction, and what there is no row for any more.
  ///
  /// Where live rows are lacking, updates and deletes are put off: to the rows that are still inserted, or to
  /// those that this transaction leaves. Only without any of them they are not possible.
  private mutating func choose(
    _ counts: OperationCounts, _ session: SourceSession, _ writer: isolated Writer
  ) throws(WorkloadError) -> (batch: Batch?, impossible: OperationCounts) {
    let wanted = counts.updates + counts.deletes
    var rows: [LiveRow] = []
    if wanted > 0 {
      let remaining = schedule.remaining.updates + schedule.remaining.deletes
      rows = try writer.reaching { () throws(PostgresError) in
        try pool.take(wanted, wanted: remaining, nextSequence: sequences.lowerBound, from: session)
      }
    }
    let updates = min(counts.updates, rows.count)
    let deletes = min(counts.deletes, rows.count - updates)
    var inserts = counts.inserts
    var impossible = OperationCounts(updates: counts.updates - updates, deletes: counts.deletes - deletes)
    if !rows.isEmpty || schedule.remaining.inserts > 0 {
      impossible = OperationCounts()
      // Nothing can be done but inserts: a whole transaction of them.
      if rows.isEmpty, wanted > 0 { inserts = min(plan.batchSize, schedule.remaining.inserts) }
    }
    guard inserts + updates + deletes > 0 else { return (nil, impossible) }
    let batch = Batch(
      inserts: try take(inserts, writer),
      updates: rows.prefix(updates).map { row in
        Batch.Update(
          row: row, version: writer.versions.next(after: row.version), address: people.nextAddress())
      },
      deletes: Array(rows[updates..<updates + deletes]))
    return (batch, impossible)
  }

  private mutating func take(_ count: Int, _ writer: isolated Writer) throws(WorkloadError) -> Range<Int64> {
    if sequences.count < count {
      // The few that are left over are never used: a gap costs nothing.
      let block = max(count, min(WriteRun.reservation, schedule.remaining.inserts))
      sequences = try writer.recording { () throws(LedgerError) in
        try writer.ledger.reserveSequences(block)
      }
    }
    let taken = sequences.prefix(count)
    sequences = taken.upperBound..<sequences.upperBound
    return taken
  }
}
