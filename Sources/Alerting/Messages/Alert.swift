public import Ledger
public import Reporting
public import Time

/// What a channel is told: the verdict, why it is told, and the report that it comes from.
public struct Alert: Sendable {
  /// Why it is told.
  public var event: AlertEvent
  /// The trouble's name to the channel, the same from the first alert to the resolution.
  public var incident: String
  /// When the trouble began.
  public var since: Timestamp
  /// The verdict that the channel was told before; nil of the first alert.
  public var previous: Verdict.Status?
  /// The machine that tells it.
  public var host: String
  /// All else.
  public var report: Report

  /// An alert of these parts.
  public init(
    event: AlertEvent, incident: String, since: Timestamp, previous: Verdict.Status?, host: String,
    report: Report
  ) {
    (self.event, self.incident, self.since) = (event, incident, since)
    (self.previous, self.host, self.report) = (previous, host, report)
  }

  var status: Verdict.Status { report.verdict.status }

  /// `CRITICAL: customers`; whoever reads no more than this knows what is up.
  var title: String {
    let pipeline = SafeText.shown(report.pipeline)
    switch event {
    case .raised, .changed: return "\(status.word): \(pipeline)"
    case .repeated: return "still \(status.word): \(pipeline)"
    case .resolved: return "resolved: \(pipeline) is \(status.word)"
    case .test: return "test: \(pipeline)"
    }
  }

  /// The verdict's reason, on one line and no longer than what every service takes.
  var reason: String { Alert.cut(SafeText.shown(report.verdict.reason), to: 700) }

  /// What else there is to know, a name and a value each.
  var facts: [(name: String, value: String)] {
    var facts = [(name: "since", value: FigureText.time(since))]
    if let run = report.run { facts.append(("run", "\(run.id.rawValue) (\(run.command))")) }
    if let bucket = report.bucket { facts.append(("bucket", SafeText.shown(bucket))) }
    facts.append(("host", SafeText.shown(host)))
    return facts
  }

  /// The worst findings that are open, a line each.
  var findings: [String] {
    let open = report.findings.filter { $0.state == .open }
    let shown = open.prefix(5).map { finding in
      Alert.cut(
        "#\(finding.id.rawValue) \(finding.severity.rawValue) \(finding.kind.rawValue): "
          + SafeText.shown(finding.summary), to: 300)
    }
    let left = open.count - shown.count
    return shown + (left > 0 ? ["and \(FigureText.counted(Int64(left), "more finding"))"] : [])
  }

  /// The whole of it as plain text.
  var text: String {
    let lines = [title, reason] + facts.map { "\($0.name): \($0.value)" } + findings
    return lines.joined(separator: "\n") + "\n"
  }

  static func cut(_ text: String, to limit: Int) -> String {
    text.count <= limit ? text : text.prefix(limit - 1) + "…"
  }
}
