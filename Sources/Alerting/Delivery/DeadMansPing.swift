import Foundation
public import Time

/// A check that expects to hear of every run and raises the alarm itself when it does not (healthchecks.io's way).
///
/// A run that begins is a POST to `ADDRESS/start`, one that ends well to `ADDRESS`, one that does not to
/// `ADDRESS/fail`; the body is the end of the run's log.
public struct DeadMansPing: Hashable, Sendable {
  /// What is told.
  public enum Signal: String, Hashable, Sendable {
    /// The run begins.
    case start
    /// It ended, and all is well.
    case success
    /// It ended otherwise.
    case fail
  }

  /// The check's address.
  public let target: SecretReference

  /// Such checks take about so many bytes of a log.
  public static let logLimit = 10_000

  /// The check whose address `target` holds.
  public init(_ target: SecretReference) {
    self.target = target
  }

  /// The check for people and logs: where it is, without its key.
  public var shown: String {
    switch target {
    case .literal(let address): "ping \(AlertChannel.host(of: address))"
    case let reference: "ping \(reference.text ?? "")"
    }
  }

  /// Tells the check; `run` ties the end of a run to its start.
  ///
  /// - Throws: `AlertFailure`.
  public func send(
    _ signal: Signal, run: String, log: String, environment: [String: String], clock: any WallClock
  ) async throws(AlertFailure) {
    let base = try target.resolved(environment)
    guard let address = DeadMansPing.address(base, signal, run: run) else {
      throw AlertFailure(.invalidTarget, "the address of \(shown) does not begin with https:// or http://")
    }
    let body = DeadMansPing.end(of: log)
    var sender = AlertSender(
      environment: environment, clock: clock, template: { () throws(AlertFailure) in nil },
      sign: { (_, _, _, _, _) throws(AlertFailure) in [] })
    // The run must not wait for long: a check that is not told once is late, not wrong.
    sender.attempts = 2
    try await sender.send(
      AlertPost(address: address, headers: [("Content-Type", "text/plain; charset=utf-8")], body: body))
  }

  /// `ADDRESS/start?rid=RUN`: the path grows, and a query that is there stays.
  static func address(_ base: String, _ signal: Signal, run: String) -> String? {
    guard AlertChannel.isAddress(base), var url = URLComponents(string: base), url.host != nil else {
      return nil
    }
    var path = url.percentEncodedPath
    while path.hasSuffix("/") { path.removeLast() }
    url.percentEncodedPath = signal == .success ? path : "\(path)/\(signal.rawValue)"
    url.queryItems = (url.queryItems ?? []) + [URLQueryItem(name: "rid", value: run)]
    return url.string
  }

  /// The last bytes of a log that are taken, from the beginning of a line.
  static func end(of log: String) -> [UInt8] {
    let bytes = Array(log.utf8)
    guard bytes.count > logLimit else { return bytes }
    let tail = bytes.suffix(logLimit)
    let line = tail.firstIndex(of: UInt8(ascii: "\n")).map { tail[tail.index(after: $0)...] }
    return Array(line.flatMap { $0.isEmpty ? nil : $0 } ?? tail)
  }
}
