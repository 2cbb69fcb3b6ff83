import Foundation
import HTTP
package import ObjectStorage
import Synchronization
import Time

/// Asks one service in one region: address, signature, retries, and errors by AWS's codes.
package final class AWSClient: Sendable {
  let service: AWSService
  private let access: ServiceAccess
  private let region: String
  private let endpoint: String
  private let budget: RetryBudget
  /// How far the service's clock is ahead of ours, once it has complained.
  private let clockOffset = Mutex(Duration.zero)

  /// A client of `service`; nil region is that of the configuration.
  ///
  /// - Throws: `AWSError`: `.regionMissing`.
  package init(_ service: AWSService, region: String?, access: ServiceAccess) throws(AWSError) {
    guard let region = region ?? access.region else { throw AWSError(.regionMissing, service, "anything") }
    (self.service, self.access, self.region) = (service, access, region)
    endpoint = access.endpoint(of: service.endpointName) ?? service.endpoint(in: region)
    budget = RetryBudget(access.retry.budget)
  }

  /// Asks a service that speaks JSON.
  ///
  /// - Throws: `AWSError`.
  func json<Answer: Decodable>(
    _ operation: String, _ input: some Encodable, as type: Answer.Type = Answer.self
  ) async throws(AWSError) -> Answer {
    guard case .json(let target) = service.form, let body = try? AWSJSON.encoder.encode(input) else {
      preconditionFailure(
        "\(service.name) speaks no JSON, or \(operation) is asked for what no JSON can hold")
    }
    let answer = try await perform(
      operation,
      headers: [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "\(target).\(operation)")],
      body: Array(body))
    do {
      return try AWSJSON.decoder.decode(type, from: Data(answer.body))
    } catch {
      throw AWSError(.malformedAnswer, service, operation, detail: AWSJSON.place(of: error))
    }
  }

  /// Asks a service that takes forms; brings the element of the result.
  ///
  /// - Throws: `AWSError`.
  func query(
    _ operation: String, _ parameters: [(name: String, value: String)]
  ) async throws(AWSError) -> XMLElement {
    guard case .query(let version) = service.form else {
      preconditionFailure("\(service.name) takes no forms")
    }
    let answer = try await perform(
      operation, headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
      body: ServiceAccess.form([("Action", operation), ("Version", version)] + parameters))
    guard let root = try? XMLElement(answer.body), let result = root.child("\(operation)Result") else {
      throw AWSError(.malformedAnswer, service, operation, detail: "no \(operation)Result")
    }
    return result
  }

  private func perform(
    _ operation: String, headers: [(name: String, value: String)], body: [UInt8]
  ) async throws(AWSError) -> HTTPAnswer {
    var attempts = Attempts(policy: access.retry, limit: access.attempts, call: access.timeouts.call)
    var hasCorrectedClock = false
    var hasRenewed = false
    while true {
      let reply = try await send(operation, headers, body, timeLeft: attempts.timeLeft)
      var error: AWSError
      switch reply.result {
      case .success(let answer):
        attempts.spend(answer.duration)
        if answer.status == 200 {
          budget.giveBack()
          return answer
        }
        error = self.error(answer, operation)
        if error.code == .clockSkewed, !hasCorrectedClock, let date = ServiceAccess.date(of: answer) {
          hasCorrectedClock = true
          clockOffset.withLock { $0 = date - access.clock.now() }
          continue
        }
        if error.code == .credentialsExpired, !hasRenewed, access.renewCredentials(after: reply.generation) {
          hasRenewed = true
          continue
        }
      case .failure(let failure):
        attempts.spend(failure.duration)
        error = self.error(failure, operation)
      }
      error.attempts = attempts.failed + 1
      let action = attempts.next(
        isTransient: error.isTransient, wait: nil, jitter: Double.random(in: 0..<1), budget: budget)
      guard case .again(let pause) = action else { throw error }
      attempts.spend(pause)
      do {
        try await access.clock.sleep(until: access.clock.now() + pause)
      } catch {
        throw AWSError(.cancelled, service, operation)
      }
    }
  }

  private func send(
    _ operation: String, _ headers: [(name: String, value: String)], _ body: [UInt8], timeLeft: Duration
  ) async throws(AWSError) -> ServiceAccess.Reply {
    do throws(StorageError) {
      return try await access.send(
        ServiceAccess.Request(
          service: service.signingName, region: region, endpoint: endpoint, headers: headers, body: body,
          timeLeft: timeLeft, clockOffset: clockOffset.withLock { $0 }))
    } catch {
      var failure = AWSError(.credentials, service, operation, detail: error.description)
      failure.cause = error
      throw failure
    }
  }

  private func error(_ answer: HTTPAnswer, _ operation: String) -> AWSError {
    let fault = AWSFault(answer, service.form)
    var code = fault.code.flatMap(AWSError.kind(of:))
    // A signature whose time is off is told as one that is wrong.
    if code == .credentialsInvalid, let date = ServiceAccess.date(of: answer) {
      let offset = date - (access.clock.now() + clockOffset.withLock { $0 })
      if offset > .seconds(240) || offset < .seconds(-240) { code = .clockSkewed }
    }
    let kind: AWSError.Code =
      code
      ?? {
        switch answer.status {
        case 401: .credentialsInvalid
        case 403: .accessDenied
        case 404 where fault.code != nil: .notFound
        case 405, 501: .unsupported
        case 408: .timedOut
        case 429: .throttled
        case 500...: .serverFailed
        case 400..<500 where fault.code != nil: .rejected
        default: .malformedAnswer
        }
      }()
    var error = AWSError(kind, service, operation, detail: fault.message)
    (error.status, error.serviceCode) = (answer.status, fault.code)
    error.requestID = answer.header("x-amzn-requestid") ?? fault.requestID
    return error
  }

  private func error(_ failure: TransferFailure, _ operation: String) -> AWSError {
    let code: AWSError.Code =
      switch failure.kind {
      case .unreachable: .unreachable
      case .tls: .tlsFailed
      case .timedOut: .timedOut
      case .broken: .connectionBroken
      case .tooLarge: .malformedAnswer
      case .cancelled: .cancelled
      case .invalid: .rejected
      }
    return AWSError(code, service, operation, detail: code == .cancelled ? nil : failure.detail)
  }
}

/// What an answer says of a failure.
private struct AWSFault {
  var code: String?
  var message: String?
  var requestID: String?

  init(_ answer: HTTPAnswer, _ form: AWSService.Form) {
    switch form {
    case .json:
      let body = try? AWSJSON.decoder.decode(Body.self, from: Data(answer.body))
      // `com.amazonaws.dms#AccessDeniedFault`, or with a colon and an address after it in the header.
      let text = answer.header("x-amzn-errortype") ?? body?.type ?? body?.code
      code = text.flatMap { $0.split(separator: "#").last?.split(separator: ":").first.map(String.init) }
      message = body?.message
    case .query:
      let root = try? XMLElement(answer.body)
      let error = root?.child("Error") ?? root?.child("Errors")?.child("Error")
      code = error?.text("Code")
      message = error?.text("Message")
      requestID = root?.text("RequestId") ?? root?.text("RequestID")
    }
  }

  private struct Body: Decodable {
    let type, code, message: String?

    enum CodingKeys: String, CodingKey {
      case type = "__type"
      case code, message
    }
  }
}

/// JSON as AWS writes it: names begin with a capital, times are seconds since 1970 (or, of some servers, ISO 8601).
enum AWSJSON {
  static let decoder: JSONDecoder = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { path in
      Key(path.last.map { $0.stringValue.prefix(1).lowercased() + $0.stringValue.dropFirst() } ?? "")
    }
    return decoder
  }()

  static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .custom { path in
      Key(path.last.map { $0.stringValue.prefix(1).uppercased() + $0.stringValue.dropFirst() } ?? "")
    }
    return encoder
  }()

  /// Where in an answer something else stands than was expected; not what.
  static func place(of error: any Error) -> String? {
    let context: DecodingError.Context? =
      switch error as? DecodingError {
      case .typeMismatch(_, let context)?, .valueNotFound(_, let context)?, .keyNotFound(_, let context)?,
        .dataCorrupted(let context)?:
        context
      default: nil
      }
    return context.map { "at " + $0.codingPath.map(\.stringValue).joined(separator: ".") }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { Int(stringValue) }

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { stringValue = String(intValue) }
  }
}

/// A time of an answer.
struct AWSTime: Decodable {
  let timestamp: Timestamp

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let seconds = try? container.decode(Double.self), abs(seconds) < 1e12 {
      timestamp = Timestamp(microseconds: Int64((seconds * 1e6).rounded()))
    } else if let parsed = Timestamp(try container.decode(String.self)) {
      timestamp = parsed
    } else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no time")
    }
  }
}

/// A setting of an answer, of whatever type, as text.
struct AWSScalar: Decodable {
  /// Nil for null, and for what is no scalar.
  let text: String?

  init(from decoder: any Decoder) throws {
    guard let container = try? decoder.singleValueContainer() else {
      text = nil
      return
    }
    if let flag = try? container.decode(Bool.self) {
      text = flag ? "true" : "false"
    } else if let number = try? container.decode(Int64.self) {
      text = String(number)
    } else if let number = try? container.decode(Double.self) {
      text = String(number)
    } else {
      text = try? container.decode(String.self)
    }
  }
}
