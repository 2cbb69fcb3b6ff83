import Testing
import Time

@testable import Workload

@Suite struct WriteScheduleTests {
  private let start = Timestamp(seconds: 0)

  private func batches(_ plan: WritePlan, seed: UInt64 = 1) -> [OperationCounts] {
    var schedule = WriteSchedule(plan, seed: seed, now: start)
    var batches: [OperationCounts] = []
    while case .write(let counts) = schedule.next(now: start) {
      schedule.settle(counts)
      batches.append(counts)
    }
    return batches
  }

  @Test(arguments: [1, 2, 7, 10, 35, 1_000])
  func aPlanIsCutIntoTransactionsOfItsBatchSize(batchSize: Int) {
    let batches = batches(WritePlan(inserts: 20, updates: 10, deletes: 5, batchSize: batchSize, rate: nil))
    var sum = OperationCounts()
    for batch in batches { sum += batch }
    #expect(sum == OperationCounts(inserts: 20, updates: 10, deletes: 5))
    #expect(batches.dropLast().allSatisfy { $0.total == min(batchSize, 35) })
    #expect(batches.count == (35 + batchSize - 1) / batchSize)
  }

  @Test func kindsAreMixedInEveryTransaction() {
    let batches = batches(WritePlan(inserts: 600, updates: 300, deletes: 100, batchSize: 100, rate: nil))
    #expect(batches.count == 10)
    for batch in batches {
      #expect((58...62).contains(batch.inserts))
      #expect((28...32).contains(batch.updates))
    }
  }

  @Test func aSeedGivesTheSameCut() {
    let plan = WritePlan(inserts: 50, updates: 50, deletes: 50, batchSize: 1, rate: nil)
    #expect(batches(plan, seed: 5) == batches(plan, seed: 5))
    #expect(batches(plan, seed: 5) != batches(plan, seed: 6))
  }

  @Test func theRateSpreadsTransactionsEvenly() {
    var schedule = WriteSchedule(
      WritePlan(inserts: 30, updates: 0, deletes: 0, batchSize: 10, rate: 20), seed: 1, now: start)
    var now = start
    var writes: [Timestamp] = []
    loop: while true {
      switch schedule.next(now: now) {
      case .write(let counts):
        writes.append(now)
        schedule.settle(counts)
      case .wait(let deadline): now = deadline
      case .end(let ending):
        #expect(ending == .completed)
        break loop
      }
    }
    #expect(writes.map(\.microseconds) == [0, 500_000, 1_000_000])
  }

  @Test func aPauseIsNotFollowedByABurst() {
    var schedule = WriteSchedule(
      WritePlan(inserts: 1_000, updates: 0, deletes: 0, batchSize: 10, rate: 10), seed: 1, now: start)
    guard case .write(let first) = schedule.next(now: start) else { return #expect(Bool(false)) }
    schedule.settle(first)
    // An hour in which nothing could be written.
    let later = Timestamp(seconds: 3_600)
    guard case .write(let second) = schedule.next(now: later) else { return #expect(Bool(false)) }
    schedule.settle(second)
    #expect(schedule.next(now: later) == .wait(until: Timestamp(seconds: 3_601)))
  }

  @Test func writingOverATimeEndsWithIt() {
    let plan = WritePlan(
      inserts: 1, updates: 0, deletes: 0, batchSize: 4, rate: 2, extent: .lasting(.seconds(5)))
    var schedule = WriteSchedule(plan, seed: 1, now: start)
    var now = start
    var rows = 0
    loop: while true {
      switch schedule.next(now: now) {
      case .write(let counts):
        rows += counts.total
        schedule.settle(counts)
      case .wait(let deadline): now = deadline
      case .end(let ending):
        #expect(ending == .durationReached)
        break loop
      }
    }
    #expect(now == Timestamp(seconds: 5))
    #expect(rows == 12)
    #expect(schedule.planned == nil)
  }

  @Test func aMixIsRepeatedWithoutEnd() {
    let plan = WritePlan(inserts: 2, updates: 1, deletes: 1, batchSize: 8, rate: 1, extent: .endless)
    var schedule = WriteSchedule(plan, seed: 1, now: start)
    var now = start
    var sum = OperationCounts()
    for _ in 0..<200 {
      switch schedule.next(now: now) {
      case .write(let counts):
        sum += counts
        schedule.settle(counts)
      case .wait(let deadline): now = deadline
      case .end: #expect(Bool(false))
      }
    }
    #expect(sum.total == 800)
    #expect((395...405).contains(sum.inserts))
  }
}
