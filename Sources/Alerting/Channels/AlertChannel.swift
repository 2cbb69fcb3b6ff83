import Foundation
import Reporting

/// Where alerts go: written as a kind, its target and sometimes an address.
///
/// `slack file:/etc/lakecanary/slack.url`, `pagerduty env:ROUTING_KEY https://events.eu.pagerduty.com/v2/enqueue`,
/// `sns arn:aws:sns:eu-west-1:123456789012:canary`, `command logger -t canary`.
public struct AlertChannel: Hashable, Sendable {
  /// The kinds of channel.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// JSON to an address: lakecanary's own, or by a template.
    case webhook
    /// A message to a Slack incoming webhook.
    case slack
    /// A card to a workflow of Microsoft Teams.
    case teams
    /// An event to PagerDuty's Events API v2.
    case pagerduty
    /// A message to a topic of Amazon SNS.
    case sns
    /// A shell command, with the alert's JSON on its standard input.
    case command
  }

  /// Why a text names no channel, for the end of `key: ...`; without secrets.
  public struct Flaw: Error, Hashable, Sendable {
    /// The flaw in words.
    public var reason: String
  }

  /// The kind.
  public let kind: Kind
  /// The address, the routing key, the topic or the command.
  public let target: SecretReference
  /// Another address than the service's usual one.
  public let address: String?

  /// The channel that `text` names; `path` makes a path of one that a file is named by.
  ///
  /// - Throws: `Flaw`.
  public init(_ text: String, path: (String) -> String = { $0 }) throws(Flaw) {
    let words = text.split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
    guard let kind = words.first.flatMap({ Kind(rawValue: $0.lowercased()) }) else {
      throw Flaw(reason: "'\(SafeText.shown(words.first ?? ""))' is no kind of channel; there are \(kinds)")
    }
    guard words.count == 2 else {
      throw Flaw(reason: "'\(kind.rawValue)' names no target; write `\(kind.example)`")
    }
    self.kind = kind
    if kind == .command {
      (target, address) = (.literal(words[1]), nil)
      return
    }
    let parts = words[1].split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    guard parts.count == 1 || parts.count == 2 && (kind == .pagerduty || kind == .sns) else {
      throw Flaw(reason: "there is more after '\(kind.rawValue)' than it takes; write `\(kind.example)`")
    }
    switch SecretReference(parts[0]) {
    case .file(let name): target = .file(path(name))
    case let reference: target = reference
    }
    address = parts.count == 2 ? parts[1] : nil
    if let address, !AlertChannel.isAddress(address) {
      throw Flaw(reason: "the address after '\(kind.rawValue)' does not begin with https:// or http://")
    }
    guard case .literal(let literal) = target else { return }
    switch kind {
    case .slack, .teams, .pagerduty:
      throw Flaw(
        reason:
          "the target of '\(kind.rawValue)' is a secret; keep it in a file or the environment and write "
          + "`\(kind.example)`, `\(kind.rawValue) env:NAME` or `\(kind.rawValue) credential:NAME`")
    case .webhook:
      guard AlertChannel.isAddress(literal) else {
        throw Flaw(reason: "the target of 'webhook' is no address; write `\(kind.example)`")
      }
    case .sns:
      guard SNSMessage.region(of: literal) != nil else {
        throw Flaw(reason: "'\(SafeText.shown(literal))' is no topic; write `\(kind.example)`")
      }
    case .command: break
    }
  }

  /// The channel for people and for logs, without secrets: `slack file:/etc/lakecanary/slack.url`.
  public var shown: String {
    switch target {
    case .literal(let text) where kind == .webhook: "\(kind.rawValue) \(AlertChannel.host(of: text))"
    case .literal(let text): "\(kind.rawValue) \(text)"
    case let reference: "\(kind.rawValue) \(reference.text ?? "")"
    }
  }

  /// What the ledger knows the channel by: two channels to one host differ in it.
  public var identity: String {
    guard kind == .webhook, case .literal(let text) = target else { return shown }
    // FNV-1a: enough to tell addresses apart, and no way back to one.
    let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return "\(shown)#\(String(hash, radix: 16))"
  }

  static func isAddress(_ text: String) -> Bool {
    let lower = text.lowercased()
    return (lower.hasPrefix("https://") && lower.count > 8) || (lower.hasPrefix("http://") && lower.count > 7)
  }

  /// Scheme, host and port: what of an address is no secret.
  static func host(of address: String) -> String {
    guard let url = URLComponents(string: address), let host = url.host, let scheme = url.scheme else {
      return "an address"
    }
    return "\(scheme)://\(host)" + (url.port.map { ":\($0)" } ?? "")
  }
}

extension AlertChannel.Kind {
  /// A channel of this kind, as it is written.
  public var example: String {
    switch self {
    case .webhook: "webhook https://hooks.example.internal/canary"
    case .slack: "slack file:/etc/lakecanary/slack.url"
    case .teams: "teams file:/etc/lakecanary/teams.url"
    case .pagerduty: "pagerduty file:/etc/lakecanary/pagerduty.key"
    case .sns: "sns arn:aws:sns:eu-west-1:123456789012:canary"
    case .command: "command /usr/local/bin/page-somebody"
    }
  }
}
