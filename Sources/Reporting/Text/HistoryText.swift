import Ledger
import Time

/// A history as text: since when the verdict is what it is, how the last run compares, and a line a day.
struct HistoryText {
  private let history: ReportHistory
  private let figures: [TableFigures]

  init(_ history: ReportHistory, _ figures: [TableFigures]) {
    self.history = history
    self.figures = figures
  }

  func lines(_ style: TextStyle) -> [String] {
    func wrapped(_ text: String) -> [String] {
      WrappedText.lines(text, width: style.width, first: "  ", rest: "    ")
    }
    var lines = WrappedText.lines(
      "history: " + FigureText.span(history.since, history.until), width: style.width, rest: "  ")
    lines[0] = style.paint("history", .strong) + lines[0].dropFirst("history".count)
    if let streak = history.streakText { lines += wrapped(streak) }
    for table in figures {
      guard let last = table.lag?.p95, let usual = history.usualP95(of: table.table) else { continue }
      let name = SafeText.shown(table.table.description)
      lines += wrapped(
        "\(name): p95 of the last run \(FigureText.duration(last)), usually \(FigureText.duration(usual))")
    }
    guard !days.isEmpty else { return lines + ["  no run in this span"] }
    var table = TextTable(columns: [
      .init(title: "day", alignment: .left), .init(title: "table", alignment: .left),
      .init(title: "points", rank: 3),
      .init(title: "worst", alignment: .left), .init(title: "missing"), .init(title: "late", rank: 2),
      .init(title: "complete", rank: 1), .init(title: "p50", rank: 3), .init(title: "p95", rank: 1),
      .init(title: "max lag", rank: 2),
    ])
    for day in days { table.append(day.cells) }
    return lines + table.lines(style, narrowing: 1)
  }

  /// What a day's points say of one table, the worst of each figure.
  private struct Day {
    var day: String
    var table: TableName
    var points: [(status: Verdict.Status?, figures: ReportHistory.TablePoint)]

    var cells: [TextTable.Cell] {
      let worst = points.compactMap(\.status).max()
      let missing = points.map(\.figures.missing).max() ?? 0
      let late = points.map(\.figures.late).max() ?? 0
      let completeness = points.compactMap(\.figures.completeness).min()
      func lag(_ value: (ReportHistory.TablePoint) -> Duration?) -> TextTable.Cell {
        .init(points.compactMap { value($0.figures) }.max().map(FigureText.duration) ?? "-")
      }
      return [
        .init(day), .init(SafeText.shown(table.description)), .init(FigureText.count(Int64(points.count))),
        .init(worst?.word ?? "-", worst?.role),
        .init(FigureText.count(Int64(missing)), missing > 0 ? .bad : nil),
        .init(FigureText.count(Int64(late)), late > 0 ? .warning : nil),
        .init(completeness.map(FigureText.percent) ?? "-"), lag(\.p50), lag(\.p95), lag(\.max),
      ]
    }
  }

  private var days: [Day] {
    var days: [Day] = []
    for point in history.points {
      let name = String(point.time.dmsText.prefix(10))
      for figures in point.tables {
        if let index = days.lastIndex(where: { $0.day == name && $0.table == figures.table }) {
          days[index].points.append((point.status, figures))
        } else {
          days.append(Day(day: name, table: figures.table, points: [(point.status, figures)]))
        }
      }
    }
    return days
  }
}
