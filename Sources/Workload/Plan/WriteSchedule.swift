import Time

/// What a writer does next: the plan cut into transactions and spread over time; without I/O.
struct WriteSchedule {
  enum Step: Hashable {
    /// Write a transaction of so many rows.
    case write(OperationCounts)
    /// Nothing before this time.
    case wait(until: Timestamp)
    /// Everything was written, or the time is over.
    case end(WriteSummary.Ending)
  }

  private let plan: WritePlan
  private let end: Timestamp?
  private var random: SeededGenerator
  /// Still to be written; a plan over a time is filled up again.
  private(set) var remaining: OperationCounts
  /// When the rows written so far would have begun to be written at the plan's rate.
  private var paceStart: Timestamp
  private var pacedRows = 0

  /// How far the writer may fall behind its rate and still make it up; what is older is let go, so that a
  /// pause is not followed by a burst.
  private static let catchUp = Duration.seconds(1)

  init(_ plan: WritePlan, seed: UInt64, now: Timestamp) {
    self.plan = plan
    random = SeededGenerator(seed: seed)
    remaining = plan.counts
    paceStart = now
    if case .lasting(let duration) = plan.extent { end = now + duration } else { end = nil }
  }

  /// The rows of the whole plan; nil where it has no end.
  var planned: OperationCounts? { plan.extent == .once ? plan.counts : nil }

  mutating func next(now: Timestamp) -> Step {
    if let end, now >= end { return .end(.durationReached) }
    if plan.extent != .once {
      while remaining.total < plan.batchSize { remaining += plan.counts }
    }
    guard remaining.total > 0 else { return .end(.completed) }
    if let due = due(now: now), due > now {
      return .wait(until: end.map { min($0, due) } ?? due)
    }
    return .write(batch(of: min(plan.batchSize, remaining.total)))
  }

  /// Rows are done: written, or found to be impossible.
  mutating func settle(_ counts: OperationCounts) {
    remaining -= counts
    pacedRows += counts.total
  }

  private mutating func due(now: Timestamp) -> Timestamp? {
    guard let rate = plan.rate else { return nil }
    let due = paceStart + .microseconds(Int64((Double(pacedRows) / rate * 1_000_000).rounded()))
    guard due + WriteSchedule.catchUp < now else { return due }
    paceStart = now
    pacedRows = 0
    return now
  }

  /// `size` rows in the proportions of what remains; what does not come out even is drawn by lot.
  private mutating func batch(of size: Int) -> OperationCounts {
    let total = remaining.total
    func share(_ count: Int) -> Int {
      // Both factors may be a billion: 64 bits are enough for the product.
      count * size / total
    }
    var batch = OperationCounts(
      inserts: share(remaining.inserts), updates: share(remaining.updates), deletes: share(remaining.deletes))
    while batch.total < size {
      var lot = random.number(below: total - batch.total)
      lot -= remaining.inserts - batch.inserts
      if lot < 0 {
        batch.inserts += 1
        continue
      }
      lot -= remaining.updates - batch.updates
      if lot < 0 { batch.updates += 1 } else { batch.deletes += 1 }
    }
    return batch
  }
}
