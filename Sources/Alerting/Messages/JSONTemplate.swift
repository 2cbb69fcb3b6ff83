import Foundation
import Ledger
import Reporting
import Time

/// A JSON document with `{{name}}` in its texts, which an alert fills in.
///
/// The document is parsed before it is filled in, so that no value can break it: a quote in a reason stays a quote.
/// A text that is `{{report}}` and nothing else becomes the report's JSON itself.
public struct JSONTemplate: Sendable {
  /// The names that a template may use.
  public static let names = [
    "event", "pipeline", "status", "severity", "reason", "title", "text", "since", "host", "run", "bucket",
    "incident", "previous", "report",
  ]

  /// What is wrong with a template, for the end of a sentence about it.
  public struct Flaw: Error, Hashable, Sendable, CustomStringConvertible {
    /// The flaw in words.
    public var description: String
  }

  private let text: String

  /// The template of `text`.
  ///
  /// - Throws: `Flaw` where it is no JSON, or uses a name that there is not.
  public init(_ text: String) throws(Flaw) {
    let document: Any
    do {
      document = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    } catch {
      throw Flaw(description: "it is no JSON")
    }
    for string in JSONTemplate.strings(in: document) {
      for name in JSONTemplate.names(in: string) where !JSONTemplate.names.contains(name) {
        throw Flaw(
          description: "it uses {{\(SafeText.shown(name))}}; there are "
            + JSONTemplate.names.map { "{{\($0)}}" }.joined(separator: ", "))
      }
    }
    self.text = text
  }

  /// The document with the alert's values in it.
  func filled(_ alert: Alert) -> String {
    let values = JSONTemplate.values(of: alert)
    let report = { try? JSONSerialization.jsonObject(with: Data(try JSONReport(alert.report).text().utf8)) }
    guard
      let document = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed),
      let data = try? JSONSerialization.data(
        withJSONObject: JSONTemplate.filled(document, values, report),
        options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes])
    else { preconditionFailure("the template was parsed before") }
    return String(decoding: data, as: UTF8.self)
  }

  private static func filled(_ value: Any, _ values: [String: String], _ report: () -> Any?) -> Any {
    switch value {
    case let text as String:
      if text == "{{report}}" { return report() ?? NSNull() }
      var filled = ""
      var rest = text[...]
      while let start = rest.range(of: "{{"), let end = rest[start.upperBound...].range(of: "}}") {
        let name = rest[start.upperBound..<end.lowerBound].trimmingCharacters(in: .whitespaces)
        filled += rest[..<start.lowerBound]
        filled += values[name] ?? ""
        rest = rest[end.upperBound...]
      }
      return filled + rest
    case let object as [String: Any]: return object.mapValues { JSONTemplate.filled($0, values, report) }
    case let array as [Any]: return array.map { JSONTemplate.filled($0, values, report) }
    default: return value
    }
  }

  private static func values(of alert: Alert) -> [String: String] {
    [
      "event": alert.event.rawValue, "pipeline": alert.report.pipeline, "status": alert.status.rawValue,
      "severity": PagerDutyEvent.severity(alert), "reason": alert.report.verdict.reason,
      "title": alert.title,
      "text": alert.text, "since": alert.since.description, "host": alert.host,
      "run": alert.report.run.map { String($0.id.rawValue) } ?? "", "bucket": alert.report.bucket ?? "",
      "incident": alert.incident, "previous": alert.previous?.rawValue ?? "",
      "report": (try? JSONReport(alert.report).text()) ?? "",
    ]
  }

  private static func strings(in value: Any) -> [String] {
    switch value {
    case let text as String: [text]
    case let object as [String: Any]: object.values.flatMap { strings(in: $0) }
    case let array as [Any]: array.flatMap { strings(in: $0) }
    default: []
    }
  }

  private static func names(in text: String) -> [String] {
    text.split(separator: "{{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
      part.range(of: "}}").map { part[..<$0.lowerBound].trimmingCharacters(in: .whitespaces) }
    }
  }
}
