import Foundation
import Ledger

/// A message with an Adaptive Card, as a workflow of Microsoft Teams takes it ("Post to a channel when a webhook
/// request is received").
struct TeamsMessage: Encodable {
  let type = "message"
  let attachments: [Attachment]

  struct Attachment: Encodable {
    let contentType = "application/vnd.microsoft.card.adaptive"
    let content: Card
  }

  struct Card: Encodable {
    let schema = "http://adaptivecards.io/schemas/adaptive-card.json"
    let type = "AdaptiveCard"
    let version = "1.4"
    let body: [Element]

    private enum CodingKeys: String, CodingKey {
      case schema = "$schema"
      case type, version, body
    }
  }

  struct Element: Encodable {
    let type: String
    var text, weight, size, color: String?
    var wrap: Bool?
    var facts: [Fact]?
  }

  struct Fact: Encodable {
    let title, value: String
  }

  init(_ alert: Alert) {
    let colour =
      switch alert.status {
      case .ok: "good"
      case .warning: "warning"
      case .critical: "attention"
      case .unknown: "accent"
      }
    func block(_ text: String) -> Element {
      Element(type: "TextBlock", text: TeamsMessage.escaped(text), wrap: true)
    }
    var title = block(alert.title)
    (title.weight, title.size, title.color) = ("bolder", "large", colour)
    let facts = alert.facts.map { Fact(title: $0.name, value: TeamsMessage.escaped($0.value)) }
    attachments = [
      Attachment(
        content: Card(
          body: [title, block(alert.reason)] + alert.findings.map(block)
            + [Element(type: "FactSet", facts: facts)]))
    ]
  }

  /// What would mean something in the card's Markdown, written out.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      if "\\*_[]()#`~<>".contains(character) { escaped += "\\" }
      escaped.append(character)
    }
    return escaped
  }
}
