import Ledger
import Time

/// Records objects one by one: which operations they deliver, and what is wrong with them.
///
/// All of an object is in one transaction of the ledger, which may hold several: an object is recorded whole or not
/// at all. What does not differ from one object to the next is read when the recorder is made.
struct ObjectRecorder {
  let context: TableContext
  let clocks: ClockCorrection
  let run: RunID
  let now: Timestamp
  /// The first sequence number that was not given yet.
  private let nextSequence: Int64
  /// Operations with a version before this may have been dropped.
  private let prunedBefore: Timestamp?

  /// A recorder for objects that are recorded in the transaction of `session`.
  init(
    context: TableContext, clocks: ClockCorrection, run: RunID, now: Timestamp, in session: LedgerSession
  ) throws {
    (self.context, self.clocks, self.run, self.now) = (context, clocks, run, now)
    nextSequence = try session.nextSequence()
    prunedBefore = try session.prunedBefore()
  }

  /// Records what `observation` says of `object`, in `generation`, which it moves on, and adds it to `totals`.
  ///
  /// - Returns: what is wrong with the object's rows, and the numbers of findings that are new.
  func record(
    _ observation: Observation, of object: KnownObject, generation: inout Generation,
    totals: inout TableTotals, in session: LedgerSession
  ) throws -> (tally: ObjectTally, newFindings: [FindingID]) {
    var tally = ObjectTally()
    let matcher = RowMatcher(
      table: context.table.id, precision: observation.versionPrecision, nextSequence: nextSequence,
      prunedBefore: prunedBefore, absentColumns: context.absentColumns(observation),
      versionColumn: context.versionColumn, unmarkedKinds: context.unmarkedKinds)
    try session.begin(object.id, inGeneration: generation.id)
    // Only what has the newest name comes after all that was read before.
    let isNewest = object.entry.place > generation.lastPlace ?? .min
    var order = isNewest ? generation.lastChange : nil
    for row in observation.rows {
      let known = try session.operations(ofSequence: row.sequence)
      switch object.entry.kind {
      case .load:
        try recordLoad(
          row, match: matcher.matchLoad(row, among: known), known: known, of: object,
          generation: &generation, tally: &tally, in: session)
      case .changes, .other:
        let match = try matcher.matchChange(row, among: known) { operation in
          try operation.state == .delivered
            && session.isDelivered(operation.id, inGeneration: generation.id, byLoad: false)
        }
        try recordChange(
          row, match: match, of: object, generation: &generation, order: &order, tally: &tally, in: session)
      }
    }
    move(&generation, by: observation, of: object)
    totals.objects += 1
    totals.rows += observation.rowCount
    totals.foreignRows += observation.foreignRows
    totals.duplicates += Int64(tally.count(.duplicateRows))
    totals.altered += Int64(tally.count(.alteredRows))
    totals.outOfOrder += Int64(tally.count(.outOfOrder))
    totals.unexpected += Int64(
      tally.count(.unexpectedRows) + tally.count(.otherLedger) + tally.count(.unknownChanges)
        + tally.count(.abortedRows))
    try session.record(record(of: observation), of: object.id, table: context.table.id, run: run, now: now)
    let reporter = ObjectReporter(context: context, run: run, now: now)
    var new = try reporter.report(tally, observation, of: object, in: session)
    if observation.level < .keys, object.entry.kind == .changes, let own = try session.object(object.id) {
      for result in try CountComparison(context: context).compare(around: own, in: session) {
        new += try reporter.report(result.tally, of: result.object, in: session)
      }
    }
    return (tally, new)
  }

  private func recordChange(
    _ row: ObservedRow, match: RowMatch, of object: KnownObject, generation: inout Generation,
    order: inout Int64?, tally: inout ObjectTally, in session: LedgerSession
  ) throws {
    guard case .operation(let operation, let differences) = match else {
      if case .unexpected(let why) = match { tally.add(why.finding, name(row, object), commit: row.commit) }
      return
    }
    guard operation.state != .aborted else {
      return tally.add(.abortedRows, name(operation, row, object), commit: row.commit)
    }
    if operation.state == .intended {
      try session.settleByEvidence(
        operation.id.transaction, commit: evidence(row, operation, object))
    }
    let wasDelivered = try session.isDelivered(
      operation.id, inGeneration: generation.id, byLoad: false)
    let transaction = operation.id.transaction
    var flags: DeliveryFlags = []
    if wasDelivered {
      flags.insert(.duplicate)
      tally.add(.duplicateRows, name(operation, row, object), commit: row.commit)
    } else if let order, transaction < order {
      flags.insert(.outOfOrder)
      tally.add(.outOfOrder, name(operation, row, object), commit: row.commit)
    }
    note(differences, operation, row, object, &flags, &tally)
    // What a load covers, or an object brought that is gone or was written over, has had its lag.
    let isFirst =
      operation.state != .delivered && operation.state != .covered && operation.state != .reopened
      && !wasDelivered
    let exact = differences.timestamp ? nil : row.commit.map(CommitTime.init(exactly:))
    var delivery = DeliveryRecord(
      operation: operation.id, object: object.id, row: row.place, lagMicroseconds: nil, flags: flags,
      altered: differences.columns)
    if isFirst, let commit = exact ?? operation.commit {
      let measured = clocks.lag(
        objectModified: object.entry.lastModified, commit: commit, recordedAt: operation.recordedAt)
      delivery.lagMicroseconds = measured.lag.microseconds
      tally.uncertainty = max(tally.uncertainty, measured.uncertainty)
      delivery.seenLagMicroseconds =
        clocks.detection(listed: object.firstListedAt, modified: object.entry.lastModified).microseconds
      if let stamp = exact?.earliest, let bounds = operation.commit {
        delivery.stampLagMicroseconds = max(stamp - bounds.latest, .zero).microseconds
        tally.commitWidth = max(tally.commitWidth, bounds.latest - bounds.earliest)
      }
    }
    try session.add(delivery)
    if operation.state != .delivered { try session.setState(.delivered, of: operation.id) }
    if operation.state == .missing { try foundAfterAll(operation, in: object, &tally, session) }
    order = max(order ?? transaction, transaction)
    generation.firstChange = min(generation.firstChange ?? transaction, transaction)
    generation.lastChange = max(generation.lastChange ?? transaction, transaction)
  }

  private func recordLoad(
    _ row: ObservedRow, match: RowMatch, known: [KnownOperation], of object: KnownObject,
    generation: inout Generation, tally: inout ObjectTally, in session: LedgerSession
  ) throws {
    guard case .operation(let anchor, let differences) = match else {
      if case .unexpected(let why) = match { tally.add(why.finding, name(row, object), commit: nil) }
      return
    }
    guard anchor.state != .aborted else {
      return tally.add(.abortedRows, name(anchor, row, object), commit: nil)
    }
    var flags: DeliveryFlags = .covered
    if try session.isDelivered(anchor.id, inGeneration: generation.id, byLoad: true) {
      flags.insert(.duplicate)
      tally.add(.duplicateRows, name(anchor, row, object), commit: nil)
    }
    note(differences, anchor, row, object, &flags, &tally)
    for operation in known where operation.state != .aborted {
      guard operation.kind != .delete else {
        // The row is there, so the snapshot is older than its delete, which the changes must bring.
        if operation.state == .covered { try session.setState(.open, of: operation.id) }
        continue
      }
      guard operation.id <= anchor.id else {
        // What an object of before this load brought, a load that was made later, or its changes, must bring as well.
        if let loaded = row.commit, !context.loadTimeIsTaskStart, let commit = operation.commit,
          commit.latest + .seconds(60) < loaded,
          operation.state == .delivered || operation.state == .covered,
          try !session.isDelivered(operation.id, inGeneration: generation.id, byLoad: false),
          try !session.isDelivered(operation.id, inGeneration: generation.id, byLoad: true)
        {
          try session.takeBackDeliveries(of: operation.id)
        }
        continue
      }
      if operation.state == .intended {
        try session.settleByEvidence(
          operation.id.transaction, commit: evidence(row, operation, object))
      }
      try session.add(
        DeliveryRecord(
          operation: operation.id, object: object.id, row: row.place, lagMicroseconds: nil,
          flags: operation.id == anchor.id ? flags : .covered,
          altered: operation.id == anchor.id ? differences.columns : 0))
      if operation.state != .delivered, operation.state != .covered {
        try session.setState(.covered, of: operation.id)
      }
      if operation.state == .missing { try foundAfterAll(operation, in: object, &tally, session) }
    }
    // Each segment of a parallel load is read in a snapshot of its own: what one shows, another need not.
    if differences == Differences(), !context.isSegment(object.entry.key) {
      generation.loadLastTransaction = max(
        generation.loadLastTransaction ?? anchor.id.transaction, anchor.id.transaction)
    }
  }

  /// Adds what a row differs in from its operation.
  private func note(
    _ differences: Differences, _ operation: KnownOperation, _ row: ObservedRow, _ object: KnownObject,
    _ flags: inout DeliveryFlags, _ tally: inout ObjectTally
  ) {
    if differences.operation {
      flags.insert(.wrongOperation)
      tally.add(.wrongOperation, name(operation, row, object), commit: row.commit)
    }
    if differences.timestamp {
      flags.insert(.wrongTimestamp)
      tally.add(.wrongTimestamp, name(operation, row, object), commit: operation.commit?.latest)
    }
    if differences.columns != 0 {
      let columns = (0..<64).filter { differences.columns & 1 << UInt64($0) != 0 }
      let names = columns.map { column in
        column < context.table.declaration.columns.count
          ? context.table.declaration.columns[column] : "column \(column + 1)"
      }
      tally.add(
        .alteredRows, name(operation, row, object, columns: names), columns: columns, commit: row.commit)
    }
  }

  /// An operation called lost was met after all: its finding says so, and ends where it was the last one.
  private func foundAfterAll(
    _ operation: KnownOperation, in object: KnownObject, _ tally: inout ObjectTally, _ session: LedgerSession
  ) throws {
    guard let finding = try session.removeLoss(operation.id) else { return }
    tally.struck[finding] = object.entry.key
  }

  /// The commit time of an intent, by what the bucket says of it.
  private func evidence(
    _ row: ObservedRow, _ operation: KnownOperation, _ object: KnownObject
  ) -> CommitTime {
    if object.entry.kind == .changes, let commit = row.commit { return CommitTime(exactly: commit) }
    return CommitTime(
      earliest: clocks.sourceTime(ofOurs: operation.recordedAt),
      latest: clocks.sourceTime(ofBucket: object.entry.lastModified))
  }

  private func move(_ generation: inout Generation, by observation: Observation, of object: KnownObject) {
    switch object.entry.kind {
    case .load:
      generation.loadObjects += 1
      // No later than this was the load's snapshot taken: the time of its first row, where rows tell it.
      var modified = clocks.sourceTime(ofBucket: object.entry.lastModified)
      if !context.loadTimeIsTaskStart, let first = observation.firstCommit { modified = min(modified, first) }
      generation.loadFirstModified = min(generation.loadFirstModified ?? modified, modified)
      generation.loadLastModified = max(
        generation.loadLastModified ?? object.entry.lastModified, object.entry.lastModified)
    case .changes, .other:
      generation.lastPlace = max(generation.lastPlace ?? object.entry.place, object.entry.place)
      if let first = observation.firstCommit {
        generation.firstCommit = min(generation.firstCommit ?? first, first)
      }
      if let last = observation.lastCommit {
        generation.lastCommit = max(generation.lastCommit ?? last, last)
      }
      // A commit time after the object was written is none.
      if let foreign = observation.lastForeignCommit, observation.commitsAscend,
        foreign <= clocks.sourceTime(ofBucket: object.entry.lastModified) + clocks.uncertainty
      {
        generation.lastForeignCommit = max(generation.lastForeignCommit ?? foreign, foreign)
      }
    }
  }

  private func record(of observation: Observation) -> ObservationRecord {
    ObservationRecord(
      schema: observation.schema.joined(separator: "\n"), level: observation.level.rank,
      rows: observation.rowCount, inserts: observation.counts.inserts, updates: observation.counts.updates,
      deletes: observation.counts.deletes, unmarked: observation.counts.unmarked,
      ours: Int64(observation.rows.count), firstCommit: observation.firstCommit,
      lastCommit: observation.lastCommit, bytesRead: observation.bytesRead)
  }

  private func name(_ row: ObservedRow, _ object: KnownObject) -> FindingRow {
    var kind: OperationKind?
    if case .operation(let said) = row.op { kind = said }
    return FindingRow(
      kind: kind, key: RowIdentity(tag: context.request.tag, sequence: row.sequence).description,
      version: row.version, object: object.entry.key, row: row.place)
  }

  private func name(
    _ operation: KnownOperation, _ row: ObservedRow, _ object: KnownObject, columns: [String] = []
  ) -> FindingRow {
    FindingRow(
      kind: operation.kind,
      key: RowIdentity(tag: context.request.tag, sequence: operation.sequence).description,
      version: operation.version, xid: operation.xid, object: object.entry.key, row: row.place,
      columns: columns)
  }
}
