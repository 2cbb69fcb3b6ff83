import Postgres
import Testing
import Time

@testable import Replicator

/// A transcript of events in and answers out.
@Suite struct BatchPlanTests {
  private let limits = BatchPlan.Limits(interval: .seconds(60), byteCount: 1_000, totalByteCount: 2_500)

  private func plan() -> Transcript { Transcript(BatchPlan(limits: limits, from: lsn(100))) }
  private func lsn(_ number: UInt64) -> LSN { LSN(rawValue: number) }
  private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

  @Test func aBatchLastsFromItsFirstChange() {
    let plan = plan()
    #expect(plan.nextDeadline == nil)
    #expect(plan.change(of: 1, byteCount: 10, at: at(0)) == nil)
    #expect(plan.change(of: 1, byteCount: 10, at: at(59)) == nil)
    #expect(plan.change(of: 2, byteCount: 10, at: at(30)) == nil)
    #expect(plan.nextDeadline == at(60))
    #expect(plan.due(at: at(59)).isEmpty)
    #expect(plan.due(at: at(60)) == [1])
    #expect(plan.due(at: at(90)) == [1, 2])
    #expect(plan.closed(1) != nil)
    #expect(plan.nextDeadline == at(90))
    #expect(plan.closed(1) == nil)
  }

  @Test func aBatchIsClosedBySize() throws {
    let plan = plan()
    #expect(plan.change(of: 1, byteCount: 999, at: at(0)) == nil)
    let closing = try #require(plan.change(of: 1, byteCount: 1, at: at(0)))
    #expect(closing.table == 1)
    #expect(closing.reason == .byteCount)
  }

  @Test func theLargestBatchGoesWhenMemoryRunsOut() throws {
    let plan = plan()
    #expect(plan.change(of: 1, byteCount: 800, at: at(0)) == nil)
    #expect(plan.change(of: 2, byteCount: 900, at: at(0)) == nil)
    let closing = try #require(plan.change(of: 3, byteCount: 850, at: at(0)))
    #expect(closing.table == 2)
    #expect(closing.reason == .memory)
    _ = plan.closed(2)
    #expect(plan.change(of: 3, byteCount: 10, at: at(0)) == nil)
  }

  @Test func nothingIsConfirmedBeforeItsObjectIsDurable() throws {
    let plan = plan()
    _ = plan.change(of: 1, byteCount: 1, at: at(0))
    plan.transactionEnded(at: lsn(200))
    #expect(plan.confirmable == lsn(100))
    let batch = try #require(plan.closed(1))
    #expect(plan.confirmable == lsn(100))
    plan.durable(batch)
    #expect(plan.confirmable == lsn(200))
  }

  @Test func theOldestUnwrittenBatchHoldsTheConfirmationBack() throws {
    let plan = plan()
    _ = plan.change(of: 1, byteCount: 1, at: at(0))
    plan.transactionEnded(at: lsn(200))
    _ = plan.change(of: 2, byteCount: 1, at: at(0))
    plan.transactionEnded(at: lsn(300))
    let second = try #require(plan.closed(2))
    plan.durable(second)
    #expect(plan.confirmable == lsn(100))
    let first = try #require(plan.closed(1))
    _ = plan.change(of: 1, byteCount: 1, at: at(1))
    plan.transactionEnded(at: lsn(400))
    plan.durable(first)
    #expect(plan.confirmable == lsn(300))
    plan.durable(try #require(plan.closed(1)))
    #expect(plan.confirmable == lsn(400))
  }

  @Test func halfATransactionIsNeverConfirmed() throws {
    let plan = plan()
    _ = plan.change(of: 1, byteCount: 1_000, at: at(0))
    plan.durable(try #require(plan.closed(1)))
    _ = plan.change(of: 1, byteCount: 1_000, at: at(0))
    plan.durable(try #require(plan.closed(1)))
    #expect(plan.confirmable == lsn(100))
    plan.transactionEnded(at: lsn(200))
    #expect(plan.confirmable == lsn(200))
  }

  @Test func anIdleSourceLetsItsLogGo() {
    let plan = plan()
    plan.idle(at: lsn(500))
    #expect(plan.confirmable == lsn(500))
    plan.idle(at: lsn(400))
    #expect(plan.confirmable == lsn(500))
    _ = plan.change(of: 1, byteCount: 1, at: at(0))
    plan.transactionEnded(at: lsn(600))
    plan.idle(at: lsn(700))
    #expect(plan.confirmable == lsn(500))
  }
}

@Suite struct NameSequenceTests {
  private func at(_ microseconds: Int64) -> Timestamp { Timestamp(microseconds: microseconds) }

  @Test func namesNeverRepeatOrGoBack() {
    let names = Names(NameSequence())
    #expect(names.next(closedAt: at(5_999)) == at(5_000))
    #expect(names.next(closedAt: at(5_001)) == at(6_000))
    #expect(names.next(closedAt: at(6_500)) == at(7_000))
    #expect(names.next(closedAt: at(1_000)) == at(8_000))
    #expect(names.next(closedAt: at(20_000)) == at(20_000))
  }

  @Test func namesGoOnAfterThoseOfAnEarlierRun() {
    let names = Names(NameSequence(after: at(30_000)))
    #expect(names.next(closedAt: at(20_000)) == at(31_000))
  }
}

/// A reference to a plan, since expectations cannot change a value.
private final class Transcript {
  private var plan: BatchPlan

  init(_ plan: BatchPlan) { self.plan = plan }

  var confirmable: LSN { plan.confirmable }
  var nextDeadline: Timestamp? { plan.nextDeadline }

  func change(of table: Int, byteCount: Int, at now: Timestamp) -> (table: Int, reason: BatchPlan.Reason)? {
    plan.change(of: table, byteCount: byteCount, at: now)
  }

  func transactionEnded(at end: LSN) { plan.transactionEnded(at: end) }
  func idle(at end: LSN) { plan.idle(at: end) }
  func closed(_ table: Int) -> BatchPlan.BatchID? { plan.closed(table) }
  func durable(_ id: BatchPlan.BatchID) { plan.durable(id) }
  func due(at now: Timestamp) -> [Int] { plan.due(at: now) }
}

private final class Names {
  private var names: NameSequence

  init(_ names: NameSequence) { self.names = names }

  func next(closedAt point: Timestamp) -> Timestamp { names.next(closedAt: point) }
}
