import Ledger
import Time

/// The report as one page that needs nothing else: no network, no script, charts as inline SVG, light and dark by
/// the reader's preference, readable on a phone.
public struct HTMLReport: Sendable {
  private let report: Report
  private let maximumFindings = 200

  /// The page of `report`; its `history` gives the charts.
  public init(_ report: Report) {
    self.report = report
  }

  /// The text, with a line feed at its end.
  public var text: String {
    let title = "\(report.verdict.status.word) \(Escaping.markup(report.pipeline))"
    var body = [header]
    if !report.tables.isEmpty { body.append(figures) }
    if report.tables.contains(where: { $0.lagStages != nil }) { body.append(stages) }
    if let history = report.history, !history.points.isEmpty {
      body.append(HTMLHistory(history, report.tables).text)
    }
    body.append(findings)
    let notes = RemarkText(report).sentences(stages: false) + report.notes
    if !notes.isEmpty {
      body.append(
        "<section><h2>Notes</h2><ul>\(notes.map { "<li>\(Escaping.markup($0))</li>" }.joined())</ul></section>"
      )
    }
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(title)</title>
      <style>\(HTMLStyle.text)</style>
      </head>
      <body>
      <main>
      \(body.joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
  }

  private var header: String {
    let status = report.verdict.status
    var facts: [String] = []
    if let run = report.run {
      let time = run.finishedAt.map { FigureText.span(run.startedAt, $0) } ?? FigureText.time(run.startedAt)
      facts.append("run \(run.id.rawValue) (\(run.command)), \(time)")
    }
    if let bucket = report.bucket { facts.append("bucket \(bucket)") }
    if let level = report.level { facts.append("level \(level)") }
    if let streak = report.history?.streakText { facts.append(streak) }
    return """
      <header class="\(status.rawValue)">
      <h1><span class="word">\(status.word)</span> \(Escaping.markup(report.pipeline))</h1>
      <p class="reason">\(Escaping.markup(report.verdict.reason))</p>
      <p class="facts">\(facts.map(Escaping.markup).joined(separator: "<br>"))</p>
      </header>
      """
  }

  private var figures: String {
    var table = HTMLTable(headings: [
      "table", "operations", "delivered", "late", "missing", "pending", "duplicates", "altered", "complete",
      "p50", "p95", "p99", "max", "objects",
    ])
    func count(_ number: Int, _ role: String? = nil) -> HTMLTable.Cell {
      .init(FigureText.count(Int64(number)), number == 0 ? "nil" : role)
    }
    for figures in report.tables {
      let completeness = figures.completeness
      let cells =
        [
          count(figures.operations), count(figures.delivered), count(figures.late, "warn"),
          count(figures.missing, "bad"), count(figures.pending), count(figures.duplicates, "warn"),
          count(figures.altered, "bad"),
          .init(
            completeness.map(FigureText.percent) ?? "-", completeness.map { $0 < 1 } ?? false ? "bad" : nil),
        ] + Self.lags(figures.lag) + [count(figures.objects)]
      table.rows.append((figures.table.description, cells))
    }
    return "<section><h2>Tables</h2>\(table.text)</section>"
  }

  /// Where on its way the lag came about.
  private var stages: String {
    var table = HTMLTable(headings: ["table", "stage", "p50", "p95", "p99", "max"])
    for figures in report.tables {
      for stage in figures.lagStages?.known ?? [] {
        table.rows.append(
          (figures.table.description, [.init(stage.words, "words")] + Self.lags(stage.lag)))
      }
    }
    return "<section><h2>Lag by stages</h2>\(table.text)</section>"
  }

  private static func lags(_ lag: LagDistribution?) -> [HTMLTable.Cell] {
    [lag?.p50, lag?.p95, lag?.p99, lag?.max].map { .init($0.map(FigureText.duration) ?? "-") }
  }

  private var findings: String {
    guard !report.findings.isEmpty else { return "<section><h2>Findings</h2><p>None.</p></section>" }
    let items = report.findings.prefix(maximumFindings).map { finding -> String in
      let lines = FindingText(finding, maximumRows: 20).lines(.plain).dropFirst().map {
        "<li>\(Escaping.markup($0.trimmingPrefix(while: { $0 == " " }).description))</li>"
      }
      return """
        <details class="\(finding.severity.rawValue) \(finding.state.rawValue)"\(finding.severity == .critical && finding.state == .open ? " open" : "")>
        <summary><b>\(finding.severity.rawValue)</b> \(Escaping.markup(finding.kind.rawValue)) \
        <small>#\(finding.id.rawValue) \(finding.state.rawValue)</small><br>\(Escaping.markup(finding.summary))</summary>
        <ul>\(lines.joined())</ul>
        </details>
        """
    }
    let left = report.findings.count - maximumFindings
    let more = left > 0 ? "<p>and \(FigureText.counted(Int64(left), "more finding"))</p>" : ""
    return
      "<section><h2>Findings</h2><p>\(FindingText.tally(report.findings))</p>\n\(items.joined(separator: "\n"))\(more)</section>"
  }
}
