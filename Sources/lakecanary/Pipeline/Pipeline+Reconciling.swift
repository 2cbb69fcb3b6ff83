import DMS
import Foundation
import Ledger
import Logging
import ObjectStorage
import Reconciliation
import Reporting
import Time
import Workload

/// A reconciliation as it was recorded.
struct Reconciled: Sendable {
  var run: RunRecord
  var result: ReconciliationResult
}

extension Pipeline {
  /// A reconciler over the pipeline's bucket and ledger.
  func reconciler(
    _ ledger: LedgerStore, _ store: any ObjectStore, clocks: ClockOffsets = ClockOffsets(),
    observer: (any ObservationSource)? = nil, listsAll: Bool = false, taskBegan: Timestamp? = nil
  ) throws -> Reconciler {
    let bucket = try bucket
    var settings = ReconcilerConfiguration(
      bucket: bucket.description, prefix: bucket.prefix, settings: configuration.endpointSettings)
    settings.mappings = configuration.tableMappings
    settings.tables = configuration.tables.map(\.name)
    settings.level = configuration.level
    settings.limits = configuration.limits
    (settings.sourceClock, settings.bucketClockThen) = (clocks.source, clocks.bucket)
    settings.taskBegan = taskBegan
    settings.fullListingEvery = listsAll ? .zero : configuration.listing.fullEvery
    settings.listingOverlap = configuration.listing.overlap
    settings.allowsVanishedObjects = configuration.listing.objectsMayVanish
    // What was saved is judged as of when it was: what came later is not late.
    let saved = store as? SavedBucket
    return Reconciler(
      store: store, ledger: ledger, configuration: settings,
      clock: saved.map { StandingClock(time: $0.savedAt) } ?? clock, source: saved ?? observer)
  }

  /// Lists, reads, matches and judges, and records the run under `command`.
  ///
  /// With `patience`, does so again and again until no operation is undecided or the last of them is due.
  /// `writing` is whether the source was written before. `unseen` is why nobody could look at the bucket;
  /// the verdict then is UNKNOWN, or what is known already makes worse.
  func reconcile(
    _ ledger: LedgerStore, _ store: any ObjectStore, command: String, sourceClock: Ledger.ClockOffset? = nil,
    patience: Patience = .none, writing: SourceWriting = .notTried, unseen: String? = nil,
    source: (any SourceWitness)? = nil, observer: (any ObservationSource)? = nil,
    engine: EngineName = .native, since began: Timestamp? = nil,
    progress: @escaping @Sendable (ReconciliationProgress) -> Void = { _ in }
  ) async throws -> Reconciled {
    let earlier = try ledger.runs(limit: 200)
    // A task that DMS has begun anew has replaced objects of before: all are listed, so that none is missed.
    let asked = await witness()
    let hasRestarted = asked.map { judgement($0, earlier).reloaded.isEmpty == false } ?? false
    let reconciler = try reconciler(
      ledger, store, clocks: sourceClock.map { ClockOffsets(source: $0) } ?? lastClocks(ledger),
      observer: observer, listsAll: hasRestarted, taskBegan: asked?.freshStart)
    let run = try ledger.beginRun(command: command, settings: settingsText)
    var result = try await reconciler.run(
      run, unseen: unseen, writing: writing, witness: source, progress: progress)
    var cost = result.outcome.cost
    while case .untilDecided(let interval) = patience, result.undecided > 0, result.error == nil,
      let deadline = result.nextDeadline
    {
      let now = clock.now()
      // Once more right after the deadline: what is not there then is late.
      let next = min(now + interval, deadline + .milliseconds(1))
      let isLast = next <= now
      if !isLast { try await clock.sleep(until: next) }
      let before = cost
      result = try await reconciler.run(run, writing: writing, witness: source, progress: progress)
      cost = result.outcome.cost
      // What is listed again is the same objects; what is read and asked for adds up.
      cost.requests += before.requests
      cost.bytesRead += before.bytesRead
      cost.objectsRead += before.objectsRead
      cost.fullListing = cost.fullListing || before.fullListing
      if isLast { break }
    }
    result.outcome.cost = cost
    // Asked after the bucket was read, so that DMS has counted whatever is in it.
    if let witness = await witness() {
      result.outcome = judgement(witness, earlier).applied(to: result.outcome)
      result.verdict = result.outcome.verdict ?? result.verdict
    }
    let seconds = (clock.now() - (began ?? clock.now())).inSeconds
    if began != nil, unseen == nil,
      let comparison = comparison(
        with: cost, seconds: seconds, engine: engine, observer: observer)
    {
      result.outcome.notes.append(comparison)
    }
    try ledger.finishRun(run, outcome: result.outcome)
    guard let record = try ledger.run(run) else {
      preconditionFailure("the run was recorded just now")
    }
    return Reconciled(run: record, result: result)
  }

  private func judgement(_ witness: TaskWitness, _ earlier: [RunRecord]) -> WitnessJudgement {
    WitnessJudgement(witness: witness, earlier: earlier, settings: configuration.endpointSettings)
  }

  /// Whether nothing is wrong but that nothing is due yet, as in a pipeline's first run.
  func isBeginning(_ result: ReconciliationResult) -> Bool {
    let tables = result.outcome.tables
    return result.verdict.status == .unknown && result.error == nil && tables.allSatisfy { $0.due == 0 }
      && tables.contains { $0.pending > 0 }
  }

  /// The bucket of a file that `observe` has written.
  func openSaved(_ path: String, of ledger: LedgerStore) throws -> SavedBucket? {
    var isDirectory: ObjCBool = false
    // What an engine left is a place: a directory or a prefix of a bucket.
    if path.contains("://") { return nil }
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      return nil
    }
    return try SavedBucket(path: path, for: ledger)
  }

  /// The source's own rows, as a witness.
  func sourceWitness(_ ledger: LedgerStore) async throws -> any SourceWitness {
    SourceTable(reader: try await sourceReader(ledger))
  }

  /// A reader of the source that logs in as the writer does; its token is renewed for as long as it lives.
  private func sourceReader(_ ledger: LedgerStore) async throws -> SourceReader {
    let access = try await SourceAccess.begin(self)
    return SourceReader(conninfo: { access.conninfo }, tag: ledger.pipelineTag, clock: clock)
  }

  /// PostgreSQL's clock as a run measured it last, the less certain the longer that is ago, and the bucket's then.
  private func lastClocks(_ ledger: LedgerStore) throws -> ClockOffsets {
    for run in try ledger.runs(limit: 100) {
      guard let clocks = run.outcome?.clocks, let measured = clocks.source else { continue }
      // Clocks of machines that are looked after drift apart by no more than some 50 in a million.
      let drift = max(clock.now() - run.startedAt, .zero) / 20_000
      return ClockOffsets(
        source: Ledger.ClockOffset(offset: measured.offset, uncertainty: measured.uncertainty + drift),
        bucket: clocks.bucket)
    }
    return ClockOffsets()
  }

  /// PostgreSQL's clock against this machine's; nil, with the reason in the log, where it cannot be asked.
  func measureSourceClock(_ ledger: LedgerStore) async -> Ledger.ClockOffset? {
    guard configuration.source != nil, let table = configuration.tables.first else { return nil }
    do { return try await sourceReader(ledger).clockOffset(table: table.name) } catch {
      logger.info("the source's clock was not measured", metadata: ["error": "\(error)"])
      return nil
    }
  }

  /// How long a reconciliation waits for operations to be decided.
  enum Patience: Sendable {
    case none
    /// Looks again every so often until the operations are delivered or due.
    case untilDecided(every: Duration)
  }

  /// How often to look again while waiting: often enough beside the batch interval, and not without pause.
  var lookInterval: Duration {
    min(max(configuration.endpointSettings.cdcMaxBatchInterval / 10, .milliseconds(500)), .seconds(10))
  }

  /// Forgets what is settled for longer than the retention.
  @discardableResult
  func prune(_ ledger: LedgerStore) throws -> PruneSummary {
    try ledger.prune(settledBefore: clock.now() - configuration.retention)
  }

  /// Does so in the first run of a day.
  func pruneDaily(_ ledger: LedgerStore) throws {
    _ = try ledger.pruneDaily(settledBefore: clock.now() - configuration.retention)
  }

  /// How the pipeline has fared for `span` until now: by run for as long as the last 2,000 runs reach back, by day
  /// before that.
  func history(_ ledger: LedgerStore, span: Duration) throws -> ReportHistory {
    let now = clock.now()
    let days = try ledger.dailyAggregates(from: now - span, to: now)
    var history = ReportHistory(
      since: now - span, until: now, runs: try ledger.runs(limit: 2_000), days: days)
    history.arrivals = try ledger.objectArrivals(
      from: history.start, until: now, slices: ReportHistory.arrivalSlices)
    return history
  }

  /// The report of a run, with the findings that are open or acknowledged.
  func report(of run: RunRecord, _ ledger: LedgerStore) throws -> Report {
    var report = Report(
      pipeline: configuration.name, generatedAt: clock.now(), run: run, findings: try ledger.findings())
    report.bucket = configuration.bucket?.description
    report.hold(to: configuration.limits)
    report.price = try price(of: run, ledger)
    if let price = report.price { report.notes.append("cost: \(price.text)") }
    return report
  }

  /// What a run cost; nil where the bucket is not one of AWS.
  private func price(of run: RunRecord, _ ledger: LedgerStore) throws -> RunPrice? {
    guard case .s3 = configuration.bucket?.place, configuration.s3.endpoint == nil, let outcome = run.outcome
    else { return nil }
    // The pace of the timer: the middle one of the pauses between runs of the same command.
    let starts = try ledger.runs(limit: 30).filter { $0.command == run.command }.map(\.startedAt)
    let pauses = zip(starts, starts.dropFirst()).map { ($0 - $1).inSeconds }.filter { $0 > 0 }.sorted()
    let month = RunPrice.daysOfMonth * 86_400
    return RunPrice(
      outcome.cost, metrics: outcome.witness == nil || outcome.witness?.teller == .replicator ? 0 : 6,
      runsPerMonth: pauses.count < 3 ? nil : month / pauses[pauses.count / 2])
  }
}
