import Foundation
import Ledger

/// A call of Amazon SNS's Publish, in the query form of its HTTP API.
struct SNSMessage {
  /// The topic's region, from its ARN.
  let region: String
  /// `application/x-www-form-urlencoded`.
  let body: String

  /// The call that publishes `alert` to a topic; nil where `topic` is no ARN of one.
  init?(_ alert: Alert, topic: String) {
    guard let region = SNSMessage.region(of: topic) else { return nil }
    self.region = region
    // A subject is a line of up to 100 ASCII characters.
    let subject = String(alert.title.unicodeScalars.map { $0.isASCII ? Character($0) : "?" }.prefix(100))
    var parameters = [
      ("Action", "Publish"), ("Version", "2010-03-31"), ("TopicArn", topic), ("Subject", subject),
      ("Message", alert.text),
    ]
    // For subscriptions' filter policies.
    let attributes = [("event", alert.event.rawValue), ("status", alert.status.rawValue)]
    for (index, attribute) in attributes.enumerated() {
      let prefix = "MessageAttributes.entry.\(index + 1)"
      parameters += [
        ("\(prefix).Name", attribute.0), ("\(prefix).Value.DataType", "String"),
        ("\(prefix).Value.StringValue", attribute.1),
      ]
    }
    body = parameters.map { "\($0.0)=\(FormText.encoded($0.1))" }.joined(separator: "&")
  }

  /// `arn:aws:sns:eu-west-1:123456789012:name`: the fourth part is the region.
  static func region(of topic: String) -> String? {
    let parts = topic.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "arn", parts[2] == "sns", !parts[3].isEmpty, !parts[5].isEmpty else {
      return nil
    }
    return String(parts[3])
  }

  /// The service's address in the topic's region.
  var endpoint: String {
    "https://sns.\(region).\(region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com")/"
  }
}

/// Text in a form's body: all but unreserved bytes in percent form.
enum FormText {
  static func encoded(_ text: String) -> String {
    text.addingPercentEncoding(
      withAllowedCharacters: CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")) ?? ""
  }
}
