import Foundation
import Reporting
import TestSupport
import Testing
import Time

@testable import Ledger

/// Renderings as programs of others read them.
@Suite struct PeerTests {
  private func python(_ script: String, _ arguments: [String]) async throws -> CommandRun {
    try await CommandRun.command(PythonPeers.interpreter, ["-c", script] + arguments)
  }

  private func withDirectory(_ body: (String) async throws -> Void) async throws {
    let path = NSTemporaryDirectory() + "lc-report-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
  }

  @Test func jsonschemaTakesTheReport() async throws {
    try await withDirectory { path in
      try JSONReportSchema.text.write(toFile: path + "/schema.json", atomically: true, encoding: .utf8)
      for (index, report) in [ReportFixture.red(), RenderingTests.hostile()].enumerated() {
        try report.rendered(.json).write(
          toFile: path + "/\(index).json", atomically: true, encoding: .utf8)
      }
      let run = try await python(
        """
        import json, jsonschema, sys
        schema = json.load(open(sys.argv[1] + "/schema.json"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for name in ("0", "1"):
            document = json.load(open(f"{sys.argv[1]}/{name}.json"))
            validator.validate(document)
            document["tables"][0]["late"] = "many"
            assert not validator.is_valid(document)
        """, [path])
      #expect(run.exitCode == 0, "\(run.errorOutput)")
    }
  }

  @Test func prometheusParsesTheMetrics() async throws {
    try await withDirectory { path in
      for (index, report) in [ReportFixture.red(), RenderingTests.hostile()].enumerated() {
        try report.rendered(.openmetrics).write(
          toFile: path + "/\(index).prom", atomically: true, encoding: .utf8)
      }
      let run = try await python(
        """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
        for name in ("0", "1"):
            families = list(parse(open(f"{sys.argv[1]}/{name}.prom").read()))
            assert len(families) > 10 and all(family.documentation for family in families)
        print([s.value for f in families for s in f.samples if s.labels.get("statistic") == "p95"])
        """, [path])
      #expect(run.exitCode == 0, "\(run.errorOutput)")
      #expect(run.output == "[90.0]")
    }
  }

  /// A year of runs, every one and a quarter hours.
  private static func year() -> Report {
    var report = ReportFixture.red()
    let runs = (0..<2_000).map { index -> RunRecord in
      var figures = ReportFixture.customers()
      figures.missing = index % 97 == 0 ? 1 : 0
      figures.late = index % 41 == 0 ? 3 : 0
      let lag = Duration.milliseconds(40_000 + 13_337 * index % 30_000)
      figures.lag = LagDistribution(
        count: 20, min: lag / 2, p50: lag, p95: lag * 2, p99: lag * 3, max: lag * 4, uncertainty: .zero)
      let start = ReportFixture.at(-4_380 * index)
      return RunRecord(
        id: RunID(rawValue: Int64(2_000 - index)), command: "run", settings: "", startedAt: start,
        finishedAt: start + .seconds(3), outcome: RunOutcome(verdict: report.verdict, tables: [figures]))
    }
    let (since, until) = (ReportFixture.at(-365 * 86_400), ReportFixture.at(3_600))
    report.history = ReportHistory(since: since, until: until, runs: runs, days: [])
    let start = ReportFixture.at(-4_380 * 1_999)
    report.history?.arrivals = (0..<240).map { slice in
      ObjectArrivals(
        table: ReportFixture.customers().table, start: start + .seconds(slice * 36_490),
        loads: slice == 0 ? 8 : 0, changes: slice % 31 == 7 ? 0 : 1_000 + slice * 7 % 90,
        bytes: Int64(30_000_000 + slice * 40_000), smallest: 2_100, largest: slice == 0 ? 131_072_000 : 90_000
      )
    }
    return report
  }

  @Test func aBrowserShowsThePage() async throws {
    let browser = "/usr/bin/chromium"
    try #require(FileManager.default.isExecutableFile(atPath: browser), "`make test` installs chromium")
    try await withDirectory { path in
      for (name, report) in [("year", Self.year()), ("hostile", RenderingTests.hostile())] {
        let page = try report.rendered(.html)
        #expect(page.utf8.count < 1_000_000)
        try page.write(toFile: "\(path)/\(name).html", atomically: true, encoding: .utf8)
        let run = try await CommandRun.command(
          browser,
          [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-background-networking", "--user-data-dir=\(path)/profile", "--window-size=390,2400",
            "--screenshot=\(path)/\(name).png", "--dump-dom", "file://\(path)/\(name).html",
          ])
        #expect(run.exitCode == 0, "\(run.errorOutput)")
        #expect(!run.output.contains("<script"))
        #expect(run.output.contains("<svg") && run.output.contains("</html>"))
        let picture = try Data(contentsOf: URL(filePath: "\(path)/\(name).png"))
        // A page without anything on it makes one of a few kilobytes.
        #expect(picture.count > 20_000, "\(name): \(picture.count)")
        if let keep = ProcessInfo.processInfo.environment["LAKECANARY_TEST_SCREENSHOTS"] {
          try picture.write(to: URL(filePath: "\(keep)/\(name).png"))
        }
      }
    }
  }
}
