import Ledger
import Time

/// The report as GitHub's Markdown.
public struct MarkdownReport: Sendable {
  private let report: Report
  private let maximumFindings: Int

  /// The Markdown of `report`; of more findings than `maximumFindings` the worst are shown and the others counted.
  public init(_ report: Report, maximumFindings: Int = 50) {
    self.report = report
    self.maximumFindings = maximumFindings
  }

  /// The text, with a line feed at its end.
  public var text: String {
    let verdict = report.verdict
    var lines = [
      "## \(sign) \(verdict.status.word): \(Escaping.markdown(report.pipeline))", "",
      Escaping.markdown(verdict.reason), "",
    ]
    if !report.tables.isEmpty { lines += table + [""] }
    if !report.findings.isEmpty { lines += findings + [""] }
    lines += report.notes.map { "> \(Escaping.markdown($0))\n" }
    lines.append("<sub>\(Escaping.markdown(origin))</sub>")
    return lines.joined(separator: "\n") + "\n"
  }

  private var sign: String {
    switch report.verdict.status {
    case .ok: "✅"
    case .warning: "⚠️"
    case .critical: "❌"
    case .unknown: "❔"
    }
  }

  private var origin: String {
    var parts = ["lakecanary"]
    if let run = report.run {
      parts.append("run \(run.id.rawValue) (\(run.command)), \(FigureText.time(run.startedAt))")
    }
    if let bucket = report.bucket { parts.append(bucket) }
    return parts.joined(separator: ", ")
  }

  private var table: [String] {
    let head = [
      "table", "operations", "delivered", "late", "missing", "pending", "duplicates", "altered", "complete",
      "p50",
      "p95", "p99", "max",
    ]
    let rows = report.tables.map { figures -> [String] in
      let counts = [
        figures.operations, figures.delivered, figures.late, figures.missing, figures.pending,
        figures.duplicates,
        figures.altered,
      ]
      let lags = [figures.lag?.p50, figures.lag?.p95, figures.lag?.p99, figures.lag?.max]
      return [Escaping.markdown(figures.table.description)] + counts.map { FigureText.count(Int64($0)) }
        + [figures.completeness.map(FigureText.percent) ?? "-"]
        + lags.map { $0.map(FigureText.duration) ?? "-" }
    }
    let rule = ["---"] + Array(repeating: "---:", count: head.count - 1)
    return ([head, rule] + rows).map { "| \($0.joined(separator: " | ")) |" }
  }

  private var findings: [String] {
    var lines = ["**Findings**: \(FindingText.tally(report.findings))", ""]
    for finding in report.findings.prefix(maximumFindings) {
      let state = finding.state == .open ? "" : ", \(finding.state.rawValue)"
      lines.append(
        "- **\(finding.severity.rawValue)** \(Escaping.markdown(finding.kind.rawValue)) (\(finding.id.rawValue)\(state)): "
          + Escaping.markdown(finding.summary))
      lines += finding.rows.prefix(5).map { "  - \(Escaping.markdown(FindingText.row($0, of: finding)))" }
      let left = finding.rowCount - min(5, finding.rows.count)
      if left > 0, !finding.rows.isEmpty {
        lines.append("  - and \(FigureText.counted(Int64(left), "more row"))")
      }
    }
    let left = report.findings.count - maximumFindings
    if left > 0 { lines.append("- and \(FigureText.counted(Int64(left), "more finding"))") }
    return lines
  }
}
