import Reporting
import Testing
import Time

@testable import Ledger

@Suite struct TextReportTests {
  @Test func putsTheReasonFirstThenTheTableThenTheFindings() {
    #expect(TextReport(ReportFixture.red()).text(style: .plain) == Self.plain)
  }

  static let plain = """
    CRITICAL shop: 2 of 2,343 due operations on public.customers are lost, the first one committed at 08:00:10
      run 8 (run), 2026-11-23 08:10:00 to 08:10:03Z; bucket s3://lake/cdc/; level values

      table               ops      I    U   D  delivered  late  missing  pending  dup  altered  complete \
        p50     p95       p99   max lag  objects   rows
      public.customers  2,345  2,000  300  45      2,340     1        2        2    3        0   99.87 % \
     61.2 s  90.0 s  2 m 05 s  1 h 02 m       17  3,512

    findings: 1 critical; 1 acknowledged
      #4 critical lost-rows: 2 operations are lost: rows of later transactions have arrived
         I 0a1b2c3d-4e5f-8001-8000-00071234abcd, version 2026-11-23 08:00:12.000000, transaction 744, see \
    public/customers/20261123-080133000.parquet row 3
         D 0a1b2c3d-4e5f-8001-8000-00081234abcd, transaction 745
         committed 2026-11-23 08:00:10 to 08:00:12Z
         first seen 2026-11-23 08:05:00Z by run 7, last 2026-11-23 08:10:00Z
      #2 warning vanished-object: an object is gone
         object public/customers/\\u{202E}evil\\n.parquet
         first seen 2026-11-23 08:01:40Z; acknowledged 2026-11-23 08:02:30Z until 2026-11-24 08:00:00Z: moved \
    to Glacier

    public.customers: 1,000 delivered by a full load, bucket complete up to commits of 2026-11-23 08:04:50Z
    read: 17 objects listed, 4 read, 20.0 KiB in 6 requests
    clocks against ours: PostgreSQL -3 ms (give or take 1 ms), bucket +250 ms (give or take 500 ms)
    note: objects of shared tables are read at level keys: altered values are not seen

    """

  @Test func fitsIntoFortyColumns() {
    let text = TextReport(ReportFixture.red()).text(style: TextStyle(width: 40))
    let rows = text.split(separator: "\n").filter { $0.contains("public.customers") && $0.contains("2,340") }
    #expect(rows.count == 1)
    // Words that are longer than a line (keys, objects) are the only ones to stick out.
    for line in text.split(separator: "\n") where SafeText.width(String(line)) > 40 {
      #expect(line.split(separator: " ").contains { $0.count > 20 }, "\(line)")
    }
  }

  @Test func coloursTheVerdictAlone() {
    let text = TextReport(ReportFixture.red()).text(style: TextStyle(colour: true))
    #expect(text.hasPrefix("\u{1B}[1;31mCRITICAL\u{1B}[0m shop: "))
    #expect(!TextReport(ReportFixture.red()).text(style: .plain).contains("\u{1B}"))
  }

  @Test func countsTheFindingsThatItLeavesOut() {
    var report = ReportFixture.red()
    report.findings = Array(repeating: ReportFixture.lostRow(), count: 10_000)
    let text = TextReport(report).text(style: .plain)
    #expect(text.contains("findings: 10,000 critical"))
    #expect(text.contains("and 9,980 more findings: lakecanary findings list"))
    #expect(text.utf8.count < 20_000)
  }

  @Test func aRunWithoutVerdictIsUnknown() {
    let record = RunRecord(
      id: RunID(rawValue: 3), command: "run", settings: "", startedAt: ReportFixture.morning, finishedAt: nil,
      outcome: nil)
    let report = Report(
      pipeline: "shop", generatedAt: ReportFixture.morning, run: record, findings: [])
    #expect(
      TextReport(report).text(style: .plain)
        == "UNKNOWN shop: run 3 (run) ended without a verdict\n  run 3 (run), 2026-11-23 08:00:00Z\n")
  }

  @Test func listsRuns() {
    let outcome = RunOutcome(
      verdict: Verdict(status: .ok, reason: "all is well"), tables: [ReportFixture.customers()])
    let runs = [
      RunRecord(
        id: RunID(rawValue: 2), command: "run", settings: "", startedAt: ReportFixture.at(300),
        finishedAt: nil,
        outcome: nil),
      RunRecord(
        id: RunID(rawValue: 1), command: "run", settings: "", startedAt: ReportFixture.at(0),
        finishedAt: ReportFixture.at(2), outcome: outcome),
    ]
    let text = RunHistory(pipeline: "shop", runs: runs).text(style: .plain)
    #expect(
      text == """
          run  began                  took  command  verdict     p95  reason
            2  2026-11-23 08:05:00Z      -  run      -             -  not finished
            1  2026-11-23 08:00:00Z  2.0 s  run      OK       90.0 s  all is well

        """)
    #expect(RunHistory(pipeline: "shop", runs: []).text(style: .plain) == "no runs yet\n")
  }
}
