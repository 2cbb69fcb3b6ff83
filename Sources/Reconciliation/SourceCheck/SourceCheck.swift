import Ledger
import Time

/// Compares the live rows of a table with the state that the bucket implies, and names the keys that differ.
///
/// It reads every object of the table's generation again, so that it rests on nothing that was recorded of
/// them. Rows with an operation that is still on its way are left out.
struct SourceCheck {
  let context: TableContext
  let ledger: LedgerStore
  let source: any ObservationSource
  let run: RunID
  let now: Timestamp
  /// How far the clocks of PostgreSQL and the loader may be apart.
  var loadMargin = Duration.seconds(1)
  /// Whether objects are moved away on purpose once they are read.
  var allowsVanishedObjects = false

  /// How a row differs.
  enum Difference: String {
    case absent = "not in the bucket"
    case deleted = "deleted in the bucket alone"
    case surplus = "deleted in the source alone"
    case stale = "of another version"
    case altered = "with other values"
  }

  struct Outcome {
    var compared = 0
    /// Rows that the bucket need not tell of: on their way, older than what it holds, or left out by the settings.
    var leftOut = 0
    var newFindings: [FindingID] = []
    var cost = RunCost()
  }

  /// Compares, and reports what differs.
  ///
  /// - Throws: `ObservationFailure` where an object cannot be read; `LedgerError`.
  func check(_ rows: [LiveSourceRow]) async throws -> Outcome {
    var outcome = Outcome()
    let (context, ledger) = (context, ledger)
    let generation = try ledger.read { session in
      try session.currentGeneration(bucket: context.bucket, table: context.table.id)
    }
    let extent = try ledger.read { session in try self.extent(of: generation, in: session) }
    let bucket = try await impliedState(generation, &outcome.cost)
    let live = Dictionary(rows.map { ($0.sequence, $0) }) { first, _ in first }
    var differences: [(sequence: Int64, difference: Difference, columns: [Int], version: Timestamp?)] = []
    for sequence in Set(live.keys).union(bucket.keys).sorted() {
      let history = try ledger.read { session in try session.operations(ofSequence: sequence) }
      let own = history.filter { $0.table == context.table.id && $0.state != .aborted }
      guard isComparable(own) else {
        outcome.leftOut += 1
        continue
      }
      switch difference(live[sequence], bucket[sequence], own, extent) {
      case .same: outcome.compared += 1
      case .unknown: outcome.leftOut += 1
      case .differs(let difference, let columns):
        outcome.compared += 1
        differences.append((sequence, difference, columns, live[sequence]?.version))
      }
    }
    let found = differences.map { entry in
      FindingRow(
        kind: nil, key: RowIdentity(tag: context.request.tag, sequence: entry.sequence).description,
        version: entry.version, columns: entry.columns.map(name(ofColumn:)))
    }
    let counts = Dictionary(grouping: differences, by: \.difference).map { ($0.key.rawValue, $0.value.count) }
    outcome.newFindings = try ledger.write(durably: false) { session in
      try report(found, counts: counts.sorted { $0.0 < $1.0 }, in: session)
    }
    return outcome
  }

  private enum Comparison {
    case same, unknown
    case differs(Difference, [Int])
  }

  /// Whether all that was done to a row must be in the bucket, if anything of it ever was.
  private func isComparable(_ operations: [KnownOperation]) -> Bool {
    operations.allSatisfy { operation in
      switch operation.state {
      case .delivered, .covered, .missing: context.expectedKinds.contains(operation.kind)
      case .intended, .open, .reopened, .excluded, .aborted: false
      }
    }
  }

  /// Of which rows the bucket must tell.
  private struct Extent {
    /// Whether no object of the generation is known to be gone.
    var isWhole: Bool
    /// Objects of changes that were written before this were dropped from the ledger.
    var forgottenBefore: Timestamp?
    /// Rows with a version before this must be in the load; nil where there is none.
    var load: Timestamp?

    func includes(_ row: LiveSourceRow, hasHistory: Bool) -> Bool {
      guard isWhole, let version = row.version else { return false }
      if let load, version < load { return true }
      return hasHistory && forgottenBefore.map { version >= $0 } ?? true
    }
  }

  private func extent(of generation: Generation?, in session: LedgerSession) throws -> Extent {
    guard let generation else { return Extent(isWhole: false) }
    let inventory = try session.inventory(bucket: context.bucket, table: context.table.id)
    let isWhole =
      try !allowsVanishedObjects
      && !session.hasGoneObjects(bucket: context.bucket, table: context.table.id, generation: generation.id)
    return Extent(
      isWhole: isWhole, forgottenBefore: inventory.forgottenBefore,
      load: generation.hasLoad ? generation.loadFirstModified.map { $0 - loadMargin } : nil)
  }

  private func difference(
    _ live: LiveSourceRow?, _ entry: ImpliedState.Entry?, _ history: [KnownOperation], _ extent: Extent
  ) -> Comparison {
    switch (live, entry) {
    case (nil, nil), (nil, .deleted): return .same
    // What was pruned, or went with objects that a lifecycle rule took, the bucket need not tell of.
    case (let live?, nil):
      let isLost = history.contains { $0.state == .missing }
      return isLost || extent.includes(live, hasHistory: !history.isEmpty) ? .differs(.absent, []) : .unknown
    case (_?, .deleted): return .differs(.deleted, [])
    case (nil, .row): return history.isEmpty ? .unknown : .differs(.surplus, [])
    case (let live?, .row(let version, let digest, let ignored, let precision)):
      func cut(_ time: Timestamp?) -> Int64? { time.map { ($0.microseconds / precision) } }
      guard cut(live.version) == cut(version) else { return .differs(.stale, []) }
      guard let digest else { return .same }
      let columns = live.digest.differingColumns(from: digest).filter {
        $0 >= 64 || ignored & 1 << UInt64($0) == 0
      }
      return columns.isEmpty ? .same : .differs(.altered, columns)
    }
  }

  private func impliedState(
    _ generation: Generation?, _ cost: inout RunCost
  ) async throws -> [Int64: ImpliedState.Entry] {
    var state = ImpliedState()
    guard let generation else { return [:] }
    var request = context.request
    request.level = max(request.level, .keys)
    for kind in [ObjectKind.load, .changes] {
      var last = (place: Int64.min, key: "")
      while true {
        let (place, key) = last
        let objects = try ledger.read { session in
          try session.observedObjects(
            bucket: context.bucket, table: context.table.id, generation: generation.id, kind: kind,
            afterPlace: place, key: key, limit: 1_000)
        }
        for object in objects {
          try Task.checkCancellation()
          let observation = try await source.observe(ObjectReference(object), request)
          state.take(observation, absentColumns: context.absentColumns(observation))
          cost.bytesRead += observation.bytesRead
          cost.requests += observation.requests
        }
        guard let end = objects.last else { break }
        last = (end.entry.place, end.entry.key)
      }
    }
    return state.entries
  }

  private func report(
    _ rows: [FindingRow], counts: [(String, Int)], in session: LedgerSession
  ) throws -> [FindingID] {
    let identity = "source-difference/\(context.bucket)/\(context.table.id)"
    guard !rows.isEmpty else {
      if let finding = try session.finding(identity: identity), finding.state != .resolved {
        try session.resolve(finding.id, because: "source and bucket are the same", now: now)
      }
      return []
    }
    let kinds = counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    let found = try session.report(
      FindingReport(
        kind: .sourceDifference, severity: .critical, table: context.table.id, identity: identity,
        summary: "\(counted(rows.count, "row")) of \(context.name) \(rows.count == 1 ? "differs" : "differ") "
          + "between source and bucket: \(kinds)",
        rowCount: rows.count, rows: rows),
      run: run, now: now)
    return found.isNew ? [found.id] : []
  }

  private func name(ofColumn column: Int) -> String {
    let columns = context.table.declaration.columns
    return column < columns.count ? columns[column] : "column \(column + 1)"
  }
}
