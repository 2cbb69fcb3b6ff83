import Ledger
import Time

/// Settles the operations of a table that are not in the bucket: proved lost, explained, or still open.
struct Settlement {
  let context: TableContext
  let limits: Limits
  let clocks: ClockCorrection
  let run: RunID
  let now: Timestamp
  /// When the task began, by this machine's clock, where somebody says so.
  var taskBegan: Timestamp?
  /// When the load of the table's generation was whole, or else the generation began, by this machine's clock.
  var reopenedSince: Timestamp?

  /// What a settlement came to.
  struct Outcome: Sendable {
    /// Operations still open and not due.
    var pending = 0
    /// Operations due, and not proved lost.
    var late = 0
    /// Of those not due, the ones past the warning's deadline.
    var slow = 0
    /// When the last of the pending ones falls due, by this machine's clock.
    var nextDeadline: Timestamp?
    /// How long the eldest late operation is late.
    var longestDelay: Duration?
    var newFindings: [FindingID] = []
    /// The late operations, the first of them by name.
    fileprivate var lateRows: [FindingRow] = []
    fileprivate var lateStart: Timestamp?
    fileprivate var lateEnd: Timestamp?
    fileprivate var losses: [Loss] = []
    /// Operations of before the first object that tells of the table.
    fileprivate var early: [KnownOperation] = []
  }

  private static let batch = 2_000

  /// Whether a settlement by `rule` would call an operation lost that was not called so before.
  func findsLosses(by rule: LossRule, in ledger: LedgerStore) throws(LedgerError) -> Bool {
    var last: OperationID?
    while true {
      let after = last
      let (count, end, found) = try ledger.read { session in
        let operations = try session.unsettledOperations(
          table: context.table.id, after: after, limit: Settlement.batch)
        let found = try operations.contains { operation in
          guard operation.state != .missing, context.request.level >= .keys,
            context.expectedKinds.contains(operation.kind)
          else {
            return false
          }
          if case .lost = try ruling(rule, on: operation, in: session) { return true }
          return false
        }
        return (operations.count, operations.last?.id, found)
      }
      if found { return true }
      guard count == Settlement.batch, let end else { return false }
      last = end
    }
  }

  /// When the eldest operation that is due and open fell due, by this machine's clock; nil where none is.
  func eldestDue(in ledger: LedgerStore) throws(LedgerError) -> Timestamp? {
    var last: OperationID?
    while true {
      let after = last
      let operations = try ledger.read { session in
        try session.unsettledOperations(table: context.table.id, after: after, limit: Settlement.batch)
      }
      for operation in operations where context.expectedKinds.contains(operation.kind) {
        if let due = due(operation), now >= due { return due }
      }
      guard operations.count == Settlement.batch, let end = operations.last?.id else { return nil }
      last = end
    }
  }

  /// When an operation falls due, by this machine's clock; nil of one that no clock decides about.
  private func due(_ operation: KnownOperation) -> Timestamp? {
    // What a reload took away, its load must bring, or the changes that follow.
    if operation.state == .reopened { return reopenedSince.map { $0 + limits.deadline } }
    guard operation.state == .open, let commit = operation.commit else { return nil }
    return clocks.committed(commit, recordedAt: operation.recordedAt).latest + limits.deadline
  }

  /// Settles all operations that are not settled, batch by batch; `rule` is nil where nothing can be proved:
  /// no generation yet, or objects that could not be read.
  ///
  /// - Parameter sawAll: whether the table was listed and all that is listed was read; where it was not,
  ///   nothing is called late, since it may be there.
  func settle(
    by rule: LossRule?, sawAll: Bool, in ledger: LedgerStore
  ) throws(LedgerError) -> Outcome {
    var outcome = Outcome()
    var last: OperationID?
    while true {
      let after = last
      let before = outcome
      let (next, end, count) = try ledger.write(durably: false) { session in
        var outcome = before
        let operations = try session.unsettledOperations(
          table: context.table.id, after: after, limit: Settlement.batch)
        for operation in operations {
          guard sawAll else {
            if operation.state != .missing { outcome.pending += 1 }
            continue
          }
          try settle(operation, by: rule, &outcome, in: session)
        }
        let reporter = LossReporter(context: context, run: run, now: now)
        outcome.newFindings += try reporter.report(
          outcome.losses, generation: rule?.generation, in: session)
        outcome.newFindings += try reporter.report(
          early: outcome.early, generation: rule?.generation, in: session)
        (outcome.losses, outcome.early) = ([], [])
        return (outcome, operations.last?.id, operations.count)
      }
      outcome = next
      guard count == Settlement.batch, let end else { break }
      last = end
    }
    guard sawAll else { return outcome }
    let settled = outcome
    outcome.newFindings += try ledger.write(durably: false) { session in try reportLate(settled, in: session)
    }
    return outcome
  }

  private func settle(
    _ operation: KnownOperation, by rule: LossRule?, _ outcome: inout Outcome, in session: LedgerSession
  ) throws {
    guard operation.state != .missing else { return }
    guard context.expectedKinds.contains(operation.kind) else {
      return try session.setState(.excluded, of: operation.id)
    }
    if context.request.level < .keys {
      return try settleByNumber(operation, generation: rule?.generation, &outcome, in: session)
    }
    switch try rule.map({ try ruling($0, on: operation, in: session) }) ?? .undecided {
    // It rests on a clock, which may have been set back: what has still time is given it.
    case .lost(.laterForeignCommit) where !isSlow(operation): try wait(for: operation, &outcome, in: session)
    case .lost(let proof):
      try session.setState(.missing, of: operation.id)
      outcome.losses.append(Loss(operation: operation, proof: proof))
    case .covered: try session.setState(.covered, of: operation.id)
    case .beforeBaseline: try exclude(operation, &outcome, in: session)
    case .undecided: try wait(for: operation, &outcome, in: session)
    }
  }

  /// Expects an operation of before the first object no more, and says so unless it is known to be older than the task.
  ///
  /// What a reload took away is told of as gone.
  private func exclude(
    _ operation: KnownOperation, _ outcome: inout Outcome, in session: LedgerSession
  ) throws {
    let committed = operation.commit.map { clocks.committed($0, recordedAt: operation.recordedAt) }
    let isOlder = taskBegan.map { began in committed.map { $0.earliest <= began } ?? false } ?? false
    if operation.state == .open, !isOlder { outcome.early.append(operation) }
    try session.setState(.excluded, of: operation.id)
  }

  private func ruling(
    _ rule: LossRule, on operation: KnownOperation, in session: LedgerSession
  ) throws -> LossRule.Ruling {
    guard rule.generation.hasLoad else { return rule.rule(on: operation, deletion: nil, isInLoad: false) }
    let siblings = try session.operations(ofSequence: operation.sequence)
    let isInLoad = try siblings.contains { sibling in
      try session.isDelivered(sibling.id, inGeneration: rule.generation.id, byLoad: true)
    }
    let deletion = siblings.first { $0.kind == .delete && $0.state != .aborted }
    let ruling = rule.rule(on: operation, deletion: deletion, isInLoad: isInLoad)
    guard ruling == .covered, try isAfterLoad(operation, rule, in: session) else { return ruling }
    return rule.rule(on: operation, deletion: deletion, isInLoad: isInLoad, isAfterLoad: true)
  }

  /// Whether a row that was inserted no later than the operation, and was there when the load was made, is not in
  /// the load: then the load shows the table as it was before.
  private func isAfterLoad(
    _ operation: KnownOperation, _ rule: LossRule, in session: LedgerSession
  ) throws -> Bool {
    let inserts = try session.inserts(
      table: context.table.id, after: rule.generation.loadLastTransaction ?? 0,
      through: operation.id.transaction, limit: 500)
    return try inserts.contains { insert in
      let siblings = try session.operations(ofSequence: insert.sequence)
      let isGone = siblings.contains {
        $0.kind == .delete && $0.state != .aborted && ($0.state == .intended || rule.mayPrecedeLoad($0))
      }
      guard !isGone else { return false }
      return try !siblings.contains {
        try session.isDelivered($0.id, inGeneration: rule.generation.id, byLoad: true)
      }
    }
  }

  /// Settles an operation where no row is looked at: what was committed up to the latest commit time in the
  /// bucket is explained, and the numbers said what of it is lost.
  ///
  /// Where rows of others count too, or no commit times are known, it cannot be told what is there.
  private func settleByNumber(
    _ operation: KnownOperation, generation: Generation?, _ outcome: inout Outcome,
    in session: LedgerSession
  ) throws {
    guard !context.isShared, let commit = operation.commit,
      generation == nil || generation?.lastPlace == nil || generation?.lastCommit != nil
    else {
      outcome.pending += 1
      return
    }
    // What was recorded after the newest object was closed is not in it, whatever a clock that was set back says.
    guard let generation, let last = generation.lastCommit, commit.earliest <= last,
      clocks.ours(ofBucket: Timestamp(microseconds: generation.lastPlace ?? .max)) + clocks.uncertainty
        >= operation.recordedAt
    else {
      return try wait(for: operation, &outcome, in: session)
    }
    if !generation.hasLoad, commit.latest < generation.firstCommit ?? commit.latest {
      return try exclude(operation, &outcome, in: session)
    }
    try session.setState(.covered, of: operation.id)
  }

  /// Whether an operation is past the warning's deadline.
  private func isSlow(_ operation: KnownOperation) -> Bool {
    guard let commit = operation.commit else { return false }
    return now >= clocks.committed(commit, recordedAt: operation.recordedAt).latest + limits.warningDeadline
  }

  /// Counts an operation of which nothing is proved as pending or late.
  private func wait(
    for operation: KnownOperation, _ outcome: inout Outcome, in session: LedgerSession
  ) throws {
    guard let due = due(operation), let commit = operation.commit else {
      outcome.pending += 1
      return
    }
    let committed = due - limits.deadline
    if now >= due + limits.lossLimit {
      try session.setState(.missing, of: operation.id)
      outcome.losses.append(Loss(operation: operation, proof: nil))
    } else if now >= due {
      outcome.late += 1
      outcome.longestDelay = max(outcome.longestDelay ?? .zero, now - committed)
      outcome.lateStart = min(outcome.lateStart ?? commit.earliest, commit.earliest)
      outcome.lateEnd = max(outcome.lateEnd ?? commit.latest, commit.latest)
      if outcome.lateRows.count < Finding.namedRows {
        outcome.lateRows.append(FindingRow(operation, of: context))
      }
    } else {
      outcome.pending += 1
      if now >= committed + limits.warningDeadline { outcome.slow += 1 }
      outcome.nextDeadline = max(outcome.nextDeadline ?? due, due)
    }
  }

  /// One finding per table, open while anything is late.
  private func reportLate(_ outcome: Outcome, in session: LedgerSession) throws -> [FindingID] {
    let identity = "late-rows/\(context.bucket)/\(context.table.id)"
    guard outcome.late > 0 else {
      if let finding = try session.finding(identity: identity), finding.state != .resolved {
        try session.resolve(finding.id, because: "nothing is late any more", now: now)
      }
      return []
    }
    let found = try session.report(
      FindingReport(
        kind: .lateRows, severity: .critical, table: context.table.id, identity: identity,
        summary: "\(counted(outcome.late, "operation")) on \(context.name) "
          + "\(outcome.late == 1 ? "is" : "are") late, the eldest by "
          + "\(DurationPhrase(outcome.longestDelay ?? .zero)) since its commit",
        rowCount: outcome.late, rows: outcome.lateRows, spanStart: outcome.lateStart,
        spanEnd: outcome.lateEnd),
      run: run, now: now)
    return found.isNew ? [found.id] : []
  }
}
