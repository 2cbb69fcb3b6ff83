public import Ledger
import Time

/// The report as text: the verdict with its reason first, a table of the pipeline's tables, then the findings.
public struct TextReport: Sendable {
  private let report: Report
  private let maximumFindings: Int

  /// The text of `report`; of more findings than `maximumFindings` the worst are shown and the others counted.
  public init(_ report: Report, maximumFindings: Int = 20) {
    self.report = report
    self.maximumFindings = maximumFindings
  }

  /// The text, with a line feed at its end.
  public func text(style: TextStyle) -> String {
    let history = report.history.map { HistoryText($0, report.tables).lines(style) } ?? []
    let sections = [verdict(style), tables(style), history, findings(style), remarks(style)]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private func verdict(_ style: TextStyle) -> [String] {
    let word = report.verdict.status.word
    var lines = WrappedText.lines(
      "\(word) \(SafeText.shown(report.pipeline)): \(SafeText.shown(report.verdict.reason))",
      width: style.width, rest: "  ")
    lines[0] = style.paint(word, report.verdict.status.role) + lines[0].dropFirst(word.count)
    var origin: [String] = []
    if let run = report.run {
      let time =
        run.finishedAt.map { FigureText.span(run.startedAt, $0) } ?? FigureText.time(run.startedAt)
      origin.append("run \(run.id.rawValue) (\(SafeText.shown(run.command))), \(time)")
    }
    if let bucket = report.bucket { origin.append("bucket \(SafeText.shown(bucket))") }
    if let level = report.level { origin.append("level \(SafeText.shown(level))") }
    if !origin.isEmpty {
      lines += WrappedText.lines(
        origin.joined(separator: "; "), width: style.width, first: "  ", rest: "  "
      ).map { style.paint($0, .faint) }
    }
    return lines
  }

  private func tables(_ style: TextStyle) -> [String] {
    guard !report.tables.isEmpty else { return [] }
    var table = TextTable(columns: Self.columns)
    for figures in report.tables { table.append(row(figures)) }
    return table.lines(style)
  }

  /// What gives way first in a narrow terminal has the higher rank.
  private static let columns: [TextTable.Column] = [
    .init(title: "table", alignment: .left),
    .init(title: "ops", rank: 2), .init(title: "I", rank: 6), .init(title: "U", rank: 6),
    .init(title: "D", rank: 6), .init(title: "delivered"), .init(title: "late", rank: 1),
    .init(title: "missing"), .init(title: "pending", rank: 3), .init(title: "dup", rank: 4),
    .init(title: "altered", rank: 4), .init(title: "complete", rank: 1), .init(title: "p50", rank: 5),
    .init(title: "p95", rank: 3), .init(title: "p99", rank: 7), .init(title: "max lag", rank: 2),
    .init(title: "objects", rank: 5), .init(title: "rows", rank: 7),
  ]

  private func row(_ figures: TableFigures) -> [TextTable.Cell] {
    let lag = figures.lag
    func count(_ number: Int, _ role: TextStyle.Role? = nil) -> TextTable.Cell {
      .init(FigureText.count(Int64(number)), number == 0 ? nil : role)
    }
    func duration(_ duration: Duration?) -> TextTable.Cell {
      .init(duration.map(FigureText.duration) ?? "-")
    }
    return [
      .init(SafeText.shown(figures.table.description), .strong),
      count(figures.operations), count(figures.inserts), count(figures.updates), count(figures.deletes),
      count(figures.delivered), count(figures.late, .warning), count(figures.missing, .bad),
      count(figures.pending), count(figures.duplicates, .warning), count(figures.altered, .bad),
      .init(
        figures.completeness.map(FigureText.percent) ?? "-",
        figures.completeness.map { $0 < 1 ? .bad : .good }),
      duration(lag?.p50), duration(lag?.p95), duration(lag?.p99), duration(lag?.max),
      count(figures.objects), .init(FigureText.count(figures.rows)),
    ]
  }

  private func findings(_ style: TextStyle) -> [String] {
    guard !report.findings.isEmpty else { return [] }
    var lines = [style.paint("findings", .strong) + ": " + FindingText.tally(report.findings)]
    for finding in report.findings.prefix(maximumFindings) {
      lines += FindingText(finding, maximumRows: 5).lines(style)
    }
    let left = report.findings.count - maximumFindings
    if left > 0 {
      lines.append("  and \(FigureText.counted(Int64(left), "more finding")): lakecanary findings list")
    }
    return lines
  }

  private func remarks(_ style: TextStyle) -> [String] {
    let remarks =
      RemarkText(report).sentences(stages: true) + report.notes.map { "note: " + SafeText.shown($0) }
    return remarks.flatMap { WrappedText.lines($0, width: style.width, rest: "  ") }
  }
}

extension Verdict.Status {
  /// The verdict as reports print it: `OK`, `WARNING`, `CRITICAL`, `UNKNOWN`.
  public var word: String { rawValue.uppercased() }

  /// How the verdict looks.
  public var role: TextStyle.Role {
    switch self {
    case .ok: .good
    case .warning: .warning
    case .critical: .bad
    case .unknown: .unknown
    }
  }
}
