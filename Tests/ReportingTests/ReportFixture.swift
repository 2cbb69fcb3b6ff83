import Reporting
import Time

@testable import Ledger

/// Reports with a bit of everything, for the renderings' tests.
enum ReportFixture {
  static let morning = Timestamp("2026-11-23T08:00:00Z") ?? Timestamp(microseconds: 0)

  static func at(_ seconds: Int) -> Timestamp { morning + .seconds(seconds) }

  static func customers() -> TableFigures {
    var figures = TableFigures(table: TableName(schema: "public", name: "customers"))
    (figures.inserts, figures.updates, figures.deletes) = (2_000, 300, 45)
    (figures.delivered, figures.covered, figures.pending) = (2_340, 1_000, 2)
    (figures.late, figures.missing, figures.duplicates, figures.altered) = (1, 2, 3, 0)
    (figures.objects, figures.newObjects, figures.rows, figures.generation) = (17, 4, 3_512, 1)
    figures.watermark = at(290)
    figures.lag = LagDistribution(
      count: 340, min: .milliseconds(850), p50: .milliseconds(61_240), p95: .seconds(90), p99: .seconds(125),
      max: .seconds(3_725), uncertainty: .milliseconds(12))
    return figures
  }

  /// What the lag of `customers` is made of.
  static func stages() -> LagStages? {
    func lag(_ p50: Int, _ max: Int) -> LagDistribution {
      LagDistribution(
        count: 340, min: .zero, p50: .milliseconds(p50), p95: .milliseconds(max / 2),
        p99: .milliseconds(max), max: .milliseconds(max), uncertainty: .milliseconds(1))
    }
    return LagStages(
      commitToTimestamp: lag(740, 5_000), timestampToObject: lag(60_500, 3_720_000),
      objectToSeen: lag(92_000, 280_000))
  }

  static func lostRow() -> Finding {
    Finding(
      id: FindingID(rawValue: 4), kind: .lostRows, severity: .critical, state: .open,
      table: TableName(schema: "public", name: "customers"), object: nil, identity: "lost:public.customers:1",
      summary: "2 operations are lost: rows of later transactions have arrived", rowCount: 2,
      rows: [
        FindingRow(
          kind: .insert, key: "0a1b2c3d-4e5f-8001-8000-00071234abcd", version: at(12), xid: 744,
          object: "public/customers/20261123-080133000.parquet", row: 3),
        FindingRow(kind: .delete, key: "0a1b2c3d-4e5f-8001-8000-00081234abcd", xid: 745),
      ],
      spanStart: at(10), spanEnd: at(12), firstSeen: at(300), lastSeen: at(600), firstRun: RunID(rawValue: 7),
      acknowledgement: nil, resolvedAt: nil, resolution: nil)
  }

  static func acknowledged() -> Finding {
    Finding(
      id: FindingID(rawValue: 2), kind: .vanishedObject, severity: .warning, state: .acknowledged, table: nil,
      object: "public/customers/\u{202E}evil\n.parquet", identity: "vanished:1", summary: "an object is gone",
      rowCount: 0, rows: [], spanStart: nil, spanEnd: nil, firstSeen: at(100), lastSeen: at(100),
      firstRun: nil,
      acknowledgement: .init(reason: "moved to Glacier", at: at(150), until: at(86_400)), resolvedAt: nil,
      resolution: nil)
  }

  static func red() -> Report {
    var report = Report(
      pipeline: "shop", generatedAt: at(603), run: run(), findings: [lostRow(), acknowledged()])
    report.bucket = "s3://lake/cdc/"
    return report
  }

  static func run() -> RunRecord {
    var outcome = RunOutcome(
      verdict: Verdict(
        status: .critical,
        reason: "2 of 2,343 due operations on public.customers are lost, the first one committed at 08:00:10"),
      level: "values", tables: [customers()])
    outcome.cost.requests = 6
    outcome.cost.bytesRead = 20_480
    outcome.cost.objectsListed = 17
    outcome.cost.objectsRead = 4
    outcome.clocks = ClockOffsets(
      source: ClockOffset(offset: .milliseconds(-3), uncertainty: .milliseconds(1)),
      bucket: ClockOffset(offset: .milliseconds(250), uncertainty: .milliseconds(500)))
    outcome.notes = ["objects of shared tables are read at level keys: altered values are not seen"]
    return RunRecord(
      id: RunID(rawValue: 8), command: "run", settings: "", startedAt: at(600), finishedAt: at(603),
      outcome: outcome)
  }
}
