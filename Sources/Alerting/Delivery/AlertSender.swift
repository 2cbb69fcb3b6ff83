import Foundation
import HTTP
import Reporting
public import Time

/// Brings alerts to their channels.
public struct AlertSender: Sendable {
  /// Signs a POST to a service of AWS: the header fields to add.
  public typealias Signer =
    @Sendable (_ service: String, _ region: String, _ address: String, _ contentType: String, _ body: [UInt8])
    async throws(AlertFailure) -> [(name: String, value: String)]

  /// The variables that a channel's command finds beside the environment's.
  public static let commandVariables = AlertCommand.variables

  /// Environment variables: where secrets may be, and what a command inherits.
  public var environment: [String: String]
  /// The JSON of webhooks; nil for lakecanary's own.
  public var template: @Sendable () throws(AlertFailure) -> JSONTemplate?
  /// Signs what goes to SNS.
  public var sign: Signer
  /// The time, for pauses between attempts.
  public var clock: any WallClock
  /// How often a transfer is tried.
  public var attempts = 3

  /// A sender.
  public init(
    environment: [String: String], clock: any WallClock,
    template: @escaping @Sendable () throws(AlertFailure) -> JSONTemplate?, sign: @escaping Signer
  ) {
    (self.environment, self.clock, self.template, self.sign) = (environment, clock, template, sign)
  }

  /// Tells `channel` of `alert`.
  ///
  /// - Throws: `AlertFailure`.
  public func send(_ alert: Alert, to channel: AlertChannel) async throws(AlertFailure) {
    let target = try channel.target.resolved(environment)
    switch channel.kind {
    case .command: try await AlertCommand(text: target).run(alert, environment: environment)
    case .webhook:
      try await post(try template()?.filled(alert) ?? AlertJSON.text(of: alert), to: target)
    case .slack: try await post(json(SlackMessage(alert)), to: target)
    case .teams: try await post(json(TeamsMessage(alert)), to: target)
    case .pagerduty:
      try await post(
        json(PagerDutyEvent(alert, routingKey: target), snakeCase: true),
        to: channel.address ?? PagerDutyEvent.endpoint)
    case .sns:
      guard let message = SNSMessage(alert, topic: target) else {
        throw AlertFailure(.invalidTarget, "what stands at \(channel.shown) is no ARN of a topic")
      }
      let configured = environment["AWS_ENDPOINT_URL_SNS"] ?? environment["AWS_ENDPOINT_URL"]
      var address = channel.address ?? configured.flatMap { $0.isEmpty ? nil : $0 } ?? message.endpoint
      // What is signed is a path without a slash at its end, but for the root's.
      while address.hasSuffix("/") { address.removeLast() }
      address =
        address.split(separator: "/", omittingEmptySubsequences: true).count == 2 ? address + "/" : address
      let type = "application/x-www-form-urlencoded; charset=utf-8"
      let body = Array(message.body.utf8)
      let signature = try await sign("sns", message.region, address, type, body)
      try await send(
        AlertPost(address: address, headers: [("Content-Type", type)] + signature, body: body))
    }
  }

  private func post(_ text: String, to address: String) async throws(AlertFailure) {
    guard AlertChannel.isAddress(address) else {
      throw AlertFailure(.invalidTarget, "the secret of the channel is no address that begins with https://")
    }
    try await send(
      AlertPost(
        address: address, headers: [("Content-Type", "application/json; charset=utf-8")],
        body: Array(text.utf8)))
  }

  /// Sends a request, again where that may help, and takes nothing but success for success.
  func send(_ request: AlertPost) async throws(AlertFailure) {
    var attempt = 1
    while true {
      let answer: Result<HTTPAnswer, AlertFailure>
      do throws(AlertFailure) {
        answer = .success(try await request.send(environment))
      } catch {
        answer = .failure(error)
      }
      let failure: AlertFailure
      switch answer {
      case .success(let answer) where (200..<300).contains(answer.status): return
      case .success(let answer):
        failure = AlertFailure(
          .refused(status: answer.status),
          "\(AlertChannel.host(of: request.address)) answered \(answer.status)"
            + AlertSender.excerpt(answer.body))
      case .failure(let error): failure = error
      }
      guard failure.isTransient, attempt < attempts else { throw failure }
      do { try await clock.sleep(until: clock.now() + .seconds(attempt)) } catch { throw failure }
      attempt += 1
    }
  }

  /// The beginning of what a server says of its refusal, on one line.
  private static func excerpt(_ body: [UInt8]) -> String {
    let text = SafeText.shown(
      String(decoding: body, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    return text.isEmpty ? "" : ": " + Alert.cut(text, to: 200)
  }

  private func json(_ message: some Encodable, snakeCase: Bool = false) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
    guard let data = try? encoder.encode(message) else { preconditionFailure("texts alone can be encoded") }
    return String(decoding: data, as: UTF8.self)
  }
}
