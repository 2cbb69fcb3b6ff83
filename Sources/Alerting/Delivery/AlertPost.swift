import HTTP

/// One POST over HTTP, as alerts need it: small, seldom, and done within seconds whatever the other side does.
struct AlertPost: Sendable {
  var address: String
  var headers: [(name: String, value: String)] = []
  var body: [UInt8]

  /// The longest that one attempt takes, its connection included.
  static let timeout = Duration.seconds(10)

  /// Sends it and brings the answer, whatever its status.
  ///
  /// Redirects are not followed: who has moved must be told of anew.
  ///
  /// - Parameter environment: names the proxies.
  /// - Throws: `AlertFailure` with code `.unreachable` or `.invalidTarget`.
  func send(_ environment: [String: String]) async throws(AlertFailure) -> HTTPAnswer {
    let place = AlertChannel.host(of: address)
    guard let engine = TransferEngine(limit: 1, certificates: nil) else {
      throw AlertFailure(.unreachable, "no descriptors left for a connection to \(place)")
    }
    let parts = address.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    let (scheme, host) = (parts[0].dropLast().lowercased(), parts.count > 2 ? String(parts[2]) : "")
    let request = HTTPRequest(
      method: .post, url: address, headers: headers + [("User-Agent", "lakecanary")], body: body,
      bodyLimit: 1 << 20, timeLeft: AlertPost.timeout, connecting: AlertPost.timeout / 2,
      stall: AlertPost.timeout,
      proxy: Proxies(environment: environment).proxy(scheme: scheme, host: host))
    do throws(TransferFailure) {
      return try await engine.send(request)
    } catch {
      let code: AlertFailure.Code =
        switch error.kind {
        case .invalid: .invalidTarget
        case .unreachable, .tls, .timedOut, .broken, .tooLarge, .cancelled: .unreachable
        }
      // What libcurl says may repeat an address, and a webhook's is a secret.
      throw AlertFailure(code, "\(place): \(AlertPost.words(error.kind))")
    }
  }

  private static func words(_ kind: TransferFailure.Kind) -> String {
    switch kind {
    case .unreachable: "it cannot be reached: no such host, or nobody listens"
    case .tls: "its certificate is not trusted, or TLS failed otherwise"
    case .timedOut: "no answer within \(timeout.components.seconds) s"
    case .broken: "the connection broke"
    case .tooLarge: "its answer is too large"
    case .cancelled: "the transfer was cancelled"
    case .invalid: "the address cannot be used"
    }
  }
}
