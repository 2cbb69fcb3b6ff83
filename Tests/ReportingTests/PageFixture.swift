import Reporting
import Time

@testable import Ledger

/// What a page is made of, each a state in which somebody opens it.
enum PageFixture: String, CaseIterable {
  /// Nothing but delivered rows.
  case healthy
  /// Two tables, one of them later and later, with findings in each state of their life.
  case lagging
  /// A year of runs, every one and a quarter hours.
  case year
  /// Every text of it is hostile.
  case hostile
  /// No run yet.
  case bare

  var report: Report {
    switch self {
    case .healthy: Self.healthyReport()
    case .lagging: Self.laggingReport()
    case .year: Self.yearReport()
    case .hostile: RenderingTests.hostile()
    case .bare:
      Report(
        pipeline: "shop", generatedAt: ReportFixture.morning,
        verdict: Verdict(
          status: .unknown, reason: "no run has come to a verdict yet; `lakecanary run` does"))
    }
  }

  private static let orders = TableName(schema: "public", name: "orders")

  private static func lag(_ p50: Duration, tail: Int = 2) -> LagDistribution {
    LagDistribution(
      count: 20, min: p50 / 2, p50: p50, p95: p50 * tail, p99: p50 * (tail + 1), max: p50 * (tail + 2),
      uncertainty: .milliseconds(12))
  }

  private static func run(_ number: Int, startedAt start: Timestamp, _ outcome: RunOutcome) -> RunRecord {
    RunRecord(
      id: RunID(rawValue: Int64(number)), command: "run", settings: "", startedAt: start,
      finishedAt: start + .seconds(3), outcome: outcome)
  }

  /// The objects of `table`: a full load, then changes.
  private static func arrivals(
    of table: TableName, since start: Timestamp, every slice: Duration
  ) -> [ObjectArrivals] {
    (0..<ReportHistory.arrivalSlices).map { index in
      let loads = index == 0 ? 8 : 0
      return ObjectArrivals(
        table: table, start: start + slice * index, loads: loads,
        changes: loads > 0 || index % 31 == 7 ? 0 : 10 + index * 7 % 9,
        bytes: Int64(300_000 + index * 4_000), smallest: 2_100,
        largest: index == 0 ? 131_072_000 : 90_000)
    }.filter { $0.objects > 0 }
  }

  private static func healthyReport() -> Report {
    var figures = ReportFixture.customers()
    (figures.late, figures.missing, figures.duplicates, figures.pending) = (0, 0, 0, 12)
    figures.lag = lag(.seconds(61))
    figures.lagStages = ReportFixture.stages()
    let verdict = Verdict(
      status: .ok, reason: "all 2,340 operations that are due have arrived, p95 lag 2 m 02 s")
    let runs = (0..<288).map { index -> RunRecord in
      var point = figures
      point.lag = lag(.seconds(58 + index * 7 % 9))
      return run(
        288 - index, startedAt: ReportFixture.at(-300 * index), RunOutcome(verdict: verdict, tables: [point]))
    }
    var report = Report(
      pipeline: "shop", generatedAt: ReportFixture.at(4),
      run: run(
        288, startedAt: ReportFixture.at(0), RunOutcome(verdict: verdict, level: "values", tables: [figures])),
      findings: [])
    report.bucket = "s3://lake/cdc/"
    let since = ReportFixture.at(-86_400)
    report.history = ReportHistory(since: since, until: ReportFixture.at(4), runs: runs, days: [])
    report.history?.arrivals = arrivals(of: figures.table, since: since, every: .seconds(360))
    return report
  }

  private static func laggingReport() -> Report {
    var customers = ReportFixture.customers()
    (customers.late, customers.missing, customers.duplicates) = (0, 0, 0)
    customers.lag = lag(.seconds(61))
    var orders = customers
    orders.table = Self.orders
    (orders.late, orders.delivered, orders.altered) = (120, 1_900, 2)
    orders.lag = lag(.seconds(2_400), tail: 1)
    orders.lagStages = ReportFixture.stages()
    let verdict = Verdict(
      status: .critical,
      reason: "120 of 2,022 due operations on public.orders are late, the first one committed at 06:12:10; "
        + "the task is stopped: its last error says that the replication slot is gone")
    let runs = (0..<2_016).map { index -> RunRecord in
      var late = orders
      late.late = max(0, 120 - 2 * index)
      late.missing = (700..<710).contains(index) ? 3 : 0
      late.lag = index % 50 == 3 ? nil : lag(.seconds(max(60, 2_400 - 40 * index)), tail: 1)
      var steady = customers
      steady.lag = lag(.seconds(58 + index * 7 % 9))
      let status = Verdict(status: index < 60 ? .critical : .ok, reason: "as it is")
      return run(
        2_016 - index, startedAt: ReportFixture.at(-300 * index),
        RunOutcome(verdict: status, tables: [steady, late]))
    }
    let lost = ReportFixture.lostRow()
    let resolved = Finding(
      id: FindingID(rawValue: 1), kind: lost.kind, severity: lost.severity, state: .resolved,
      table: lost.table, object: nil, identity: "lost:1", summary: lost.summary, rowCount: lost.rowCount,
      rows: lost.rows, spanStart: lost.spanStart, spanEnd: lost.spanEnd, firstSeen: lost.firstSeen,
      lastSeen: lost.lastSeen, firstRun: lost.firstRun, acknowledgement: nil,
      resolvedAt: ReportFixture.at(500), resolution: "the rows have arrived")
    var report = Report(
      pipeline: "shop", generatedAt: ReportFixture.at(603),
      run: run(
        2_016, startedAt: ReportFixture.at(0),
        RunOutcome(verdict: verdict, level: "values", tables: [customers, orders])),
      findings: [lost, ReportFixture.acknowledged(), resolved])
    report.bucket = "s3://lake/cdc/"
    report.notes = ["objects of shared tables are read at level keys: altered values are not seen"]
    let since = ReportFixture.at(-7 * 86_400)
    report.history = ReportHistory(since: since, until: ReportFixture.at(4), runs: runs, days: [])
    report.history?.arrivals =
      arrivals(of: customers.table, since: since, every: .seconds(2_520))
      + arrivals(of: orders.table, since: since, every: .seconds(2_520)).dropLast(40)
    return report
  }

  private static func yearReport() -> Report {
    var report = ReportFixture.red()
    let runs = (0..<7_000).map { index -> RunRecord in
      var figures = ReportFixture.customers()
      figures.missing = index % 970 == 0 ? 1 : 0
      figures.late = index % 410 == 0 ? 3 : 0
      figures.lag = lag(.milliseconds(40_000 + 13_337 * index % 30_000))
      return run(
        7_000 - index, startedAt: ReportFixture.at(-4_500 * index),
        RunOutcome(verdict: report.verdict, tables: [figures]))
    }
    let (since, until) = (ReportFixture.at(-365 * 86_400), ReportFixture.at(3_600))
    report.history = ReportHistory(since: since, until: until, runs: runs, days: [])
    report.history?.arrivals = arrivals(
      of: ReportFixture.customers().table, since: since, every: .seconds(131_415))
    return report
  }
}
