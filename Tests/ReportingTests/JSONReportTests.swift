import Foundation
import Ledger
import Reporting
import Testing
import Time

@Suite struct JSONReportTests {
  @Test func followsItsSchema() throws {
    let validator = try JSONSchemaValidator(JSONReportSchema.text)
    #expect(try validator.problems(in: JSONReport(ReportFixture.red()).text()) == [])
    var priced = ReportFixture.red()
    priced.price = RunPrice(priced.cost, metrics: 6, runsPerMonth: 8_767)
    priced.history = ReportHistory(
      since: ReportFixture.morning, until: ReportFixture.at(7_200), runs: [ReportFixture.run()], days: [])
    priced.history?.arrivals = [
      ObjectArrivals(
        table: ReportFixture.customers().table, start: ReportFixture.morning, loads: 1, changes: 2, bytes: 30,
        smallest: 5, largest: 20)
    ]
    var witness = TaskWitness(task: "exercise", askedAt: ReportFixture.morning, teller: .replicator)
    (witness.status, witness.stopReason) = ("stopped", "Stop Reason FATAL_ERROR")
    (witness.stoppedAt, witness.freshStart) = (ReportFixture.morning, ReportFixture.morning)
    (witness.sourceLatency, witness.targetLatency, witness.incomingChanges) = (1.5, 60, 3)
    witness.tables = [
      .init(
        table: ReportFixture.customers().table, fullLoadRows: 1_000, inserts: 12, updates: 3, deletes: 4,
        state: "Table completed", wasReloaded: true, loadedAt: ReportFixture.morning)
    ]
    priced.witness = witness
    let text = try JSONReport(priced).text()
    #expect(try validator.problems(in: text) == [])
    for key in [
      "full_load_rows", "teller", "source_latency_seconds", "loaded_at", "stop_reason", "requests_per_month",
      "transfer_out_of_aws_per_month", "lag_p99_seconds", "change_objects",
    ] {
      #expect(text.contains("\"\(key)\" : "), "\(key)")
    }
    let bare = Report(
      pipeline: "shop", generatedAt: ReportFixture.morning,
      verdict: Verdict(status: .unknown, reason: "no run yet"))
    #expect(try validator.problems(in: JSONReport(bare).text()) == [])
  }

  @Test func theValidatorSeesWhatIsWrong() throws {
    let validator = try JSONSchemaValidator(JSONReportSchema.text)
    let text = try JSONReport(ReportFixture.red()).text()
    for (part, wrong) in [
      (#""late" : 1"#, #""late" : -1"#), (#""late" : 1"#, #""late" : "1""#),
      (#""late" : 1"#, #""tardy" : 1"#),
      (#""status" : "critical""#, #""status" : "red""#), (#""version" : 1"#, #""version" : 2"#),
    ] {
      #expect(text.contains(part))
      #expect(try !validator.problems(in: text.replacing(part, with: wrong)).isEmpty, "\(wrong)")
    }
  }

  @Test func saysTheFiguresInSecondsAndShares() throws {
    let text = try JSONReport(ReportFixture.red()).text()
    let root = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let table = try #require((root["tables"] as? [[String: Any]])?.first)
    #expect(table["completeness"] as? Double == 2_340.0 / 2_343.0)
    #expect(table["due"] as? Int == 2_343)
    #expect((table["lag_seconds"] as? [String: Double])?["p50"] == 61.24)
    #expect(table["watermark"] as? String == "2026-11-23T08:04:50.000000Z")
    let findings = try #require(root["findings"] as? [[String: Any]])
    #expect(findings[1]["object"] as? String == "public/customers/\u{202E}evil\n.parquet")
  }
}
