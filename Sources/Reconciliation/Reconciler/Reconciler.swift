import DMS
public import Ledger
import Logging
public import ObjectStorage
public import Time

/// Lists a bucket, reads what is new, matches it with the ledger, and judges.
///
/// One at a time for a ledger, which must be open for writing. A kill at any point leaves the ledger
/// consistent: what an object holds is recorded as a whole, and what was not recorded is read again.
public struct Reconciler: Sendable {
  let store: any ObjectStore
  let source: any ObservationSource
  let ledger: LedgerStore
  let configuration: ReconcilerConfiguration
  let clock: any WallClock

  /// A reconciler of the bucket behind `store` with `ledger`.
  ///
  /// - Parameter source: where observations come from; nil for the bucket's own bytes.
  public init(
    store: any ObjectStore, ledger: LedgerStore, configuration: ReconcilerConfiguration,
    clock: any WallClock, source: (any ObservationSource)? = nil
  ) {
    self.store = store
    self.source = source ?? BucketObservationSource(store: store)
    self.ledger = ledger
    self.configuration = configuration
    self.clock = clock
  }

  /// Reconciles all tables, recording what is found under `run`; the caller begins and finishes the run.
  ///
  /// A bucket out of reach is no error but the verdict UNKNOWN.
  ///
  /// - Parameters:
  ///   - unseen: why nobody could look at the bucket, as where an engine failed; then what is known is judged as when
  ///     a listing fails, and no request is made.
  ///   - writing: whether the source was written before.
  ///   - witness: the source's own rows, to be compared with the state that the bucket implies.
  /// - Throws: `LedgerError`; `CancellationError`.
  public func run(
    _ run: RunID, unseen: String? = nil, writing: SourceWriting = .notTried,
    witness: (any SourceWitness)? = nil,
    progress: (@Sendable (ReconciliationProgress) -> Void)? = nil
  ) async throws -> ReconciliationResult {
    // What was saved is judged as of then, which may be before the run began.
    let started = min(try ledger.run(run)?.startedAt ?? clock.now(), clock.now())
    let first = try ledger.read { session in try session.firstUnjudged(before: run) }
    var work = RunningTotals()
    if let unseen { work.fail(unseen) }
    let correction =
      unseen == nil ? try await measureClocks(&work) : ClockCorrection(source: configuration.sourceClock)
    let tables = try ledger.write(durably: false) { session in
      try session.reopenExpiredFindings(now: clock.now())
      return try contexts(in: session)
    }
    var figures: [TableFigures] = []
    for context in tables {
      let table = TableReconciliation(
        reconciler: self, context: context, run: run, clocks: correction, progress: progress)
      let outcome = try await table.reconcile(&work, isSeen: unseen == nil)
      if let witness, outcome.isComplete {
        try await checkSource(
          context, by: witness, loadMargin: correction.uncertainty + .seconds(1), run: run, &work)
      }
      let uncertainty = max(outcome.uncertainty, correction.uncertainty)
      let late = LateArrivalReporter(
        context: context, limits: configuration.limits, run: run, now: clock.now())
      work.newFindings += try ledger.write(durably: false) { session in
        try late.report(since: first, uncertainty: uncertainty, in: session)
      }
      figures.append(
        try ledger.read { session in
          try TableTally(context: context).figures(
            outcome.settlement, since: first, uncertainty: uncertainty,
            stages: correction.stages(commitWidth: outcome.commitWidth), in: session)
        })
    }
    if unseen == nil { work.notes += await source.notes() }
    try reportSilence(work.error, run: run)
    try reportUnwritten(writing, run: run)
    return try result(
      figures: figures, contexts: tables, work: work, unwritten: writing.failure, clocks: correction,
      run: run, asOf: started)
  }

  /// The tables to reconcile.
  func contexts(in session: LedgerSession) throws -> [TableContext] {
    try contexts(in: session) { location, table in
      try session.bucket(location, of: table, formerly: configuration.bucket)
    }
  }

  /// The tables to reconcile, where the ledger is only read: a bucket that it does not know has the number 0, under
  /// which it knows nothing.
  func knownContexts(in session: LedgerSession) throws -> [TableContext] {
    try contexts(in: session) { location, table in
      try session.knownBucket(location, of: table, formerly: configuration.bucket) ?? 0
    }
  }

  private func contexts(
    in session: LedgerSession, bucket: (String, Int64) throws -> Int64
  ) throws -> [TableContext] {
    let tables = try session.tables().filter { table in
      configuration.tables.isEmpty || configuration.tables.contains(table.declaration.name)
    }
    return try tables.map { table in
      // Files of all tables are objects of each of them: every table has a bucket of its own then, also the only one,
      // which another may join.
      let suffix = configuration.settings.preserveTransactions ? "#\(table.declaration.name)" : ""
      return TableContext(
        table: table, bucket: try bucket(configuration.bucket + suffix, table.id),
        configuration: configuration, tag: ledger.pipelineTag)
    }
  }

  /// What the last runs read of the bucket's clock.
  private func earlierReadings() throws(LedgerError) -> [ClockCorrection.EarlierReading] {
    try ledger.runs(limit: 20).compactMap { run in
      run.outcome?.clocks.bucket.map { .init(at: run.startedAt, bucket: $0) }
    }
  }

  private func measureClocks(_ work: inout RunningTotals) async throws -> ClockCorrection {
    // A directory's times are the machine's own, to the nanosecond; S3 tells whole seconds.
    let isDirectory = store.name.hasPrefix("file:")
    var correction = ClockCorrection(source: configuration.sourceClock)
    if isDirectory { correction.resolution = .zero }
    do {
      let reading = try await store.clockReading()
      correction.bucket = ClockOffset(offset: reading.offset, uncertainty: reading.uncertainty)
      if !isDirectory { work.cost.requests += 1 }
      correction.follow(since: configuration.bucketClockThen)
      correction.earlier = try earlierReadings()
    } catch let error as StorageError {
      if !error.isAboutObject, error.code != .unsupported { work.fail("\(error)") }
    }
    return correction
  }

  private func result(
    figures: [TableFigures], contexts: [TableContext], work: RunningTotals, unwritten: String?,
    clocks: ClockCorrection, run: RunID, asOf: Timestamp
  ) throws(LedgerError) -> ReconciliationResult {
    let findings = try ledger.findings()
    let now = clock.now()
    let (open, resolved, new, lastCommit) = try ledger.read { session in
      (
        try session.openWeights(asOf: now), try session.findings(resolvedSince: asOf),
        try session.findings(firstFoundBy: run), try session.lastCommitTime()
      )
    }
    let evidence = VerdictEvidence(
      tables: figures, findings: open, slow: work.slow, error: work.error, unwritten: unwritten,
      gone: work.gone.isEmpty ? nil : work.gone, lastCommit: lastCommit,
      nextDeadline: work.nextDeadline, judgedAt: now, limits: configuration.limits)
    let verdict = VerdictRule(evidence: evidence).verdict
    let levels = Set(contexts.map(\.request.level)).sorted()
    let outcome = RunOutcome(
      verdict: verdict, level: levels.map(\.rawValue).joined(separator: ", "), tables: figures,
      cost: work.cost, clocks: ClockOffsets(source: clocks.source, bucket: clocks.bucket),
      notes: levels.flatMap { [$0.proves, $0.cannotProve].compactMap(\.self) } + work.notes,
      evidence: evidence.text)
    return ReconciliationResult(
      verdict: verdict, outcome: outcome, findings: findings,
      newFindings: Set(work.newFindings + new).sorted(), resolvedFindings: resolved,
      undecided: figures.reduce(0) { $0 + $1.pending + $1.late + $1.unsettled },
      nextDeadline: work.nextDeadline, error: work.error)
  }
}

/// What a run gathers over its tables.
struct RunningTotals {
  var cost = RunCost()
  var newFindings: [FindingID] = []
  var notes: [String] = []
  var slow = 0
  /// Of tables whose objects are gone, what it is too early to call a loss.
  var gone: [String] = []
  var nextDeadline: Timestamp?
  private(set) var error: String?

  /// Remembers the first failure.
  mutating func fail(_ message: String) {
    if error == nil { error = message }
  }
}
