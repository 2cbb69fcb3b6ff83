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

  /// PostgreSQL's own clock is set by an hour between a commit and the run that finds it, and the run measures the
  /// new one: the lag is what it was, says by how much it may be off, and nothing is late.
  @Test(arguments: [3_600, -3_600, 7_200_000, -90]) func aSourceClockThatIsSetChangesNoLag(
    seconds: Int64
  ) async throws {
    var simulation = try Simulation()
    simulation.configuration.sourceClock = ClockOffset(offset: .zero, uncertainty: .milliseconds(5))
    try simulation.commit(inserts: 2)
    simulation.flush(after: .seconds(20))
    let before = try await simulation.reconcile()
    #expect(before.figures?.lag?.max ?? .zero < .seconds(21))
    try simulation.commit(inserts: 2)
    simulation.flush(after: .seconds(20))
    try simulation.commit(inserts: 1)
    simulation.configuration.sourceClock = ClockOffset(
      offset: .seconds(seconds), uncertainty: .milliseconds(5))
    let result = try await simulation.reconcile()
    let lag = try #require(result.figures?.lag)
    #expect(lag.max >= .seconds(20) && lag.max < .seconds(21), "\(lag)")
    #expect(lag.uncertainty >= .seconds(60) && lag.uncertainty < .seconds(62))
    let stages = try #require(result.figures?.lagStages)
    #expect(stages.timestampToObject?.min ?? .zero >= .seconds(20))
    #expect(stages.commitToTimestamp?.min == .zero && stages.objectToSeen?.min ?? .zero >= .zero)
    #expect(result.verdict.status == .ok && result.figures?.pending == 1, "\(result.verdict)")
    // What does not come falls due when it would have.
    simulation.clock.advance(by: simulation.configuration.limits.deadline + .seconds(1))
    #expect(try await simulation.reconcile().figures?.late == 1)
  }

  /// It is set while a run is writing: the first transaction is of before, the second of after.
  @Test(arguments: [3_600, -3_600]) func aSourceClockThatIsSetWithinARunChangesNoLag(
    seconds: Int64
  ) async throws {
    var simulation = try Simulation()
    simulation.configuration.sourceClock = ClockOffset(offset: .zero, uncertainty: .milliseconds(5))
    try simulation.commit(inserts: 1)
    simulation.flush()
    try await simulation.reconcile()
    let first = try simulation.commit(inserts: 1)
    // The ledger gets what PostgreSQL's clock says now; everything else goes on by its own.
    let changes = [simulation.change(.insert, try simulation.ledger.reserveSequences(1).lowerBound)]
    let (id, intended) = try simulation.intend(changes)
    let commit = intended[0].commit + .seconds(seconds)
    try simulation.ledger.markCommitted(id, lsn: nil, commitTime: CommitTime(exactly: commit))
    var rows = simulation.takeRows()
    rows[1].commit = commit
    simulation.write(rows, after: .seconds(20))
    simulation.configuration.sourceClock = ClockOffset(
      offset: .seconds(seconds), uncertainty: .milliseconds(5))
    let result = try await simulation.reconcile()
    let lag = try #require(result.figures?.lag)
    #expect(lag.count == 2 && lag.min >= .seconds(19) && lag.max < .seconds(22), "\(lag)")
    #expect(result.verdict.status == .ok && result.findings.isEmpty, "\(result.findings.map(\.summary))")
    #expect(result.figures?.delivered == 3 && first.count == 1)
  }

  /// Less than that cannot be told from a commit that took its time: a lag that would be below zero is zero, and says
  /// that it may be off by as much.
  @Test func aLagThatWouldBeBelowZeroSaysSo() async throws {
    var simulation = try Simulation()
    simulation.configuration.sourceClock = ClockOffset(offset: .zero, uncertainty: .milliseconds(5))
    try simulation.commit(inserts: 1)
    simulation.flush(after: .seconds(1))
    simulation.configuration.sourceClock = ClockOffset(offset: .seconds(-30), uncertainty: .milliseconds(5))
    let lag = try #require(try await simulation.reconcile().figures?.lag)
    #expect(lag.min == .zero && lag.max == .zero)
    #expect(lag.uncertainty > .seconds(28) && lag.uncertainty < .seconds(30))
  }

  /// A row of others with a commit time of before PostgreSQL's clock was set back proves nothing of what comes after.
  @Test func aCommitOfBeforeTheClockWasSetBackProvesNothing() async throws {
    var simulation = try Simulation()
    try simulation.ledger.declareTable(TableDeclaration(name: simulation.table, isShared: true))
    simulation.configuration.sourceClock = ClockOffset(offset: .seconds(3_600), uncertainty: .milliseconds(5))
    try simulation.commit(inserts: 1)
    let rows = simulation.takeRows()
    simulation.clock.advance(by: .seconds(5))
    var observation = simulation.observation(rows, foreign: 1)
    observation.lastForeignCommit = simulation.clock.now() + .seconds(3_599)
    simulation.bucket.write(simulation.changesKey(), .success(observation))
    try await simulation.reconcile()
    simulation.configuration.sourceClock = ClockOffset(offset: .zero, uncertainty: .milliseconds(5))
    try simulation.commit(inserts: 1)
    simulation.clock.advance(by: .seconds(130))
    let result = try await simulation.reconcile()
    #expect(result.figures?.missing == 0 && result.findings(.lostRows).isEmpty, "\(result.verdict)")
  }

  /// A crash leaves a commit of which wide bounds alone are known: it hides no lag of the others.
  @Test func aCommitWithWideBoundsHidesNoLag() async throws {
    var simulation = try Simulation(settings: "DataFormat=parquet;includeOpForFullLoad=true")
    func plain(_ rows: [ObservedRow]) -> [ObservedRow] {
      rows.map { row in
        var row = row
        row.commit = nil
        return row
      }
    }
    try simulation.commit(inserts: 2)
    simulation.write(plain(simulation.takeRows()))
    try await simulation.reconcile()
    let change = simulation.change(.insert, try simulation.ledger.reserveSequences(1).lowerBound)
    let (id, _) = try simulation.intend([change])
    let start = simulation.clock.now()
    simulation.clock.advance(by: .seconds(3 * 3_600))
    try simulation.ledger.markCommitted(
      id, lsn: nil, commitTime: CommitTime(earliest: start, latest: simulation.clock.now()))
    try simulation.commit(inserts: 3)
    simulation.clock.advance(by: .seconds(1_800))
    simulation.write(plain(simulation.takeRows()))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical)
    #expect(result.findings(.lateRows).first?.rowCount == 4, "\(result.verdict)")
    #expect(result.figures?.lag?.uncertainty ?? .zero < .seconds(2))
  }

  /// An object copied onto itself a day later, as re-encryption does: what it brought was in time.
  @Test func anObjectCopiedOntoItselfIsNotLate() async throws {
    var simulation = try Simulation(seed: 70)
    try simulation.commit(inserts: 3)
    let written = simulation.flush()
    let key = try #require(written)
    try simulation.commit(inserts: 3)
    simulation.flush()
    try await simulation.reconcile()
    simulation.clock.advance(by: simulation.configuration.fullListingEvery)
    simulation.bucket.write(key, try #require(simulation.bucket.stored(key)).content)
    let result = try await simulation.reconcile()
    #expect(result.findings.map(\.kind) == [.overwrittenObject], "\(result.findings.map(\.summary))")
    #expect(result.verdict.status == .warning && result.figures?.delivered == 6)
  }
}
