import Ledger
import ObjectStorage
import Time

/// Reconciles one table: lists, reads what is new, settles what is not there.
struct TableReconciliation {
  let reconciler: Reconciler
  let context: TableContext
  let run: RunID
  let clocks: ClockCorrection
  let progress: (@Sendable (ReconciliationProgress) -> Void)?

  /// What came of it.
  struct Outcome {
    var settlement = Settlement.Outcome()
    var uncertainty = Duration.zero
    var commitWidth = Duration.zero
    fileprivate var listed = 0
    /// Whether the next listing is to confirm what the one before it showed: it must be of now.
    fileprivate var isConfirming = false
    /// Whether the last listing may have been older than the bucket.
    fileprivate var isStale = false
    /// Values that files tell with too few digits to be compared, and one bit for each column that they are of.
    fileprivate var unverified: (values: Int, columns: UInt64) = (0, 0)
    /// Whether all objects that were listed were read.
    fileprivate(set) var isComplete = true
    /// Of an object that was listed, and was gone or another when it was to be read.
    fileprivate var replaced: String?
    /// That objects are gone, where it is too early to call it a loss.
    fileprivate var gone: String?
  }

  /// A task reads the source's log some time after it says that it was started.
  private static let startingTime = Duration.seconds(300)

  private var ledger: LedgerStore { reconciler.ledger }
  private var configuration: ReconcilerConfiguration { reconciler.configuration }

  /// Reconciles the table as far as the bucket allows.
  ///
  /// - Parameter isSeen: whether the bucket can be looked at.
  /// - Throws: `LedgerError`; `CancellationError`.
  func reconcile(_ work: inout RunningTotals, isSeen: Bool) async throws -> Outcome {
    var outcome = Outcome()
    outcome.isComplete = isSeen
    var rule: LossRule?
    do {
      if isSeen { rule = try await gather(&outcome, &work) }
    } catch let error as StorageError {
      if error.code == .cancelled { throw CancellationError() }
      work.fail("\(error)")
      outcome.isComplete = false
    }
    if context.isFiltered {
      work.fail(
        "a selection rule of the table mappings filters the rows of \(context.name): what it leaves out cannot be told "
          + "from what is lost; exempt the table from it by a rule of its own")
      (rule, outcome.isComplete) = (nil, false)
    }
    if outcome.isComplete { work.newFindings += try compareNewest() }
    let settlement = try self.settlement()
    outcome.settlement = try settlement.settle(by: rule, sawAll: outcome.isComplete, in: ledger)
    work.newFindings += outcome.settlement.newFindings
    work.slow += outcome.settlement.slow
    if let reason = outcome.gone { work.gone.append(reason) }
    if outcome.unverified.values > 0 {
      let columns = context.table.declaration.columns.enumerated().filter { index, _ in
        index < 64 && outcome.unverified.columns & 1 << UInt64(index) != 0
      }
      work.notes.append(
        "\(counted(outcome.unverified.values, "value")) of \(context.name) in "
          + "\(columns.map(\.element).joined(separator: ", ")) could not be compared: csv tells them with fewer digits than "
          + "tell one double from another. Parquet has them whole.")
    }
    if let deadline = outcome.settlement.nextDeadline {
      work.nextDeadline = max(work.nextDeadline ?? deadline, deadline)
    }
    return outcome
  }

  /// Lists and reads until what is known proves what it seems to prove.
  ///
  /// - Returns: the rule by which losses are told; nil before the first object.
  private func gather(_ outcome: inout Outcome, _ work: inout RunningTotals) async throws -> LossRule? {
    try await listAndRead(full: isFullListingDue(), &outcome, &work)
    // An object that a listing names may be younger than another that the same listing passed too early.
    // So what it proves counts only when a whole listing that began after it was read agrees.
    for _ in 0..<3 {
      guard outcome.isComplete, let before = try rule() else { return nil }
      let settlement = try settlement()
      guard
        try settlement.findsLosses(by: before, in: ledger)
          || isLateUnlisted(settlement, asOfNow: !outcome.isStale)
      else { return before }
      try await listAndRead(full: true, &outcome, &work)
      if let after = try rule(), after.generation.id == before.generation.id { return before }
    }
    return nil
  }

  /// Below level keys, compares the newest object by number once its batch must be over.
  private func compareNewest() throws(LedgerError) -> [FindingID] {
    let now = reconciler.clock.now()
    guard context.request.level < .keys, let generation = try currentGeneration(),
      let place = generation.lastPlace,
      now > clocks.ours(ofBucket: Timestamp(microseconds: place)) + configuration.limits.batchInterval
        + clocks.uncertainty
    else { return [] }
    return try ledger.write(durably: false) { session in
      let found = try CountComparison(context: context).compareNewest(of: generation, in: session)
      guard let found else { return [] }
      return try ObjectReporter(context: context, run: run, now: now).report(
        found.tally, of: found.object, in: session)
    }
  }

  private func isFullListingDue() throws(LedgerError) -> Bool {
    let inventory = try ledger.read { session in
      try session.inventory(bucket: context.bucket, table: context.table.id)
    }
    guard let last = inventory.lastFullAt else { return true }
    let now = reconciler.clock.now()
    // A clock that was ahead, and was set back, must not put off listings until it is there again.
    return now >= last + configuration.fullListingEvery || now < last
  }

  /// Whether no whole listing was made since the eldest operation that is not there fell due.
  ///
  /// It may be there under a name that listings pass over. While it stays away, it asks for one of them alone.
  private func isLateUnlisted(_ settlement: Settlement, asOfNow: Bool) throws(LedgerError) -> Bool {
    guard let due = try settlement.eldestDue(in: ledger) else { return false }
    guard asOfNow else { return true }
    let inventory = try ledger.read { session in
      try session.inventory(bucket: context.bucket, table: context.table.id)
    }
    return inventory.lastFullAt.map { $0 < due } ?? true
  }

  private func settlement() throws(LedgerError) -> Settlement {
    let generation = try currentGeneration()
    return Settlement(
      context: context, limits: configuration.limits, clocks: clocks, run: run,
      now: reconciler.clock.now(), taskBegan: configuration.taskBegan,
      reopenedSince: generation.flatMap { generation in
        // Where all is gone, and nothing came yet, nothing of it is owed.
        generation.loadLastModified.map(clocks.ours(ofBucket:))
          ?? (generation.hasChanges ? generation.startedAt : nil)
      })
  }

  private func currentGeneration() throws(LedgerError) -> Generation? {
    try ledger.read { session in
      try session.currentGeneration(bucket: context.bucket, table: context.table.id)
    }
  }

  private func rule() throws(LedgerError) -> LossRule? {
    guard let generation = try currentGeneration() else { return nil }
    let began = try ledger.read { session in try session.firstChangesModified(generation: generation.id) }
    return LossRule(
      generation: generation, foreignMargin: configuration.limits.foreignMargin,
      loadMargin: clocks.uncertainty + .seconds(1),
      sourceNow: clocks.sourceTime(ofOurs: reconciler.clock.now()) + clocks.uncertainty,
      changesBegan: [
        began.map(clocks.ours(ofBucket:)),
        configuration.taskBegan.map { $0 + TableReconciliation.startingTime },
      ].compactMap(\.self).min())
  }

  private func listAndRead(
    full: Bool, _ outcome: inout Outcome, _ work: inout RunningTotals
  ) async throws {
    try await listAndReadOnce(full: full, &outcome, &work)
    // A reload, or a lifecycle rule, took away between the listing and the reading: another listing says so.
    for _ in 0..<2 where outcome.replaced != nil {
      try await listAndReadOnce(full: true, &outcome, &work)
    }
    if let message = outcome.replaced { work.fail(message) }
  }

  private func listAndReadOnce(
    full: Bool, _ outcome: inout Outcome, _ work: inout RunningTotals
  ) async throws {
    outcome.replaced = nil
    // The same inventory says the same again, however often it is asked.
    let stale = outcome.isConfirming ? reconciler.store as? any StaleListing : nil
    outcome.isConfirming = true
    outcome.isStale = stale == nil && reconciler.store is any StaleListing
    let listing = TableListing(
      store: stale?.live ?? reconciler.store, ledger: ledger, context: context, run: run,
      clock: reconciler.clock)
    var result = try await listing.list(full: full, overlap: configuration.listingOverlap)
    note(result, &outcome, &work)
    if !result.isFull, result.hasAbsent || !result.replacedLoads.isEmpty {
      // What else is gone is seen only where all is listed.
      let (replacedLoads, newLoads) = (result.replacedLoads, result.newLoads)
      result = try await listing.list(full: true, overlap: configuration.listingOverlap)
      result.replacedLoads.formUnion(replacedLoads)
      result.newLoads += newLoads
      note(result, &outcome, &work)
    }
    let closure = ListingClosure(
      context: context, run: run, now: reconciler.clock.now(),
      allowsVanishedObjects: configuration.allowsVanishedObjects, clocks: clocks,
      patience: configuration.limits.deadline)
    work.newFindings += try closure.close(result, in: ledger)
    outcome.gone = try ledger.read { session in try closure.openReason(in: session) }
    outcome.isComplete = true
    try await read(.load, &outcome, &work)
    // Changes say that the load is whole: they wait until all of it was read.
    if outcome.isComplete { try await read(.changes, &outcome, &work) }
  }

  private func note(_ listing: ListingResult, _ outcome: inout Outcome, _ work: inout RunningTotals) {
    work.cost.requests += listing.requests
    work.cost.objectsListed += listing.listed
    work.cost.fullListing = work.cost.fullListing || listing.isFull
    work.newFindings += listing.newFindings
    outcome.listed += listing.listed
  }

  /// Reads the objects of a kind that are listed and not read, some at a time, and records them in order.
  private func read(_ kind: ObjectKind, _ outcome: inout Outcome, _ work: inout RunningTotals) async throws {
    var last = (place: Int64.min, key: "")
    while true {
      let (place, key) = last
      let objects = try ledger.read { session in
        try session.unreadObjects(
          bucket: context.bucket, table: context.table.id, kind: kind, afterPlace: place, key: key,
          limit: 1_000)
      }
      guard let end = objects.last else { return }
      last = (end.entry.place, end.entry.key)
      try await read(objects, &outcome, &work)
    }
  }

  private func read(
    _ objects: [KnownObject], _ outcome: inout Outcome, _ work: inout RunningTotals
  ) async throws {
    let (source, request) = (reconciler.source, context.request)
    let width = max(1, configuration.parallelReads)
    try await withThrowingTaskGroup(of: (Int, Result<Observation, ObservationFailure>).self) { group in
      var waiting = WaitingObservations()
      var (begun, arrived) = (0, 0)
      while waiting.recorded < objects.count {
        while begun < objects.count, begun - arrived < width,
          waiting.mayGrow || begun - waiting.recorded < width
        {
          let (index, reference) = (begun, ObjectReference(objects[begun]))
          begun += 1
          group.addTask { (index, await Self.observe(reference, request, by: source)) }
        }
        if arrived < begun, let (index, result) = try await group.next() {
          arrived += 1
          waiting.add(result, at: index)
        }
        guard !waiting.mayGrow || arrived == objects.count else { continue }
        try Task.checkCancellation()
        let first = waiting.recorded
        try record(Array(zip(objects[first...], waiting.takeReady())), &outcome, &work)
      }
    }
  }

  private static func observe(
    _ reference: ObjectReference, _ request: ObservationRequest, by source: any ObservationSource
  ) async -> Result<Observation, ObservationFailure> {
    do throws(ObservationFailure) {
      return .success(try await source.observe(reference, request))
    } catch { return .failure(error) }
  }

  private typealias Read = (object: KnownObject, result: Result<Observation, ObservationFailure>)

  /// Records objects in order, all of them in one transaction of the ledger.
  private func record(_ batch: [Read], _ outcome: inout Outcome, _ work: inout RunningTotals) throws {
    guard !batch.isEmpty else { return }
    let now = reconciler.clock.now()
    try ledger.write(durably: false) { session in
      let recorder = try ObjectRecorder(context: context, clocks: clocks, run: run, now: now, in: session)
      var generations = GenerationCache(context: context, clocks: clocks, run: run, now: now)
      var totals = TableTotals()
      var struck: [FindingID: String] = [:]
      for (object, result) in batch {
        switch result {
        case .success(let observation):
          work.cost.bytesRead += observation.bytesRead
          work.cost.requests += observation.requests
          work.cost.objectsRead += 1
          for row in observation.rows where row.unverified != 0 {
            outcome.unverified.values += row.unverified.nonzeroBitCount
            outcome.unverified.columns |= row.unverified
          }
          var generation = try generations.generation(of: object, in: session)
          let (tally, new) = try recorder.record(
            observation, of: object, generation: &generation, totals: &totals, in: session)
          generations.update(generation)
          struck.merge(tally.struck) { _, last in last }
          outcome.uncertainty = max(outcome.uncertainty, tally.uncertainty)
          outcome.commitWidth = max(outcome.commitWidth, tally.commitWidth)
          work.newFindings += new
        case .failure(let failure):
          work.cost.bytesRead += failure.bytesRead
          work.cost.requests += failure.requests
          // Where objects were read before, the columns are known, and one that lacks them is not whole.
          let isKnown = try totals.objects > 0 || session.totals(of: context.table.id).objects > 0
          guard failure.kind == .unreadable || failure.kind == .lacksColumns && isKnown else {
            note(failure, of: object, &outcome, &work)
            continue
          }
          let generation = try generations.generation(of: object, in: session)
          try session.setGeneration(generation.id, ofObject: object.id)
          work.newFindings += try ObjectReporter(context: context, run: run, now: now)
            .reportUnreadable(object, failure, in: session)
        }
      }
      let reporter = LossReporter(context: context, run: run, now: now)
      for (finding, object) in struck { try reporter.reportRest(of: finding, metIn: object, in: session) }
      try generations.record(in: session)
      try session.add(totals, to: context.table.id)
    }
    progress?(
      ReconciliationProgress(
        table: context.name, objectsListed: outcome.listed, objectsRead: work.cost.objectsRead))
  }

  /// Takes note of a failure that says nothing of what the object holds: nothing may be called lost until it was
  /// read.
  private func note(
    _ failure: ObservationFailure, of object: KnownObject, _ outcome: inout Outcome,
    _ work: inout RunningTotals
  ) {
    outcome.isComplete = false
    let names = failure.message.contains(object.entry.key)
    let message = names ? failure.message : "\(object.entry.key) cannot be read: \(failure.message)"
    if failure.kind == .replaced {
      outcome.replaced = outcome.replaced ?? message
    } else {
      work.fail(message)
    }
  }
}
