import Ledger
import Reconciliation
import TestSupport
import Testing
import Time

@Suite struct DeliveryTests {
  @Test func nothingWrittenIsNothingToJudge() async throws {
    let simulation = try Simulation()
    try simulation.ledger.declareTable(TableDeclaration(name: simulation.table))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(result.verdict.reason.contains("no operation of ours was ever committed"))
    #expect(result.findings.isEmpty)
  }

  @Test func whatIsNotDueIsNotJudged() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(result.figures?.pending == 3)
    #expect(result.undecided == 3)
    let deadline = try #require(result.nextDeadline)
    #expect(deadline > simulation.clock.now())
  }

  @Test func changesAreDelivered() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 5)
    try simulation.commit(inserts: 2, updates: 3, deletes: 1)
    simulation.flush(after: .seconds(40))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.figures?.delivered == 11)
    #expect(result.figures?.pending == 0)
    #expect(result.findings.isEmpty)
    let lag = try #require(result.figures?.lag)
    #expect(lag.count == 11)
    #expect(lag.p50 > .seconds(39) && lag.max < .seconds(41))
    let again = try await simulation.reconcile()
    #expect(again.verdict.status == .ok)
    #expect(again.outcome.cost.objectsRead == 0)
  }

  @Test func aLoadCoversWhatCameBeforeIt() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 10)
    try simulation.commit(updates: 4, deletes: 3)
    simulation.clock.advance(by: .seconds(10))
    simulation.load()
    simulation.clock.advance(by: .seconds(10))
    try simulation.commit(inserts: 1, updates: 2, deletes: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.figures?.covered == 17)
    #expect(result.figures?.delivered == 21)
    #expect(result.findings.isEmpty)
  }

  @Test func lateRowsAreCriticalUntilTheyArrive() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 2)
    simulation.flush()
    _ = try await simulation.reconcile()
    try simulation.commit(inserts: 3)
    simulation.clock.advance(by: .seconds(60 + 61))
    let slow = try await simulation.reconcile()
    #expect(slow.verdict.status == .warning, "\(slow.verdict)")
    simulation.clock.advance(by: .seconds(300))
    let late = try await simulation.reconcile()
    #expect(late.verdict.status == .critical)
    #expect(late.figures?.late == 3)
    #expect(late.rows(.lateRows).count == 3)
    #expect(late.newFindings.count == 1)
    let same = try await simulation.reconcile()
    #expect(same.newFindings.isEmpty)
    simulation.flush()
    let arrived = try await simulation.reconcile()
    // What was late is there; that it came late is found for one run.
    #expect(arrived.rows(.lateRows).count == 3)
    #expect(arrived.findings(.lateRows).map(\.object) == [simulation.bucket.keys.last])
    #expect(arrived.resolvedFindings.map(\.kind) == [.lateRows])
    #expect(arrived.figures?.late == 0)
    #expect(arrived.verdict.status == .critical)
    let after = try await simulation.reconcile()
    #expect(after.verdict.status == .ok)
    #expect(after.findings.isEmpty)
  }
}
