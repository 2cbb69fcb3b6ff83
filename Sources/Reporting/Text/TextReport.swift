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
    var remarks = report.tables.flatMap { Self.remarks($0) + Self.stages($0) }
    if report.cost.objectsListed > 0 || report.cost.requests > 0 {
      let cost = report.cost
      remarks.append(
        "read: \(FigureText.counted(Int64(cost.objectsListed), "object")) listed\(cost.fullListing ? " (all)" : ""), "
          + "\(FigureText.count(Int64(cost.objectsRead))) read, \(FigureText.bytes(cost.bytesRead)) in "
          + FigureText.counted(Int64(cost.requests), "request"))
    }
    let clocks = [("PostgreSQL", report.clocks.source), ("bucket", report.clocks.bucket)].compactMap {
      name, offset in
      offset.map {
        "\(name) \($0.offset < .zero ? "" : "+")\(FigureText.duration($0.offset)) (give or take \(FigureText.duration($0.uncertainty)))"
      }
    }
    if !clocks.isEmpty { remarks.append("clocks against ours: " + clocks.joined(separator: ", ")) }
    remarks += report.notes.map { "note: " + SafeText.shown($0) }
    return remarks.flatMap { WrappedText.lines($0, width: style.width, rest: "  ") }
  }

  /// Where on its way the lag came about.
  private static func stages(_ figures: TableFigures) -> [String] {
    let stages = [
      ("commit to DMS timestamp", figures.lagStages?.commitToTimestamp),
      ("timestamp to object", figures.lagStages?.timestampToObject),
      ("object to first seen", figures.lagStages?.objectToSeen),
    ].compactMap { name, lag in
      lag.map { lag in
        name + " " + [lag.p50, lag.p95, lag.p99, lag.max].map(FigureText.duration).joined(separator: "/")
      }
    }
    guard !stages.isEmpty else { return [] }
    return [
      "\(SafeText.shown(figures.table.description)): lag p50/p95/p99/max by stages: "
        + stages.joined(separator: ", ")
    ]
  }

  /// Figures that are rarely other than zero, told only where they are.
  private static func remarks(_ figures: TableFigures) -> [String] {
    let counts = [
      (figures.covered, "delivered by a full load"), (figures.excluded, "not expected in the bucket"),
      (figures.unsettled, "begun and not settled"), (figures.outOfOrder, "out of order"),
      (figures.unexpectedRows, "unexpected"), (figures.foreignRows, "rows of others"),
    ].filter { $0.0 > 0 }.map { "\(FigureText.count(Int64($0.0))) \($0.1)" }
    var remarks = counts
    if figures.generation > 1 { remarks.append("generation \(figures.generation) of its full load") }
    if let watermark = figures.watermark {
      remarks.append("bucket complete up to commits of \(FigureText.time(watermark))")
    }
    guard !remarks.isEmpty else { return [] }
    return ["\(SafeText.shown(figures.table.description)): " + remarks.joined(separator: ", ")]
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
