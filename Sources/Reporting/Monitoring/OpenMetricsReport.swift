import Ledger
import Time

/// The report as OpenMetrics text, which Prometheus' textfile collector reads as well.
public struct OpenMetricsReport: Sendable {
  private let report: Report

  /// The metrics of `report`.
  public init(_ report: Report) {
    self.report = report
  }

  private struct Family {
    var name: String
    var unit: String?
    var help: String
    var samples: [(labels: [(String, String)], value: String)]
  }

  /// The text: families of gauges, each whole, and `# EOF`.
  public var text: String {
    var lines: [String] = []
    for family in families where !family.samples.isEmpty {
      lines.append("# TYPE \(family.name) gauge")
      if let unit = family.unit { lines.append("# UNIT \(family.name) \(unit)") }
      lines.append("# HELP \(family.name) \(family.help)")
      for sample in family.samples {
        let labels = ([("pipeline", report.pipeline)] + sample.labels)
          .map { "\($0.0)=\"\(Escaping.label($0.1))\"" }.joined(separator: ",")
        lines.append("\(family.name){\(labels)} \(sample.value)")
      }
    }
    return (lines + ["# EOF"]).joined(separator: "\n") + "\n"
  }

  private var families: [Family] {
    [
      Family(
        name: "lakecanary_verdict", help: "1 for the verdict that holds.",
        samples: Verdict.Status.allCases.map { status in
          ([("status", status.rawValue)], status == report.verdict.status ? "1" : "0")
        }),
      Family(
        name: "lakecanary_run_timestamp_seconds", unit: "seconds",
        help: "When the run that was judged ended.",
        samples: report.run?.finishedAt.map { [([], seconds($0))] } ?? []),
      tables("lakecanary_operations", "Operations of ours by kind.") { figures in
        [("I", figures.inserts), ("U", figures.updates), ("D", figures.deletes)].map {
          ([("op", $0.0)], "\($0.1)")
        }
      },
      tables("lakecanary_operation_states", "Operations of ours by what became of them.") { figures in
        [
          ("delivered", figures.delivered), ("pending", figures.pending), ("late", figures.late),
          ("missing", figures.missing), ("excluded", figures.excluded), ("unsettled", figures.unsettled),
        ].map { ([("state", $0.0)], "\($0.1)") }
      },
      tables("lakecanary_anomalous_rows", "Rows that are wrong, by what is wrong with them.") { figures in
        [
          ("duplicate", figures.duplicates), ("altered", figures.altered),
          ("out_of_order", figures.outOfOrder),
          ("unexpected", figures.unexpectedRows),
        ].map { ([("anomaly", $0.0)], "\($0.1)") }
      },
      tables("lakecanary_completeness_ratio", unit: "ratio", "Delivered of due.") { figures in
        figures.completeness.map { [([], "\($0)")] } ?? []
      },
      tables("lakecanary_lag_seconds", unit: "seconds", "Lag of the run's deliveries, commit to object.") {
        figures in
        figures.lag.map { statistics($0) } ?? []
      },
      tables(
        "lakecanary_lag_stage_seconds", unit: "seconds", "The same lag by stages, where these can be told."
      ) { figures in
        (figures.lagStages?.known ?? []).flatMap { statistics($0.lag, [("stage", $0.name)]) }
      },
      tables(
        "lakecanary_watermark_timestamp_seconds", unit: "seconds",
        "Commits that the bucket is complete up to."
      ) {
        figures in
        figures.watermark.map { [([], seconds($0))] } ?? []
      },
      tables("lakecanary_objects", "Objects read, over the table's life.") { [([], "\($0.objects)")] },
      Family(
        name: "lakecanary_findings", help: "Findings by severity and state.",
        samples: FindingSeverity.allCases.flatMap { severity in
          [FindingState.open, .acknowledged].map { state in
            let count = report.findings.count { $0.severity == severity && $0.state == state }
            return ([("severity", severity.rawValue), ("state", state.rawValue)], "\(count)")
          }
        }),
      Family(
        name: "lakecanary_read_bytes", unit: "bytes", help: "Bytes of objects that the run read.",
        samples: [([], "\(report.cost.bytesRead)")]),
    ]
  }

  private func tables(
    _ name: String, unit: String? = nil, _ help: String,
    _ samples: (TableFigures) -> [(labels: [(String, String)], value: String)]
  ) -> Family {
    Family(
      name: name, unit: unit, help: help,
      samples: report.tables.flatMap { figures in
        samples(figures).map { ([("table", figures.table.description)] + $0.labels, $0.value) }
      })
  }

  private func statistics(_ lag: LagDistribution, _ labels: [(String, String)] = []) -> [(
    labels: [(String, String)], value: String
  )] {
    [("p50", lag.p50), ("p95", lag.p95), ("p99", lag.p99), ("max", lag.max)].map {
      (labels + [("statistic", $0.0)], FigureText.decimal($0.1.reportedSeconds, places: 6))
    }
  }

  private func seconds(_ time: Timestamp) -> String {
    FigureText.decimal(Double(time.microseconds) / 1_000_000, places: 3)
  }
}
