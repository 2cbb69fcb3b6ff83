/// The forms in which a report can be told.
public enum ReportFormat: String, CaseIterable, Sendable {
  /// For people at a terminal.
  case text
  /// For programs, by `JSONReportSchema`.
  case json
  /// For a pull request or a job's summary.
  case markdown
  /// JUnit XML: a test case a table and limit, for CI servers.
  case junit
  /// SARIF 2.1.0: the findings, for code scanners.
  case sarif
  /// A Nagios plugin's line with performance data.
  case nagios
  /// OpenMetrics text, for Prometheus' textfile collector.
  case openmetrics
  /// CloudWatch's embedded metric format: a line of JSON a table.
  case emf
  /// A page that needs nothing else.
  case html
}

extension Report {
  /// The report's text in a form, with a line feed at its end; `style` is that of `.text`.
  ///
  /// - Throws: `EncodingError` for a figure that is not finite.
  public func rendered(_ format: ReportFormat, style: TextStyle = .plain) throws -> String {
    switch format {
    case .text: TextReport(self).text(style: style)
    case .json: try JSONReport(self).text()
    case .markdown: MarkdownReport(self).text
    case .junit: JUnitReport(self).text
    case .sarif: try SARIFReport(self).text()
    case .nagios: NagiosReport(self).text
    case .openmetrics: OpenMetricsReport(self).text
    case .emf: try EMFReport(self).text()
    case .html: HTMLReport(self).text
    }
  }
}
