import Ledger
import Time

/// A table's generations while objects are recorded in one transaction: read once, and written back at its end.
struct GenerationCache {
  let context: TableContext
  let clocks: ClockCorrection
  let run: RunID
  let now: Timestamp
  private var current: Generation?
  private var previous: Generation??

  init(context: TableContext, clocks: ClockCorrection, run: RunID, now: Timestamp) {
    (self.context, self.clocks, self.run, self.now) = (context, clocks, run, now)
  }

  /// The generation that an object belongs to: the current one, or for changes that were written before its
  /// load began, the one before.
  mutating func generation(of object: KnownObject, in session: LedgerSession) throws -> Generation {
    let current = try current(in: session)
    guard object.entry.kind == .changes, let load = current.loadFirstModified,
      clocks.sourceTime(ofBucket: object.entry.lastModified) < load
    else { return current }
    if previous == nil {
      previous = .some(
        try session.generation(bucket: context.bucket, table: context.table.id, before: current.number))
    }
    return (previous ?? nil) ?? current
  }

  /// Takes a generation as it is after an object was recorded in it.
  mutating func update(_ generation: Generation) {
    if generation.id == current?.id {
      current = generation
    } else {
      previous = .some(generation)
    }
  }

  /// Writes the generations to the ledger.
  func record(in session: LedgerSession) throws {
    for case let generation? in [current, previous ?? nil] { try session.record(generation) }
  }

  private mutating func current(in session: LedgerSession) throws -> Generation {
    if let current { return current }
    let (bucket, table) = (context.bucket, context.table.id)
    let found =
      try session.currentGeneration(bucket: bucket, table: table)
      ?? session.startGeneration(bucket: bucket, table: table, run: run, now: now)
    current = found
    return found
  }
}
