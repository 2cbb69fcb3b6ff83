import Foundation
import Ledger
import Reporting
import Time

/// The alert as lakecanary's own JSON, for a webhook without a template and on a command's standard input.
///
/// A contract as the report's, which it holds: a key may be added within a version.
struct AlertJSON: Encodable {
  let format = "lakecanary.alert"
  let version = 1
  let event, pipeline, title, host, incident, since: String
  let previous: String?
  let verdict: JSONVerdict
  let report: JSONReport

  init(_ alert: Alert) {
    event = alert.event.rawValue
    (pipeline, title, host) = (alert.report.pipeline, alert.title, alert.host)
    (incident, since) = (alert.incident, alert.since.description)
    previous = alert.previous?.rawValue
    verdict = JSONVerdict(alert.report.verdict)
    report = JSONReport(alert.report)
  }

  static func text(of alert: Alert) -> String {
    do {
      return try JSONText.text(of: AlertJSON(alert))
    } catch {
      // Only a figure that is not finite cannot be encoded, and no figure of a report is.
      preconditionFailure("the alert cannot be encoded: \(error)")
    }
  }
}
