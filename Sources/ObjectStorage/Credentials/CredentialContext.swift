import Foundation
import HTTP
import Time

/// What every source of credentials reads and asks with.
struct CredentialContext: Sendable {
  var environment: [String: String]
  var profiles: Profiles
  var region: String?
  var clock: any WallClock
  var engine: TransferEngine
  var proxies: Proxies
  var retry: RetryPolicy
  var jitter: @Sendable () -> Double
  /// Where a relative address of container credentials is: ECS's, but for tests.
  var containerHost = "http://169.254.170.2"

  /// An environment variable that is set and not empty.
  func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// Sends a request to a service of credentials.
  ///
  /// - Parameters:
  ///   - isLocal: whether it goes to this machine's own surroundings: shortly, and never through a proxy.
  /// - Returns: the answer, whatever its status.
  /// - Throws: `TransferFailure` where there is none.
  func send(_ request: HTTPRequest, isLocal: Bool) async throws(TransferFailure) -> HTTPAnswer {
    var request = request
    if !isLocal, let address = try? WebAddress(request.url, store: "") {
      request.proxy = proxies.proxy(scheme: address.scheme, host: address.host)
    }
    var attempts = Attempts(policy: retry, limit: 3, call: request.timeLeft * 3)
    let budget = RetryBudget(3)
    while true {
      let result: Result<HTTPAnswer, TransferFailure>
      do throws(TransferFailure) {
        result = .success(try await engine.send(request))
      } catch {
        result = .failure(error)
      }
      let isTransient =
        switch result {
        case .success(let answer): ServiceFault(answer).isTransient && answer.status != 200
        case .failure(let failure): failure.mayPass
        }
      let action = attempts.next(isTransient: isTransient, wait: nil, jitter: jitter(), budget: budget)
      guard case .again(let pause) = action else { return try result.get() }
      do {
        try await clock.sleep(until: clock.now() + pause)
      } catch {
        throw TransferFailure(kind: .cancelled, detail: "cancelled", duration: .zero)
      }
    }
  }

  /// A small text file; nil where it cannot be read.
  func text(ofFile path: String) -> String? {
    (try? SmallFile.bytes(of: path)).flatMap { String(validating: $0, as: UTF8.self) }
  }
}

extension HTTPRequest {
  /// A request to a service of credentials, whose answers are small.
  init(
    credentialsFrom url: String, method: Method = .get, headers: [(name: String, value: String)] = [],
    seconds: Int
  ) {
    self.init(
      method: method, url: url, headers: headers, bodyLimit: 1 << 20, timeLeft: .seconds(seconds),
      connecting: .seconds(seconds), stall: .seconds(seconds))
  }
}

extension CredentialFailure {
  /// A failure to reach a service.
  init(_ failure: TransferFailure, _ service: String) {
    let code: StorageError.Code =
      switch failure.kind {
      case .unreachable: .unreachable
      case .tls: .tlsFailed
      case .timedOut: .timedOut
      case .broken: .connectionBroken
      case .tooLarge: .malformedAnswer
      case .cancelled: .cancelled
      case .invalid: .invalidConfiguration
      }
    self.init(code: code, reason: "\(service): \(failure.detail)")
  }

  /// A service's refusal.
  init(_ answer: HTTPAnswer, _ service: String) {
    let fault = ServiceFault(answer)
    let said = fault.message.map { "\(service): \($0)" } ?? "\(service) refused"
    self.init(
      code: fault.classify(.credentials), reason: said, status: fault.status, serviceCode: fault.code,
      requestID: fault.requestID)
    if code == .notFound { code = .credentialsMissing }
  }
}

/// Credentials as the metadata services, and programs, write them in JSON.
struct CredentialDocument: Decodable {
  var version: Int?
  var code: String?
  var accessKeyID: String?
  var secretAccessKey: String?
  var token: String?
  var sessionToken: String?
  var expiration: String?

  enum CodingKeys: String, CodingKey {
    case version = "Version"
    case code = "Code"
    case accessKeyID = "AccessKeyId"
    case secretAccessKey = "SecretAccessKey"
    case token = "Token"
    case sessionToken = "SessionToken"
    case expiration = "Expiration"
  }

  /// The credentials of a document.
  ///
  /// - Throws: `CredentialFailure` whose text holds nothing of the document.
  static func credentials(_ bytes: [UInt8], _ service: String) throws(CredentialFailure) -> Credentials {
    guard let document = try? JSONDecoder().decode(CredentialDocument.self, from: Data(bytes)) else {
      throw CredentialFailure(code: .malformedAnswer, reason: "\(service) gives no credentials in JSON")
    }
    guard let accessKeyID = document.accessKeyID, let secret = document.secretAccessKey else {
      // The instance's metadata say so of a role that may not be assumed, with HTTP 200.
      let code = document.code.map { " and says \($0)" } ?? ""
      throw CredentialFailure(code: .malformedAnswer, reason: "\(service) gives no credentials\(code)")
    }
    if let expiration = document.expiration, !expiration.isEmpty, Timestamp(expiration) == nil {
      throw CredentialFailure(
        code: .malformedAnswer, reason: "\(service) gives an Expiration that is no time")
    }
    return Credentials(
      accessKeyID: accessKeyID, secretAccessKey: secret,
      sessionToken: document.token ?? document.sessionToken,
      expiry: document.expiration.flatMap { Timestamp($0) })
  }
}
