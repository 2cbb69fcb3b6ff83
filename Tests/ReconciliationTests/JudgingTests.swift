import Ledger
import Reconciliation
import TestSupport
import Testing
import Time

@Suite struct JudgingTests {
  private func reconciler(_ simulation: Simulation, _ ledger: LedgerStore? = nil) -> Reconciler {
    Reconciler(
      store: simulation.bucket, ledger: ledger ?? simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock)
  }

  @Test func checkJudgesTheLastReconciliation() async throws {
    var simulation = try Simulation()
    #expect(try reconciler(simulation).judge().verdict.status == .unknown)
    try simulation.commit(inserts: 3)
    simulation.flush()
    let result = try await simulation.reconcile()
    let reader = try LedgerStore.open(
      path: simulation.ledger.path, pipeline: "test", mode: .readOnly, clock: simulation.clock)
    let judged = try reconciler(simulation, reader).judge()
    #expect(judged.verdict == result.verdict)
    #expect(judged.outcome.tables == result.outcome.tables)
    simulation.configuration.limits.warningP95Lag = .milliseconds(1)
    #expect(try reconciler(simulation, reader).judge().verdict.status == .warning)
    simulation.clock.advance(by: .seconds(4_000))
    simulation.configuration.limits.warningP95Lag = nil
    #expect(try reconciler(simulation, reader).judge().verdict.status == .unknown)
  }

  @Test func anAcknowledgedFindingDoesNotCountUntilItsEnd() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    simulation.write(simulation.takeRows(), foreign: 1)
    let finding = try #require(try await simulation.reconcile().findings.first)
    #expect(finding.kind == .foreignRows)
    try simulation.ledger.acknowledge(
      finding.id, reason: "a migration", until: simulation.clock.now() + .seconds(600))
    #expect(try reconciler(simulation).judge().verdict.status == .ok)
    #expect(try await simulation.reconcile().verdict.status == .ok)
    simulation.clock.advance(by: .seconds(601))
    #expect(try reconciler(simulation).judge().verdict.status == .warning)
    #expect(try await simulation.reconcile().verdict.status == .warning)
  }

  @Test func aVerdictIsDerivedAgainFromItsRecord() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    simulation.flush()
    _ = try await simulation.reconcile()
    let record = try #require(try simulation.ledger.latestRun())
    #expect(Reconciler.rederive(record) == [])
    var outcome = try #require(record.outcome)
    outcome.verdict = Verdict(status: .critical, reason: "forged")
    let run = try simulation.ledger.beginRun(command: "run", settings: "")
    try simulation.ledger.finishRun(run, outcome: outcome)
    #expect(Reconciler.rederive(try #require(try simulation.ledger.run(run)))?.count == 1)
  }

  /// What a run read before it was killed is in the ledger, and nobody was told of it.
  @Test func whatAKilledRunFoundIsToldByTheNext() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 2)
    simulation.flush()
    try await simulation.reconcile()
    try simulation.commit(inserts: 2)
    simulation.flush(after: .seconds(4_000))
    let killed = try simulation.ledger.beginRun(command: "run", settings: "")
    _ = try await Reconciler(
      store: simulation.bucket, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock, source: simulation.bucket
    ).run(killed)
    simulation.clock.advance(by: .seconds(60))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical)
    #expect(result.findings(.lateRows).first?.rowCount == 2)
    #expect(result.figures?.lag?.count == 2 && result.figures?.newObjects == 1)
    // Told once, and late no more.
    let next = try await simulation.reconcile()
    #expect(next.verdict.status == .ok && next.figures?.lag == nil)
  }

  @Test func repeatedReconciliationsOfOneRunAddUp() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 2)
    let run = try simulation.ledger.beginRun(command: "run", settings: "")
    simulation.flush()
    _ = try await Reconciler(
      store: simulation.bucket, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock, source: simulation.bucket
    ).run(run)
    simulation.clock.advance(by: .seconds(5))
    let second = try await Reconciler(
      store: simulation.bucket, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock, source: simulation.bucket
    ).run(run)
    #expect(second.figures?.lag?.count == 2)
    #expect(second.figures?.newObjects == 1)
  }
}
