import Foundation
import Ledger

/// A message of a Slack incoming webhook: a text for notifications, and an attachment with the verdict's colour.
///
/// Formats: Slack's "Formatting text for app surfaces" and "Secondary message attachments".
struct SlackMessage: Encodable {
  let text: String
  let attachments: [Attachment]

  struct Attachment: Encodable {
    let color, fallback: String
    let blocks: [Block]
  }

  struct Block: Encodable {
    let type: String
    var text: Text?
    var elements: [Text]?
  }

  struct Text: Encodable {
    let type = "mrkdwn"
    let text: String
  }

  init(_ alert: Alert) {
    let (title, reason) = (SlackMessage.escaped(alert.title), SlackMessage.escaped(alert.reason))
    text = title
    let findings = alert.findings.map { "• \(SlackMessage.escaped($0))" }
    let facts = alert.facts.map { "\($0.name) \(SlackMessage.escaped($0.value))" }
    attachments = [
      Attachment(
        color: alert.colour, fallback: "\(title): \(reason)",
        blocks: [
          // A section takes 3,000 characters.
          Block(
            type: "section",
            text: Text(text: Alert.cut(([reason] + findings).joined(separator: "\n"), to: 2_900))),
          Block(type: "context", elements: [Text(text: Alert.cut(facts.joined(separator: ", "), to: 1_900))]),
        ])
    ]
  }

  /// What would begin a mention, a link or an entity, written out.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}

extension Alert {
  /// The verdict's colour, `#rrggbb`.
  var colour: String {
    switch status {
    case .ok: "#1a7f42"
    case .warning: "#d29922"
    case .critical: "#b42318"
    case .unknown: "#7a3e9d"
    }
  }
}
