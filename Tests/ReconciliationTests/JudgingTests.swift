import Ledger
import ObjectStorage
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

  @Test func anOpenFindingCountsHoweverManyAreAcknowledged() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    simulation.flush()
    let run = try simulation.ledger.beginRun(command: "run", settings: "")
    let now = simulation.clock.now()
    let ids = try simulation.ledger.write { session in
      try (0...1_000).map { number in
        try session.report(
          FindingReport(
            kind: .unreadableObject, severity: .critical, table: nil, identity: "\(number)",
            summary: "object \(number) cannot be read", rowCount: 2),
          run: run, now: now
        ).id
      }
    }
    for id in ids.dropFirst() { try simulation.ledger.acknowledge(id, reason: "known", until: nil) }
    let expected = Verdict(status: .critical, reason: "object 0 cannot be read")
    let result = try await simulation.reconcile()
    #expect(result.verdict == expected && result.findings.first?.id == ids[0])
    #expect(try reconciler(simulation).judge().verdict == expected)
    try simulation.ledger.acknowledge(ids[0], reason: "known", until: now + .seconds(60))
    #expect(try await simulation.reconcile().verdict.status == .ok)
    simulation.clock.advance(by: .seconds(61))
    #expect(try reconciler(simulation).judge().verdict == expected)
  }

  @Test func aThousandFindingsWeighTogether() async throws {
    var simulation = try Simulation()
    simulation.configuration.limits.maximumAltered = 1_500
    try simulation.commit(inserts: 3)
    simulation.flush()
    func find(_ numbers: Range<Int>) throws {
      let run = try simulation.ledger.beginRun(command: "run", settings: "")
      try simulation.ledger.write { session in
        for number in numbers {
          _ = try session.report(
            FindingReport(
              kind: .alteredRows, severity: .critical, table: nil, identity: "\(number)",
              summary: "1 row differs", rowCount: 1),
            run: run, now: simulation.clock.now())
        }
      }
    }
    try find(0..<1_500)
    #expect(try await simulation.reconcile().verdict.status == .ok)
    try find(1_500..<1_501)
    #expect(try await simulation.reconcile().verdict.status == .critical)
  }

  @Test func aSourceThatCannotBeWrittenIsUnknownAndThenCritical() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    simulation.flush()
    #expect(try await simulation.reconcile(writing: .done).verdict.status == .ok)
    let failed = try await simulation.reconcile(writing: .failed("no server answers"))
    let expected = Verdict(status: .unknown, reason: "nothing was written: no server answers")
    #expect(failed.verdict == expected)
    #expect(try reconciler(simulation).judge().verdict == expected)
    // A command that does not write does not know better.
    simulation.clock.advance(by: .seconds(3_601))
    #expect(try await simulation.reconcile().resolvedFindings.isEmpty)
    let silent = try await simulation.reconcile(writing: .failed("no server answers"))
    #expect(silent.verdict.status == .critical)
    #expect(
      silent.verdict.reason.hasPrefix("the source could not be written for 60 min"), "\(silent.verdict)")
    #expect(try reconciler(simulation).judge().verdict == silent.verdict)
    let back = try await simulation.reconcile(writing: .done)
    #expect(back.verdict.status == .ok && back.resolvedFindings.map(\.kind) == [.silence])
  }

  @Test func whereNothingIsWrittenForADayThereIsNothingToJudge() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    simulation.flush()
    simulation.configuration.limits = Limits(settings: simulation.settings)
    simulation.clock.advance(by: .seconds(86_000))
    #expect(try await simulation.reconcile().verdict.status == .ok)
    simulation.clock.advance(by: .seconds(600))
    let idle = try await simulation.reconcile().verdict
    #expect(idle.status == .unknown)
    #expect(idle.reason.hasPrefix("there is nothing to judge: nothing was committed for 24 h"), "\(idle)")
  }

  @Test func aWarningTellsOfABucketOutOfReach() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    var rows = simulation.takeRows()
    rows[0].commit = rows[0].commit.map { $0 - .seconds(100) }
    simulation.write(rows)
    let warned = try await simulation.reconcile()
    #expect(warned.verdict.status == .warning)
    let error = StorageError(.serverFailed, .list, store: "s3://x")
    simulation.bucket.failListing(error)
    let blind = try await simulation.reconcile(writing: .failed("no server answers"))
    #expect(
      blind.verdict
        == Verdict(
          status: .warning,
          reason: "\(warned.verdict.reason); besides, nothing was written: no server answers; "
            + "besides, \(error)"))
  }

  @Test func whatIsKnownToBeLostOrLateIsNotSaidToHaveArrived() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    simulation.flush()
    try simulation.commit(inserts: 2)
    _ = simulation.takeRows()
    try simulation.commit(inserts: 4)
    simulation.flush()
    try simulation.commit(inserts: 1)
    _ = simulation.takeRows()
    simulation.clock.advance(by: .seconds(500))
    for finding in try await simulation.reconcile().findings {
      try simulation.ledger.acknowledge(finding.id, reason: "known", until: nil)
    }
    let result = try await simulation.reconcile()
    #expect(
      result.verdict
        == Verdict(
          status: .ok,
          reason: "7 of 10 operations that are due have arrived; 2 are lost and 1 is late, which is known "
            + "(acknowledged or resolved by hand)"))
  }

  @Test func anEarlierEditionsVerdictIsDerivedAsItWas() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    simulation.flush()
    try simulation.commit(inserts: 2)
    _ = simulation.takeRows()
    try simulation.commit(inserts: 4)
    simulation.flush()
    for finding in try await simulation.reconcile().findings {
      try simulation.ledger.acknowledge(finding.id, reason: "known", until: nil)
    }
    try await simulation.reconcile()
    var outcome = try #require(try simulation.ledger.latestRun()?.outcome)
    outcome.evidence = outcome.evidence?.replacing("\"edition\":2,", with: "")
    outcome.verdict = Verdict(status: .ok, reason: "all 7 operations that are due have arrived")
    let run = try simulation.ledger.beginRun(command: "run", settings: "")
    try simulation.ledger.finishRun(run, outcome: outcome)
    #expect(Reconciler.rederive(try #require(try simulation.ledger.run(run))) == [])
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
