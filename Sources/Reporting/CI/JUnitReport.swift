import Ledger
import Time

/// The report as JUnit XML: a suite a table with a case a limit, and one case for the verdict.
///
/// The elements are those that CI servers agree on: testsuites, testsuite, testcase, failure, error, skipped.
public struct JUnitReport: Sendable {
  private let report: Report

  /// The XML of `report`; `Report.hold(to:)` gives it its limits.
  public init(_ report: Report) {
    self.report = report
  }

  private struct Case {
    var name: String
    var outcome: Outcome
  }

  private enum Outcome {
    case passed
    case skipped(String)
    case failed(message: String, detail: String)
    case error(message: String, detail: String)
  }

  /// The text, with a line feed at its end.
  public var text: String {
    let suites = [(report.pipeline, [verdict])] + tables
    let all = suites.flatMap(\.1)
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
    lines.append("<testsuites name=\"lakecanary\" \(counts(all))>")
    for (name, cases) in suites {
      let time = report.generatedAt.description.prefix(19)
      lines.append(
        "  <testsuite name=\"\(Escaping.markup(name))\" \(counts(cases)) time=\"0\" timestamp=\"\(time)\">")
      for testCase in cases { lines += element(testCase, suite: name) }
      lines.append("  </testsuite>")
    }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }

  private var verdict: Case {
    let message = "\(report.verdict.status.word): \(report.verdict.reason)"
    let detail = TextReport(report).text(style: .plain)
    let outcome: Outcome =
      switch report.verdict.status {
      case .ok: .passed
      case .warning, .critical: .failed(message: message, detail: detail)
      case .unknown: .error(message: message, detail: detail)
      }
    return Case(name: "verdict", outcome: outcome)
  }

  private var tables: [(String, [Case])] {
    report.tables.map { figures in
      let limits = report.limits.filter { $0.table == figures.table }
      let cases = limits.map { limit in
        Case(name: limit.key, outcome: outcome(of: limit))
      }
      return (figures.table.description, cases)
    }
  }

  private func outcome(of limit: Report.Limit) -> Outcome {
    guard let holds = limit.holds, let measured = limit.measured else {
      return .skipped("nothing to measure; allowed is \(limit.allowed)")
    }
    return holds ? .passed : .failed(message: "\(measured), allowed is \(limit.allowed)", detail: "")
  }

  private func counts(_ cases: [Case]) -> String {
    var (failures, errors, skipped) = (0, 0, 0)
    for testCase in cases {
      switch testCase.outcome {
      case .passed: break
      case .failed: failures += 1
      case .error: errors += 1
      case .skipped: skipped += 1
      }
    }
    return "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
  }

  private func element(_ testCase: Case, suite: String) -> [String] {
    let start =
      "    <testcase classname=\"\(Escaping.markup("\(report.pipeline).\(suite)"))\" name=\"\(Escaping.markup(testCase.name))\" time=\"0\""
    func child(_ name: String, _ message: String, _ detail: String) -> [String] {
      let text = detail.split(separator: "\n", omittingEmptySubsequences: false).map {
        Escaping.markup(String($0))
      }.joined(separator: "\n")
      let attributes = "message=\"\(Escaping.markup(message))\""
      return [
        start + ">", "      <\(name) \(attributes)\(text.isEmpty ? "/>" : ">\(text)</\(name)>")",
        "    </testcase>",
      ]
    }
    switch testCase.outcome {
    case .passed: return [start + "/>"]
    case .skipped(let message): return child("skipped", message, "")
    case .failed(let message, let detail): return child("failure", message, detail)
    case .error(let message, let detail): return child("error", message, detail)
    }
  }
}
