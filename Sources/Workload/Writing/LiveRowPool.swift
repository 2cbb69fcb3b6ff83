import Ledger
import Postgres

/// Chooses live rows of ours at random, by the key's index: no sort, no scan of the table.
///
/// Rows are chosen some ahead, so that single-row transactions need not look for each. A row is given once;
/// what somebody else does to it in between is noticed when it is written.
struct LiveRowPool {
  private var rows: [LiveRow] = []
  /// Rows that were taken and are to be written still: they are not chosen again.
  private var taken: Set<RowIdentity> = []
  private var random: SeededGenerator

  /// How many rows are chosen ahead at least.
  private static let ahead = 256
  /// How many probes or rows one query asks for at most.
  private static let page = 10_000

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
  }

  /// Forgets what was chosen ahead, and what was taken.
  mutating func removeAll() {
    rows.removeAll()
    taken.removeAll()
  }

  /// Rows that were taken are written: they may be chosen again.
  mutating func release(_ identities: some Sequence<RowIdentity>) {
    taken.subtract(identities)
  }

  /// Gives rows back that were taken and are not to be written after all.
  mutating func giveBack(_ returned: [LiveRow]) {
    release(returned.lazy.map(\.identity))
    rows.insert(contentsOf: returned, at: 0)
  }

  /// Up to `count` rows; fewer where there are no more.
  ///
  /// - Parameters:
  ///   - wanted: how many will be asked for in all, so that no more are chosen ahead.
  ///   - nextSequence: all rows have sequence numbers below this.
  mutating func take(
    _ count: Int, wanted: Int, nextSequence: Int64, from session: SourceSession
  ) throws(PostgresError) -> [LiveRow] {
    if rows.count < count, nextSequence > 0 {
      try fill(
        to: max(count, min(LiveRowPool.ahead, wanted)), nextSequence: nextSequence, from: session)
    }
    let chosen = Array(rows.prefix(count))
    rows.removeFirst(chosen.count)
    taken.formUnion(chosen.lazy.map(\.identity))
    return chosen
  }

  private mutating func fill(
    to count: Int, nextSequence: Int64, from session: SourceSession
  ) throws(PostgresError) {
    var known = taken.union(rows.lazy.map(\.identity))
    // Probes that meet the same row are lost; where the rows are few, a sweep finds the rest.
    for _ in 0..<2 where rows.count < count {
      var lacking = count - rows.count
      while lacking > 0 {
        let probes = (0..<min(lacking, LiveRowPool.page)).map { _ in
          session.keys.lower(sequence: Int64(random.number(below: Int(nextSequence))))
        }
        add(try session.probe(probes), to: &known)
        lacking -= probes.count
      }
    }
    if rows.count < count {
      try sweep(to: count, nextSequence: nextSequence, known: &known, from: session)
    }
  }

  /// Reads on from a random place, and once around.
  private mutating func sweep(
    to count: Int, nextSequence: Int64, known: inout Set<RowIdentity>, from session: SourceSession
  ) throws(PostgresError) {
    let start = session.keys.lower(sequence: Int64(random.number(below: Int(nextSequence))))
    for (first, last) in [(start, session.keys.upper), (session.keys.lower(sequence: 0), start)] {
      var lower = first
      while rows.count < count {
        let limit = min(count - rows.count + known.count, LiveRowPool.page)
        let found = try session.sweep(from: lower, to: last, limit: limit)
        add(found.rows, to: &known)
        guard found.count == limit, let end = found.lastKey else { break }
        lower = end
      }
    }
    // The lot decides which of them are taken first.
    for index in rows.indices.dropLast() {
      rows.swapAt(index, index + random.number(below: rows.count - index))
    }
  }

  private mutating func add(_ found: [LiveRow], to known: inout Set<RowIdentity>) {
    for row in found where known.insert(row.identity).inserted { rows.append(row) }
  }
}
