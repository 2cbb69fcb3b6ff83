import Ledger
import Time

/// The report as a Nagios plugin prints it: one line, then performance data behind `|`.
///
/// By the Monitoring Plugins Development Guidelines: `'label'=value[unit];warning;critical;minimum;maximum`. The exit
/// codes of `check` are a plugin's.
public struct NagiosReport: Sendable {
  private let report: Report

  /// The line of `report`.
  public init(_ report: Report) {
    self.report = report
  }

  /// The text, with a line feed at its end.
  public var text: String {
    let message = "LAKECANARY \(report.verdict.status.word) - \(report.pipeline): \(report.verdict.reason)"
    let data = report.tables.flatMap(performance)
    let line = SafeText.shown(message).replacing("|", with: "/")
    return line + (data.isEmpty ? "" : " | " + data.joined(separator: " ")) + "\n"
  }

  private func performance(_ figures: TableFigures) -> [String] {
    func datum(_ name: String, _ value: String, _ rest: String = ";;;0") -> String {
      let label = SafeText.shown("\(figures.table) \(name)").replacing("=", with: "_").replacing(
        "|", with: "_")
      return "'\(label.replacing("'", with: "''"))'=\(value)\(rest)"
    }
    var data = [
      datum("delivered", "\(figures.delivered)"), datum("late", "\(figures.late)"),
      datum("missing", "\(figures.missing)", ";;0;0"), datum("pending", "\(figures.pending)"),
      datum("duplicates", "\(figures.duplicates)"), datum("altered", "\(figures.altered)"),
    ]
    if let completeness = figures.completeness {
      data.append(datum("completeness", FigureText.decimal(completeness * 100, places: 4) + "%", ";;;0;100"))
    }
    if let lag = figures.lag {
      data.append(datum("lag_p95", FigureText.decimal(lag.p95.reportedSeconds, places: 3) + "s"))
      data.append(datum("lag_max", FigureText.decimal(lag.max.reportedSeconds, places: 3) + "s"))
    }
    return data
  }
}
