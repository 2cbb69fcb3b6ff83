import Ledger
import TestSupport
import Testing
import Time

@testable import Reconciliation

/// The lag in stages, corrected by the clocks.
@Suite struct LagTests {
  @Test func stagesAreExactOverTheRun() async throws {
    var simulation = try Simulation()
    // 1, 2, ... 100 s from the commit to the object, and 10 s more to the listing.
    for seconds in 1...100 {
      let changes = try simulation.commit(inserts: 1)
      let commit = try #require(changes.first).commit
      simulation.clock.set(commit + .seconds(Int64(seconds)))
      simulation.write(simulation.takeRows(), after: .zero)
      simulation.clock.advance(by: .milliseconds(9_990))
      try await simulation.reconcile(verifying: false)
    }
    let result = try simulation.ledger.figures(
      [TableFigures(table: simulation.table)], committedSince: Timestamp(seconds: 0),
      due: simulation.clock.now())
    let figures = try #require(result.first)
    let lag = try #require(figures.lag)
    #expect(lag.count == 100)
    #expect([lag.p50, lag.p95, lag.p99, lag.max] == [50, 95, 99, 100].map { .seconds($0) })
    let stages = try #require(figures.lagStages)
    #expect(stages.timestampToObject.map { [$0.p50, $0.max] } == [.seconds(50), .seconds(100)])
    #expect(stages.commitToTimestamp?.max == .zero)
    #expect(stages.objectToSeen.map { [$0.min, $0.max] } == [.seconds(10), .seconds(10)])
  }

  @Test func aTimestampAfterTheCommitIsAStageOfItsOwn() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    var row = simulation.takeRows()[0]
    row.commit = row.commit.map { $0 + .milliseconds(700) }
    simulation.write([row], after: .seconds(5))
    let figures = try #require(try await simulation.reconcile().figures)
    let stamp = try #require(figures.lagStages?.commitToTimestamp)
    #expect(stamp.max > .milliseconds(699) && stamp.max <= .milliseconds(700))
    #expect(stamp.uncertainty == .microseconds(300))
  }

  /// This machine's clock is set an hour ahead between two runs, the second of which cannot ask the source for its
  /// own: the bucket's tells that it is no hour later.
  @Test func aClockSetAheadMakesNothingLate() async throws {
    var simulation = try Simulation()
    simulation.configuration.sourceClock = ClockOffset(offset: .zero, uncertainty: .milliseconds(5))
    try simulation.commit(inserts: 1)
    simulation.flush()
    let before = try await simulation.reconcile()
    try simulation.commit(inserts: 1)
    simulation.clock.advance(by: .seconds(3_600))
    simulation.bucket.setClock(offset: .seconds(-3_600), uncertainty: .milliseconds(500))
    simulation.configuration.bucketClockThen = before.outcome.clocks.bucket
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok && result.figures?.pending == 1, "\(result.verdict)")
    #expect(result.outcome.clocks.source?.offset == .seconds(-3_600))
    simulation.clock.advance(by: simulation.configuration.limits.deadline + .seconds(1))
    #expect(try await simulation.reconcile().figures?.late == 1)
  }

  /// This machine's clock is set back while a run is under way: what it found is its own all the same.
  @Test func aClockSetBackHidesNoLag() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 2)
    simulation.flush(after: .seconds(4_000))
    let run = try simulation.ledger.beginRun(command: "run", settings: "")
    simulation.clock.set(simulation.clock.now() - .seconds(3_000))
    let result = try await Reconciler(
      store: simulation.bucket, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock, source: simulation.bucket
    ).run(run)
    #expect(result.figures?.lag?.count == 2)
    #expect(result.findings(.lateRows).first?.rowCount == 2)
  }

  /// The bucket's clock is a minute ahead, PostgreSQL's 40 s behind: the lag is what it was.
  @Test func clockOffsetsAreTakenOutAndTheirUncertaintyStated() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    let real = simulation.takeRows()[0]
    simulation.bucket.setClock(offset: .seconds(60), uncertainty: .milliseconds(500))
    simulation.configuration.sourceClock = ClockOffset(offset: .zero, uncertainty: .milliseconds(20))
    simulation.write([real], after: .seconds(30))
    let figures = try #require(try await simulation.reconcile().figures)
    let lag = try #require(figures.lag)
    #expect(lag.max > .seconds(29) && lag.max < .seconds(31))
    #expect(lag.uncertainty == .milliseconds(520))
    let seen = try #require(figures.lagStages?.objectToSeen)
    #expect(seen.max < .milliseconds(50))
    #expect(seen.uncertainty == .milliseconds(500))
  }

  @Test(arguments: [(-40, 60), (40, -60), (0, 0)]) func offsetsOfBothClocksAreTakenOut(
    source: Int, bucket: Int
  ) {
    let correction = ClockCorrection(
      source: ClockOffset(offset: .seconds(source), uncertainty: .milliseconds(3)),
      bucket: ClockOffset(offset: .seconds(bucket), uncertainty: .milliseconds(4)))
    let commit = Timestamp(seconds: 1_000)
    let measured = correction.lag(
      objectModified: commit + .seconds(7) + .seconds(bucket),
      commit: CommitTime(exactly: commit + .seconds(source)))
    #expect(measured.lag == .seconds(7))
    // S3 tells whole seconds.
    #expect(measured.uncertainty == .milliseconds(1_007))
    // Below zero is nothing but clocks.
    #expect(
      correction.lag(
        objectModified: commit + .seconds(bucket), commit: CommitTime(exactly: commit + .seconds(source + 1))
      ).lag == .zero)
  }
}
