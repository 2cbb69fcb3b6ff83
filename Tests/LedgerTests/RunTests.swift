import TestSupport
import Testing
import Time

@testable import Ledger

@Suite struct RunTests {
  let directory = ScratchDirectory()
  let clock = ManualClock()

  @Test func runsAreReadBackAsTheyWereRecorded() throws {
    let store = try open(directory, clock: clock)
    let first = try store.beginRun(command: "run", settings: "DataFormat=parquet")
    let second = try store.beginRun(command: "write", settings: "")
    var figures = TableFigures(table: .customers)
    figures.inserts = 3
    figures.delivered = 2
    figures.missing = 1
    figures.lag = LagDistribution(microseconds: [5, 1, 3], uncertainty: .milliseconds(2))
    figures.watermark = Timestamp(seconds: 1_790_000_000)
    let outcome = RunOutcome(
      verdict: Verdict(status: .critical, reason: "1 row is lost"), level: "values", tables: [figures],
      clocks: ClockOffsets(bucket: ClockOffset(offset: .milliseconds(-3), uncertainty: .seconds(1))),
      notes: ["a note"])
    clock.advance(by: .seconds(4))
    try store.finishRun(first, outcome: outcome)
    try store.finishRun(second, outcome: RunOutcome())
    let record = try #require(try store.run(first))
    #expect(record.outcome == outcome)
    #expect(record.finishedAt == record.startedAt + .seconds(4))
    #expect(try store.latestRun() == record)
    #expect(try store.runs(limit: 1).map(\.id) == [second])
    #expect(try store.runs(limit: 9, before: second).map(\.id) == [first])
    #expect(figures.completeness == 2.0 / 3.0)
  }

  @Test func percentilesAreNearestRanks() throws {
    let hundred = try #require(LagDistribution(microseconds: (1...100).reversed(), uncertainty: .zero))
    #expect(hundred.p50 == .microseconds(50))
    #expect(hundred.p95 == .microseconds(95))
    #expect(hundred.p99 == .microseconds(99))
    #expect(hundred.max == .microseconds(100) && hundred.min == .microseconds(1))
    let one = try #require(LagDistribution(microseconds: [7], uncertainty: .zero))
    #expect(one.p50 == .microseconds(7) && one.p99 == .microseconds(7))
    #expect(LagDistribution(microseconds: [], uncertainty: .zero) == nil)
  }

  @Test func statusesAreOrderedFromBestToWorst() {
    #expect(
      [Verdict.Status.critical, .ok, .warning, .unknown].sorted() == [.ok, .unknown, .warning, .critical])
  }
}
