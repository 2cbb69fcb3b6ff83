import Foundation
import Ledger
import Reporting
import Time

/// An event of PagerDuty's Events API v2: the incident's name is its key, so that repeats and the resolution find it.
struct PagerDutyEvent: Encodable {
  static let endpoint = "https://events.pagerduty.com/v2/enqueue"

  let routingKey, eventAction, dedupKey: String
  let client = "lakecanary"
  let payload: Payload

  struct Payload: Encodable {
    let summary, source, severity, timestamp, component: String
    let `class`: String
    let customDetails: [String: String]
  }

  init(_ alert: Alert, routingKey: String) {
    self.routingKey = routingKey
    eventAction = alert.event == .resolved ? "resolve" : "trigger"
    dedupKey = alert.incident
    var details = Dictionary(uniqueKeysWithValues: alert.facts.map { ($0.name, $0.value) })
    if !alert.findings.isEmpty { details["findings"] = alert.findings.joined(separator: "\n") }
    payload = Payload(
      summary: Alert.cut("\(alert.title): \(alert.reason)", to: 1_000), source: alert.host,
      severity: PagerDutyEvent.severity(alert), timestamp: alert.report.generatedAt.description,
      component: SafeText.shown(alert.report.pipeline), class: alert.event.rawValue, customDetails: details)
  }

  static func severity(_ alert: Alert) -> String {
    switch alert.status {
    case .ok: "info"
    case .warning: "warning"
    case .unknown: "error"
    case .critical: "critical"
    }
  }
}
