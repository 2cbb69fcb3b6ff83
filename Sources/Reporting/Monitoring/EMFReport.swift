import Foundation
import Ledger
import Time

/// The report in CloudWatch's embedded metric format: a line of JSON a table.
///
/// For the CloudWatch agent, or the standard output of a container or a Lambda.
public struct EMFReport: Sendable {
  private let report: Report

  /// The metrics of `report`.
  public init(_ report: Report) {
    self.report = report
  }

  private struct Metric {
    var name: String
    var unit: String
    var value: JSONValue
  }

  /// The lines, each with a line feed at its end.
  ///
  /// - Throws: `EncodingError` for a figure that is not finite.
  public func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try report.tables.map { figures in
      String(decoding: try encoder.encode(line(figures)), as: UTF8.self) + "\n"
    }.joined()
  }

  private func line(_ figures: TableFigures) -> JSONValue {
    let metrics = metrics(figures)
    let directive = JSONValue.object([
      "Namespace": .string("lakecanary"),
      "Dimensions": .array([.array([.string("Pipeline"), .string("Table")])]),
      "Metrics": .array(metrics.map { .object(["Name": .string($0.name), "Unit": .string($0.unit)]) }),
    ])
    var members: [String: JSONValue] = [
      "_aws": .object([
        "Timestamp": .integer(report.generatedAt.microseconds / 1_000),
        "CloudWatchMetrics": .array([directive]),
      ]),
      "Pipeline": .string(report.pipeline), "Table": .string(figures.table.description),
      "Verdict": .string(report.verdict.status.word),
    ]
    for metric in metrics { members[metric.name] = metric.value }
    return .object(members)
  }

  private func metrics(_ figures: TableFigures) -> [Metric] {
    let counts = [
      ("Delivered", figures.delivered), ("Late", figures.late), ("Missing", figures.missing),
      ("Pending", figures.pending), ("Duplicates", figures.duplicates), ("Altered", figures.altered),
    ]
    var metrics = counts.map { Metric(name: $0.0, unit: "Count", value: .integer(Int64($0.1))) }
    if let completeness = figures.completeness {
      metrics.append(Metric(name: "Completeness", unit: "Percent", value: .number(completeness * 100)))
    }
    if let lag = figures.lag {
      let lags = [("LagP50", lag.p50), ("LagP95", lag.p95), ("LagP99", lag.p99), ("LagMax", lag.max)]
      metrics += lags.map { Metric(name: $0.0, unit: "Seconds", value: .number($0.1.reportedSeconds)) }
    }
    return metrics
  }
}
