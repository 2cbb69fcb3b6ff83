import Reporting
import Testing
import Time

@testable import Ledger

@Suite struct HistoryTests {
  private func run(_ number: Int, _ status: Verdict.Status?, p95: Int = 10, missing: Int = 0) -> RunRecord {
    var figures = ReportFixture.customers()
    (figures.missing, figures.late) = (missing, 0)
    figures.lag = LagDistribution(
      count: 1, min: .seconds(1), p50: .seconds(5), p95: .seconds(p95), p99: .seconds(p95),
      max: .seconds(p95),
      uncertainty: .zero)
    let outcome = RunOutcome(
      verdict: status.map { Verdict(status: $0, reason: "so it is") }, tables: [figures])
    return RunRecord(
      id: RunID(rawValue: Int64(number)), command: "run", settings: "",
      startedAt: ReportFixture.at(number * 300),
      finishedAt: ReportFixture.at(number * 300 + 1), outcome: outcome)
  }

  private func history(_ runs: [RunRecord]) -> ReportHistory {
    ReportHistory(
      since: ReportFixture.morning, until: ReportFixture.at(7_200), runs: runs.reversed(), days: [])
  }

  @Test func saysSinceWhen() {
    let runs = [run(1, .ok), run(2, .critical), run(3, nil), run(4, .critical), run(5, .critical)]
    #expect(history(runs).streakText == "CRITICAL since 2026-11-23 08:10:00Z (3 runs in a row)")
    #expect(history([run(1, .ok)]).streakText == "OK since at least 2026-11-23 08:05:00Z (1 run in a row)")
    #expect(history([]).streakText == nil)
  }

  @Test func comparesTheLastRunWithTheUsual() {
    let runs = [run(1, .ok, p95: 10), run(2, .ok, p95: 30), run(3, .ok, p95: 20), run(4, .ok, p95: 500)]
    let table = TableName(schema: "public", name: "customers")
    #expect(history(runs).usualP95(of: table) == .seconds(20))
    #expect(history(Array(runs.prefix(3))).usualP95(of: table) == nil)
    var report = ReportFixture.red()
    report.history = history(runs)
    let text = TextReport(report).text(style: .plain)
    #expect(text.contains("  public.customers: p95 of the last run 90.0 s, usually 20.0 s\n"))
    #expect(text.contains("2026-11-23  public.customers       4  OK           0     0     100 %  5.0 s"))
  }

  @Test func takesDaysWhereRunsDoNotReachBack() {
    let days = (20...23).map { day in
      DailyAggregate(
        day: "2026-11-\(day)", table: TableName(schema: "public", name: "customers"), committed: 100,
        delivered: 99,
        missing: 1, duplicates: 0, altered: 0, lagP50Microseconds: 1_000_000, lagP95Microseconds: 2_000_000,
        lagMaxMicroseconds: 3_000_000)
    }
    let history = ReportHistory(
      since: ReportFixture.morning - .seconds(4 * 86_400), until: ReportFixture.at(7_200),
      runs: [run(1, .ok)],
      days: days)
    // The day of the run itself is told by the run.
    #expect(
      history.points.map { String($0.time.description.prefix(10)) } == [
        "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23",
      ])
    #expect(history.points.first?.tables.first?.completeness == 0.99)
  }

  /// A year of runs every five minutes, and many findings, stay far below a megabyte.
  @Test func aYearsPageIsSmall() throws {
    let table = TableName(schema: "public", name: "customers")
    var report = ReportFixture.red()
    let tables = try #require(history([run(1, .ok)]).points.first).tables
    let points = (0..<105_120).map { index in
      ReportHistory.Point(time: ReportFixture.at(index * 300), status: .ok, tables: tables)
    }
    report.history = ReportHistory(
      since: ReportFixture.morning, until: ReportFixture.at(105_120 * 300), runs: [run(1, .ok)], days: [])
    report.history?.points += points
    report.history?.arrivals = (0..<ReportHistory.arrivalSlices).map { slice in
      ObjectArrivals(
        table: table, start: ReportFixture.at(slice * 131_400), loads: 1, changes: slice, bytes: 1 << 30,
        smallest: 1, largest: 1 << 40)
    }
    report.findings = Array(repeating: ReportFixture.lostRow(), count: 10_000)
    let page = try report.rendered(.html)
    #expect(page.utf8.count < 500_000)
    for chart in ["Outcome", "Lag", "Completeness", "Object sizes, log scale"] {
      #expect(page.contains("\"\(chart) of \(table)\""))
    }
    #expect(page.contains("Objects arriving, each 1 d 12 h"))
    #expect(page.contains("<span>1 TiB</span><span>1 B</span>"))
    #expect(page.contains("and 9,800 more findings"))
  }
}
