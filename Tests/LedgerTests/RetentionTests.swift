import GRDB
import TestSupport
import Testing
import Time

@testable import Ledger

@Suite struct RetentionTests {
  let directory = ScratchDirectory()
  let clock = ManualClock(Timestamp(seconds: 1_790_000_000))

  /// Commits one insert and has it delivered by an object of its own, or not.
  private func commit(
    _ store: LedgerStore, delivered: Bool, lag: Int64 = 60_000_000
  ) throws -> SourceTransactionID {
    let sequence = try store.reserveSequences(1).lowerBound
    let id = try store.recordIntent(
      xid: UInt64(sequence), table: .customers,
      operations: [insertion(sequence, version: clock.now().microseconds)])
    try store.markCommitted(id, lsn: nil, commitTime: CommitTime(exactly: clock.now()))
    guard delivered else { return id }
    try store.write { session in
      let table = try #require(try session.table(.customers))
      let bucket = try session.bucket("b")
      let generation =
        try session.currentGeneration(bucket: bucket, table: table.id)
        ?? session.startGeneration(
          bucket: bucket, table: table.id, run: RunID(rawValue: 1), now: clock.now())
      let key = "k\(sequence)"
      try session.add(
        ListedEntry(
          key: key, etag: "e", size: 1, lastModified: clock.now(), kind: .changes, place: sequence),
        bucket: bucket, table: table.id, listing: 1, now: clock.now())
      let object = try #require(try session.object(bucket: bucket, key: key))
      try session.begin(object.id, inGeneration: generation.id)
      try session.add(
        DeliveryRecord(
          operation: OperationID(transaction: id.rawValue, ordinal: 0), object: object.id, row: 0,
          lagMicroseconds: lag, flags: [], altered: 0))
      try session.setState(.delivered, of: OperationID(transaction: id.rawValue, ordinal: 0))
    }
    return id
  }

  @Test func aDayIsPrunedOnceByItself() throws {
    let store = try open(directory, clock: clock)
    _ = try store.beginRun(command: "run", settings: "")
    _ = try commit(store, delivered: true)
    let late = try commit(store, delivered: false)
    clock.advance(by: .seconds(40 * 86_400))
    let cutoff = clock.now() - .seconds(30 * 86_400)
    #expect(try store.pruneDaily(settledBefore: cutoff).operations == 1)
    try store.write { session in
      try session.setState(.excluded, of: OperationID(transaction: late.rawValue, ordinal: 0))
    }
    #expect(try store.pruneDaily(settledBefore: cutoff) == PruneSummary())
    #expect(try store.pruneDaily(settledBefore: cutoff + .seconds(86_400)).operations == 1)
  }

  /// Very many operations that are not settled, on every day, with one that is: a pruning goes through each of them
  /// once, however many days there are.
  @Test func whatIsNotSettledIsGoneThroughOnce() throws {
    func steps(days: Int, open count: Int) throws -> Int {
      let directory = ScratchDirectory()
      let store = try open(directory, clock: clock)
      for _ in 0..<days {
        for _ in 0..<count { _ = try commit(store, delivered: false) }
        _ = try commit(store, delivered: true)
        clock.advance(by: .seconds(86_400))
      }
      let counter = StepCounter()
      try store.read { session in counter.attach(to: session.db) }
      try store.write { session in counter.attach(to: session.db) }
      let summary = try store.prune(settledBefore: clock.now())
      try store.read { session in counter.detach(from: session.db) }
      try store.write { session in counter.detach(from: session.db) }
      #expect(summary.operations == days && summary.transactions == days)
      return counter.steps
    }
    let few = try steps(days: 4, open: 20)
    let many = try steps(days: 16, open: 20)
    // Four times the days are four times the work, not sixteen.
    #expect(many < few * 6, "\(few) steps for 4 days, \(many) for 16")
    let dense = try steps(days: 4, open: 80)
    #expect(dense < few * 6, "\(few) steps for 20 a day, \(dense) for 80")
  }

  @Test func whatIsSettledGoesAndWhatIsOpenStays() throws {
    let store = try open(directory, clock: clock)
    _ = try store.beginRun(command: "run", settings: "")
    for lag in 1...20 as ClosedRange<Int64> { _ = try commit(store, delivered: true, lag: lag) }
    let open = try commit(store, delivered: false)
    let before = try store.dailyAggregates(from: clock.now(), to: clock.now())
    clock.advance(by: .seconds(40 * 86_400))
    _ = try commit(store, delivered: true)
    _ = try store.beginRun(command: "run", settings: "")
    let summary = try store.prune(settledBefore: clock.now() - .seconds(30 * 86_400))
    #expect(summary.operations == 20 && summary.transactions == 20 && summary.runs == 1)
    #expect(try store.verifyIntegrity() == [])
    let left = try store.read { session in
      try session.unsettledOperations(table: 1, after: nil, limit: 10).map(\.id.transaction)
    }
    #expect(left == [open.rawValue])
    let day = Timestamp(seconds: 1_790_000_000)
    #expect(try store.dailyAggregates(from: day, to: day) == before)
    #expect(before.first?.committed == 21 && before.first?.delivered == 20)
    #expect(before.first?.lagP50 == .microseconds(10) && before.first?.lagMax == .microseconds(20))
    #expect(before.first?.day == "2026-09-21")
    #expect(try store.dailyAggregates(from: day, to: clock.now()).count == 2)
    #expect(try store.prune(settledBefore: clock.now() - .seconds(30 * 86_400)).operations == 0)
  }

  /// A year of five-minute runs in steps of a day: the file grows no more once retention has set in.
  @Test func theFileStopsGrowing() throws {
    let store = try open(directory, clock: clock)
    var pages: [Int] = []
    for day in 0..<90 {
      for _ in 0..<20 { _ = try commit(store, delivered: true) }
      clock.advance(by: .seconds(86_400))
      _ = try store.prune(settledBefore: clock.now() - .seconds(30 * 86_400))
      if day % 15 == 14 {
        pages.append(
          try store.read { session in
            let all = try session.db.makeStatement(sql: "PRAGMA page_count")
            return try Int.fetchOne(all) ?? 0
          })
      }
    }
    #expect(pages[5] <= pages[3], "\(pages)")
    let days = try store.dailyAggregates(
      from: Timestamp(seconds: 1_790_000_000), to: clock.now() - .seconds(86_400))
    #expect(days.count == 90)
    #expect(days.allSatisfy { $0.committed == 20 })
  }

  @Test func brokenInvariantsAreTold() throws {
    let store = try open(directory, clock: clock)
    _ = try commit(store, delivered: true)
    _ = try commit(store, delivered: false)
    #expect(try store.verifyIntegrity() == [])
    try store.write { session in
      try session.db.execute(sql: "delete from delivery")
      try session.db.execute(sql: "update operation_count set count = 7 where state = 1")
    }
    #expect(try store.verifyIntegrity().count == 2)
  }
}
