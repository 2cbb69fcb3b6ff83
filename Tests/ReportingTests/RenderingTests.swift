import DMS
import Foundation
import Reconciliation
import Reporting
import Testing
import Time

@testable import Ledger

@Suite struct RenderingTests {
  /// A report whose every text is hostile.
  static func hostile() -> Report {
    let evil = "<script>alert('1')</script>\"|`*_[x](http://evil)\n\u{202E}@me"
    var report = ReportFixture.red()
    report.pipeline = evil
    report.bucket = evil
    report.verdict = Verdict(status: .critical, reason: evil)
    report.notes = [evil]
    var figures = ReportFixture.customers()
    figures.table = TableName(schema: evil, name: evil)
    figures.lagStages = ReportFixture.stages()
    report.tables = [figures]
    let finding = ReportFixture.lostRow()
    report.findings = [
      Finding(
        id: finding.id, kind: finding.kind, severity: finding.severity, state: .acknowledged,
        table: figures.table, object: evil, identity: evil, summary: evil, rowCount: 1,
        rows: [FindingRow(kind: .insert, key: evil, object: evil, columns: [evil])], spanStart: nil,
        spanEnd: nil,
        firstSeen: finding.firstSeen, lastSeen: finding.lastSeen, firstRun: nil,
        acknowledgement: .init(reason: evil, at: finding.firstSeen, until: nil), resolvedAt: nil,
        resolution: nil)
    ]
    report.history = ReportHistory(
      since: ReportFixture.morning, until: ReportFixture.at(3_600),
      runs: [
        RunRecord(
          id: RunID(rawValue: 1), command: evil, settings: evil, startedAt: ReportFixture.at(60),
          finishedAt: ReportFixture.at(61),
          outcome: RunOutcome(verdict: report.verdict, tables: [figures]))
      ], days: [])
    report.hold(to: Limits(settings: .init()))
    return report
  }

  @Test(arguments: ReportFormat.allCases) func noFormLetsHostileTextThrough(format: ReportFormat) throws {
    let text = try Self.hostile().rendered(format)
    // A JSON string may hold any text; its reader escapes it.
    if ![.json, .sarif, .emf].contains(format) { #expect(!text.contains("\u{202E}")) }
    switch format {
    case .html, .junit, .markdown: #expect(!text.contains("<script>"))
    case .nagios:
      #expect(text.split(separator: "\n").count == 1)
      #expect(text.count { $0 == "|" } == 1)
    case .openmetrics:
      for line in text.split(separator: "\n") {
        #expect(line.hasPrefix("#") || line.hasPrefix("lakecanary_"))
      }
    case .text, .json, .sarif, .emf: break
    }
    if format == .markdown {
      #expect(!text.contains("@me"))
      #expect(!text.contains("](http"))
      #expect(!text.contains("http://"))
    }
  }

  /// Programs are told all of ten thousand findings, people the worst of them and how many are left.
  @Test(arguments: ReportFormat.allCases) func tenThousandFindingsAreBorne(format: ReportFormat) throws {
    var report = ReportFixture.red()
    report.findings = Array(repeating: ReportFixture.lostRow(), count: 10_000)
    let text = try report.rendered(format)
    let named = text.count(of: ReportFixture.lostRow().summary)
    switch format {
    case .json, .sarif: #expect(named == 10_000)
    case .nagios, .emf, .openmetrics: #expect(named == 0 && text.utf8.count < 10_000)
    case .text, .markdown, .html, .junit:
      #expect((1...200).contains(named))
      #expect(text.utf8.count < 300_000)
      #expect(text.contains("more findings"))
    }
    if format == .openmetrics {
      #expect(
        text.contains("lakecanary_findings{pipeline=\"shop\",severity=\"critical\",state=\"open\"} 10000\n"))
    }
  }

  @Test(arguments: [ReportFormat.junit, .html]) func theMarkupIsWellFormed(format: ReportFormat) throws {
    for report in [ReportFixture.red(), Self.hostile()] {
      var text = try report.rendered(format)
      // HTML is XML but for its first line and the elements without an end.
      text = text.replacing("<!doctype html>\n", with: "")
      text = text.replacing(try Regex("<(meta|br)([^>]*)>")) { match in
        "<\(match.output[1].substring ?? "")\(match.output[2].substring ?? "")/>"
      }
      text = text.replacing(" open>", with: " open=\"\">")
      try XMLWellFormedness.check(text)
    }
  }

  @Test func junitHasACaseATableAndLimit() {
    var report = ReportFixture.red()
    report.hold(to: Limits(settings: .init()))
    let text = JUnitReport(report).text
    #expect(
      text.contains("<testsuites name=\"lakecanary\" tests=\"6\" failures=\"3\" errors=\"0\" skipped=\"0\">"))
    #expect(
      text.contains(
        """
            <testcase classname="shop.public.customers" name="limits.max_lag" time="0">
              <failure message="1 h 02 m, allowed is at most 6 m 00 s"/>
            </testcase>
            <testcase classname="shop.public.customers" name="limits.p95_lag" time="0"/>
            <testcase classname="shop.public.customers" name="limits.min_completeness" time="0">
              <failure message="99.87 %, allowed is at least 100 %"/>
            </testcase>
        """))
  }

  @Test func junitTellsUnknownAsAnErrorAndNothingMeasuredAsSkipped() {
    var report = Report(
      pipeline: "shop", generatedAt: ReportFixture.morning,
      verdict: Verdict(status: .unknown, reason: "the bucket is out of reach"))
    report.tables = [TableFigures(table: TableName(schema: "public", name: "customers"))]
    report.hold(to: Limits(settings: .init()))
    let text = JUnitReport(report).text
    #expect(text.contains("<error message=\"UNKNOWN: the bucket is out of reach\">"))
    #expect(text.contains("<skipped message=\"nothing to measure; allowed is at most 6 m 00 s\"/>"))
  }

  @Test func nagiosIsOneLineWithPerformanceData() {
    #expect(
      NagiosReport(ReportFixture.red()).text
        == "LAKECANARY CRITICAL - shop: 2 of 2,343 due operations on public.customers are lost, the first one committed "
        + "at 08:00:10 | 'public.customers delivered'=2340;;;0 'public.customers late'=1;;;0 "
        + "'public.customers missing'=2;;0;0 'public.customers pending'=2;;;0 'public.customers duplicates'=3;;;0 "
        + "'public.customers altered'=0;;;0 'public.customers completeness'=99.8720%;;;0;100 "
        + "'public.customers lag_p95'=90.000s;;;0 'public.customers lag_max'=3725.000s;;;0\n")
  }

  /// Text, JSON, HTML and OpenMetrics say where on its way the lag came about.
  @Test func lagIsToldByStages() throws {
    var report = ReportFixture.red()
    report.tables[0].lagStages = ReportFixture.stages()
    #expect(
      try report.rendered(.text).contains(
        "lag p50/p95/p99/max by stages: commit to DMS timestamp 740 ms/2.5 s/5.0 s/5.0 s, timestamp to object"
      ))
    #expect(try report.rendered(.json).contains("\"timestamp_to_object\" : {"))
    #expect(
      try report.rendered(.html).contains(
        "<td data-heading=\"stage\" class=\"words\">object to first seen</td><td data-heading=\"p50\">92.0 s</td>"
      ))
    #expect(
      try report.rendered(.openmetrics).contains(
        "lakecanary_lag_stage_seconds{pipeline=\"shop\",table=\"public.customers\",stage=\"timestamp_to_object\","
          + "statistic=\"p50\"} 60.500000\n"))
    #expect(try !ReportFixture.red().rendered(.html).contains("Lag by stages"))
  }

  @Test func openMetricsFamiliesAreWholeAndEnd() throws {
    let text = OpenMetricsReport(ReportFixture.red()).text
    #expect(text.hasSuffix("\n# EOF\n"))
    #expect(
      text.contains(
        "lakecanary_lag_seconds{pipeline=\"shop\",table=\"public.customers\",statistic=\"p95\"} 90.000000\n"))
    var family = ""
    var seen: Set<String> = []
    for line in text.split(separator: "\n").dropLast() {
      let words = line.split(separator: " ")
      if line.hasPrefix("# TYPE") {
        family = String(words[2])
        #expect(seen.insert(family).inserted, "\(family) comes twice")
      } else if !line.hasPrefix("#") {
        #expect(line.hasPrefix(family + "{"))
        #expect(words.last.flatMap { Double($0) } != nil)
      }
    }
  }

  @Test func sarifNamesRulesAndSuppressions() throws {
    let text = try SARIFReport(ReportFixture.red()).text()
    let root = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(root["version"] as? String == "2.1.0")
    let run = try #require((root["runs"] as? [[String: Any]])?.first)
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.map { $0["ruleId"] as? String } == ["lost-rows", "vanished-object"])
    #expect(results.map { $0["level"] as? String } == ["error", "warning"])
    let suppression = (results[1]["suppressions"] as? [[String: String]])?.first
    #expect(suppression?["justification"] == "moved to Glacier")
    #expect(text.contains("public/customers/%E2%80%AEevil%0A.parquet"))
  }

  @Test func emfIsALineATable() throws {
    let text = try EMFReport(ReportFixture.red()).text()
    #expect(text.split(separator: "\n").count == 1)
    let root = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let directive = try #require(root["_aws"] as? [String: Any])
    #expect(directive["Timestamp"] as? Int64 == ReportFixture.at(603).microseconds / 1_000)
    let metrics = try #require(
      (directive["CloudWatchMetrics"] as? [[String: Any]])?.first?["Metrics"] as? [[String: String]])
    for metric in metrics { #expect(root[metric["Name"] ?? ""] is NSNumber, "\(metric)") }
    #expect(text.contains("\"LagP50\":61.24"))
  }
}

extension String {
  /// How often `part` stands in the text.
  fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}

/// Checks that a text is well-formed XML.
enum XMLWellFormedness {
  /// Throws where tags do not nest or an attribute or reference breaks the syntax.
  static func check(_ text: String) throws {
    struct Flaw: Error {
      var place: String
    }
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      let content = rest[..<start]
      if content.contains(">") && !content.contains("{") { throw Flaw(place: "> in \(content.suffix(80))") }
      guard let end = rest[start...].firstIndex(of: ">") else { throw Flaw(place: "no end of a tag") }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("?") { continue }
      if tag.contains("<") { throw Flaw(place: "< in \(tag)") }
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else { throw Flaw(place: "</\(tag) does not close") }
        continue
      }
      guard tag.count(where: { $0 == "\"" }) % 2 == 0 else { throw Flaw(place: "quotes in \(tag)") }
      if !tag.hasSuffix("/") { open.append(tag.prefix { $0 != " " }) }
    }
    guard open.isEmpty else { throw Flaw(place: "left open: \(open)") }
  }
}
