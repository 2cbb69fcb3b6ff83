import HTTP
import Logging
import Synchronization
import Time

/// Sends calls to a bucket: address, credentials, signature, and what is learned from answers that refuse.
final class S3Client: Sendable {
  /// What comes from configuration, environment and profile, settled once.
  struct Settings: Sendable {
    var bucket: String
    var region: String?
    var address: String?
    var addressing: StorageConfiguration.Addressing
    var attempts: Int
    var retry: RetryPolicy
    var timeouts: StorageConfiguration.Timeouts
    var proxies: Proxies
    var clock: any WallClock
    var logger: Logger
    /// From 0 to below 1.
    var jitter: @Sendable () -> Double = { Double.random(in: 0..<1) }
  }

  private struct Learned {
    var region: String
    var endpoint: S3Endpoint
    /// How far the server's clock is ahead of ours, once it has complained.
    var clockOffset: Duration = .zero
    var signer: (generation: Int, region: String, signer: RequestSigner)?
  }

  let name: String
  let settings: Settings
  let credentials: CredentialChain
  private let engine: TransferEngine
  private let budget: RetryBudget
  /// Whether the server has refused a write for its checksum alone.
  let refusesChecksums = Atomic(false)
  private let learned: Mutex<Learned>

  /// The region of a bucket that nobody has named one for; S3 answers with the right one.
  private static let firstRegion = "us-east-1"

  init(_ settings: Settings, engine: TransferEngine, credentials: CredentialChain) throws(StorageError) {
    (self.settings, self.engine, self.credentials) = (settings, engine, credentials)
    name = "s3://\(settings.bucket)"
    budget = RetryBudget(settings.retry.budget)
    let region = settings.region ?? S3Client.firstRegion
    learned = Mutex(
      Learned(
        region: region,
        endpoint: try S3Endpoint(
          bucket: settings.bucket, region: region, address: settings.address, addressing: settings.addressing)
      ))
  }

  /// Sends a call, again where that makes sense, and brings the answer of a success.
  ///
  /// - Throws: `StorageError`.
  func perform(_ call: S3Call) async throws(StorageError) -> HTTPAnswer {
    try await perform(call, onRetry: { _ in })
  }

  /// The time by the server's clock in the answer to a call, whatever else it says; nil where it does not tell.
  ///
  /// - Throws: `StorageError` where there is no answer.
  func date(_ call: S3Call) async throws(StorageError) -> Timestamp? {
    do {
      return try await perform(call).header("date").flatMap(HTTPDate.parse)
    } catch {
      guard let status = error.status, (300..<500).contains(status) else { throw error }
      return error.date
    }
  }

  /// Sends a call; `onRetry` is told, before it is sent again, whether the failed attempt may have taken effect.
  ///
  /// - Throws: `StorageError`.
  func perform(
    _ call: S3Call, onRetry: (_ isAmbiguous: Bool) -> Void
  ) async throws(StorageError) -> HTTPAnswer {
    var attempts = Attempts(policy: settings.retry, limit: settings.attempts, call: settings.timeouts.call)
    var corrections = Corrections()
    while true {
      var error: StorageError
      let wait: Duration?
      let isTransient: Bool
      let (result, generation) = try await attempt(call, timeLeft: attempts.timeLeft)
      switch result {
      case .success(let answer):
        attempts.spend(answer.duration)
        guard let fault = fault(of: answer, call) else {
          budget.giveBack()
          return answer
        }
        if correct(fault, call, generation, &corrections) { continue }
        error = self.error(fault, call)
        (isTransient, wait) = (fault.isTransient, fault.wait(now: settings.clock.now()))
        if isTransient { onRetry(fault.status >= 500) }
      case .failure(let failure):
        attempts.spend(failure.duration)
        error = self.error(failure, call)
        (isTransient, wait) = (failure.mayPass, nil)
        if isTransient { onRetry(true) }
      }
      error.attempts = attempts.failed + 1
      switch attempts.next(isTransient: isTransient, wait: wait, jitter: settings.jitter(), budget: budget) {
      case .giveUp: throw error
      case .again(let pause):
        settings.logger.debug(
          "a request is sent again",
          metadata: [
            "store": "\(name)", "key": "\(call.key)", "attempt": "\(error.attempts)", "pause": "\(pause)",
            "error": "\(error)",
          ])
        attempts.spend(pause)
        do {
          try await settings.clock.sleep(until: settings.clock.now() + pause)
        } catch {
          throw call.error(.cancelled, store: name)
        }
      }
    }
  }

  /// What one call has corrected; each is tried once.
  private struct Corrections {
    var region = false
    var clock = false
    var credentials = false
  }

  private func attempt(
    _ call: S3Call, timeLeft: Duration
  ) async throws(StorageError) -> (Result<HTTPAnswer, TransferFailure>, generation: Int) {
    let issued = try await credentials.current(for: name)
    let request = request(call, issued, timeLeft: timeLeft)
    do throws(TransferFailure) {
      return (.success(try await engine.send(request)), issued.generation)
    } catch {
      return (.failure(error), issued.generation)
    }
  }

  /// The call with its address and its signature.
  private func request(_ call: S3Call, _ issued: IssuedCredentials, timeLeft: Duration) -> HTTPRequest {
    let (endpoint, signer, offset) = learned.withLock { learned in
      if let known = learned.signer, known.generation == issued.generation, known.region == learned.region {
        return (learned.endpoint, known.signer, learned.clockOffset)
      }
      let signer = RequestSigner(credentials: issued.credentials, region: learned.region, service: "s3")
      if learned.signer?.generation != issued.generation {
        settings.logger.info(
          "credentials are there",
          metadata: ["store": "\(name)", "source": "\(credentials.source ?? "")"])
      }
      learned.signer = (issued.generation, learned.region, signer)
      return (learned.endpoint, signer, learned.clockOffset)
    }
    let path = endpoint.path(call.key)
    let payload =
      call.body.isEmpty ? RequestSigner.emptyPayload : Digests.hex(Digests.sha256(call.body))
    var signed = [(name: "host", value: endpoint.host), (name: "x-amz-content-sha256", value: payload)]
    signed.reserveCapacity(signed.count + call.headers.count)
    signed += call.headers
    let authorization = signer.sign(
      RequestSigner.Request(
        method: call.method.rawValue, path: path, query: call.query, headers: signed, payload: payload),
      at: settings.clock.now() + offset)
    let query = call.query.isEmpty ? "" : "?" + CanonicalRequest.query(call.query)
    return HTTPRequest(
      method: call.method, url: endpoint.origin + path + query,
      headers: signed + authorization, body: call.body, bodyLimit: Int(clamping: call.limit),
      timeLeft: timeLeft, connecting: settings.timeouts.connecting, stall: settings.timeouts.stall,
      proxy: settings.proxies.proxy(scheme: endpoint.scheme, host: endpoint.host))
  }

  /// The fault of an answer; nil for a success.
  private func fault(of answer: HTTPAnswer, _ call: S3Call) -> ServiceFault? {
    guard (200..<300).contains(answer.status) else { return ServiceFault(answer) }
    guard call.mayFailWithin else { return nil }
    let fault = ServiceFault(answer)
    return fault.code == nil ? nil : fault
  }

  /// Learns from an answer that refuses; true where the call is worth sending again at once.
  private func correct(
    _ fault: ServiceFault, _ call: S3Call, _ generation: Int, _ corrections: inout Corrections
  ) -> Bool {
    let kind = fault.classify(call.operation)
    if let region = fault.region, fault.mayBeOfRegion(kind), !corrections.region, learn(region) {
      corrections.region = true
      settings.logger.info(
        "the bucket's region was learned from its answer",
        metadata: ["store": "\(name)", "region": "\(region)"])
      return true
    }
    // HEAD has no body to say why: a clock that is far off is why enough.
    let mayBeSkewed = kind == .clockSkewed || call.method == .head && fault.status == 403
    if mayBeSkewed, !corrections.clock, let date = fault.date, learnClock(date, isSaid: kind == .clockSkewed)
    {
      corrections.clock = true
      return true
    }
    let mayBeExpired = kind == .credentialsExpired || call.method == .head && fault.status == 400
    if mayBeExpired, !corrections.credentials {
      corrections.credentials = true
      return credentials.renew(after: generation)
    }
    return false
  }

  private func learn(_ region: String) -> Bool {
    // It becomes part of a host's name, and of a header field; servers of one's own call theirs what they like.
    let isOwn = settings.address != nil
    guard (1..<64).contains(region.utf8.count),
      region.utf8.allSatisfy({
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
          true
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "."): isOwn
        default: false
        }
      })
    else { return false }
    return learned.withLock { learned in
      guard learned.region != region,
        let endpoint = try? S3Endpoint(
          bucket: settings.bucket, region: region, address: settings.address, addressing: settings.addressing)
      else { return false }
      learned.region = region
      learned.endpoint = endpoint
      return true
    }
  }

  private func learnClock(_ date: Timestamp, isSaid: Bool) -> Bool {
    let offset = date - settings.clock.now()
    let isFar = { (offset: Duration) in offset > .seconds(240) || offset < .seconds(-240) }
    return learned.withLock { learned in
      guard isSaid || isFar(offset - learned.clockOffset) else { return false }
      learned.clockOffset = offset
      return true
    }
  }

  func error(_ fault: ServiceFault, _ call: S3Call) -> StorageError {
    var code = fault.classify(call.operation)
    // S3 takes these keys; servers that keep objects in folders refuse them in words of their own.
    if code == .rejected, fault.status == 400, call.operation == .put, S3Client.isOdd(call.key) {
      code = .invalidKey
    }
    var error = call.error(code, store: name, detail: fault.message)
    (error.status, error.serviceCode, error.requestID) = (fault.status, fault.code, fault.requestID)
    error.date = fault.date
    if [.accessDenied, .credentialsInvalid, .credentialsExpired].contains(code) {
      error.credentialSource = credentials.source
    }
    if fault.region == nil, let location = fault.location { error.detail = "it redirects to \(location)" }
    if code == .wrongRegion, let region = fault.region {
      error.detail =
        "the bucket is in \(region), the request was signed for \(learned.withLock { $0.region })"
    }
    return error
  }

  /// Whether a key has parts that no file system takes as they are.
  private static func isOdd(_ key: String) -> Bool {
    key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).contains {
      KeyOrder.begins(KeyPath.fileName(String(Substring($0))), with: KeyPath.reserved)
    }
  }

  private func error(_ failure: TransferFailure, _ call: S3Call) -> StorageError {
    let code: StorageError.Code =
      switch failure.kind {
      case .unreachable: .unreachable
      case .tls: .tlsFailed
      case .timedOut: .timedOut
      case .broken: .connectionBroken
      case .tooLarge: .tooLarge
      case .cancelled: .cancelled
      case .invalid: .invalidConfiguration
      }
    return call.error(code, store: name, detail: code == .cancelled ? nil : failure.detail)
  }
}
