import Synchronization
import TestSupport
import Testing
import Time

@testable import ObjectStorage

@Suite struct AttemptsTests {
  private func pauses(_ policy: RetryPolicy, limit: Int, jitter: Double, wait: Duration? = nil) -> [Duration]
  {
    var attempts = Attempts(policy: policy, limit: limit, call: .seconds(100))
    let budget = RetryBudget(policy.budget)
    var pauses: [Duration] = []
    while case .again(let pause) = attempts.next(
      isTransient: true, wait: wait, jitter: jitter, budget: budget)
    {
      attempts.spend(pause)
      pauses.append(pause)
    }
    return pauses
  }

  @Test func `pauses lie between nothing and a bound that doubles`() {
    let policy = RetryPolicy(firstPause: .milliseconds(100), longestPause: .seconds(1))
    #expect(pauses(policy, limit: 7, jitter: 0) == Array(repeating: .zero, count: 6))
    #expect(
      pauses(policy, limit: 7, jitter: 0.5)
        == [50, 100, 200, 400, 500, 500].map { .milliseconds($0) })
  }

  @Test func `the budget, the deadline and the server's wish are kept`() {
    #expect(pauses(RetryPolicy(budget: 2), limit: 9, jitter: 0).count == 2)
    #expect(
      pauses(RetryPolicy(), limit: 4, jitter: 0, wait: .seconds(7)) == Array(repeating: .seconds(7), count: 3)
    )
    #expect(pauses(RetryPolicy(), limit: 9, jitter: 0, wait: .seconds(40)).count == 2)
    #expect(pauses(RetryPolicy(), limit: 9, jitter: 0, wait: .seconds(101)).isEmpty)
    #expect(pauses(RetryPolicy(), limit: 1, jitter: 0).isEmpty)
  }

  @Test func `success gives the budget back, up to what it was`() {
    let budget = RetryBudget(1)
    #expect(budget.take())
    #expect(!budget.take())
    budget.giveBack()
    budget.giveBack()
    #expect(budget.take())
    #expect(!budget.take())
  }
}

/// Answers that pass: the request is sent again, and the object comes.
@Suite struct RetryTests {
  @Test(arguments: [
    LoopbackServer.Reply.error(503, "SlowDown"), .error(500, "InternalError"), .error(429, "TooManyRequests"),
    .error(502, "BadGateway"), .error(400, "RequestTimeout"), .answer(504), .reset, .bytes(""),
    .bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"t\"\r\n\r\nhalf"),
    .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
    .answer(503, body: Array("<html>busy</html>".utf8)), .answer(522, body: Array("error code: 522".utf8)),
    .error(400, "BadDigest"),
  ])
  func `a fault that passes costs a pause`(_ fault: LoopbackServer.Reply) async throws {
    let clock = ManualClock()
    try await LoopbackServer.with { _, count in
      count < 2 ? fault : .object("whole")
    } _: { server in
      let object = try await server.store(clock: clock).get("k")
      #expect(object.bytes == Array("whole".utf8))
      #expect(server.requests.count == 3)
      #expect(clock.pauses.count == 2)
    }
  }

  @Test func `Retry-After is obeyed, in seconds and as a date`() async throws {
    let clock = ManualClock()
    try await LoopbackServer.with { _, count in
      switch count {
      case 0: .error(503, "SlowDown", headers: ["Retry-After": "17"])
      case 1:
        .error(
          503, "SlowDown",
          headers: ["Date": "Mon, 23 Nov 2026 22:54:00 GMT", "Retry-After": "Mon, 23 Nov 2026 22:54:30 GMT"])
      default: .object("whole")
      }
    } _: { server in
      _ = try await server.store(clock: clock).get("k")
      #expect(clock.pauses == [.seconds(17), .seconds(30)])
    }
  }

  @Test func `gives up after so many attempts, and says so`() async throws {
    try await LoopbackServer.with { _, _ in
      .error(503, "SlowDown", "Please reduce your request rate.")
    } _: { server in
      let store = try server.store { $0.retry.attempts = 3 }
      let error = await #expect(throws: StorageError.self) { try await store.get("a/b") }
      #expect(
        error?.description
          == "cannot read s3://how.raw/a/b: the server asks for fewer requests: Please reduce your request rate. "
          + "(HTTP 503, SlowDown, request id 4442587FB7D0A2F9, after 3 attempts); try again later")
      #expect(server.requests.count == 3)
    }
  }

  @Test func `a TLS handshake that breaks may pass`() async throws {
    try await LoopbackServer.hostile { server in
      let store = try server.store {
        $0.endpoint = "https://127.0.0.1:\(server.port)"
        $0.retry.attempts = 3
        $0.timeouts.connecting = .seconds(300)
        $0.timeouts.stall = .seconds(300)
        $0.timeouts.call = .seconds(900)
      }
      let error = await #expect(throws: StorageError.self) { try await store.get("k") }
      #expect(error?.code == .tlsFailed, "\(error?.detail ?? "")")
      #expect(error?.attempts == 3)
    }
  }

  @Test func `the budget is the store's, not the request's`() async throws {
    try await LoopbackServer.with { _, _ in
      .reset
    } _: { server in
      let store = try server.store { $0.retry = RetryPolicy(attempts: 5, budget: 6) }
      for _ in 0..<10 { await expect(.connectionBroken) { try await store.get("k") } }
      #expect(server.requests.count == 16)
    }
  }

  @Test func `AWS_MAX_ATTEMPTS is obeyed`() async throws {
    try await LoopbackServer.with { _, _ in
      .reset
    } _: { server in
      let store = try server.store { $0.environment["AWS_MAX_ATTEMPTS"] = "2" }
      await expect(.connectionBroken) { try await store.get("k") }
      #expect(server.requests.count == 2)
      await expect(.invalidConfiguration) { try server.store { $0.environment["AWS_MAX_ATTEMPTS"] = "many" } }
    }
  }

  @Test(arguments: [
    (403, "AccessDenied", StorageError.Code.accessDenied), (404, "NoSuchKey", .notFound),
    (404, "NoSuchBucket", .bucketMissing), (403, "InvalidAccessKeyId", .credentialsInvalid),
    (403, "SignatureDoesNotMatch", .credentialsInvalid), (400, "ExpiredToken", .credentialsExpired),
    (412, "PreconditionFailed", .preconditionFailed), (416, "InvalidRange", .rangeNotSatisfiable),
    (501, "NotImplemented", .unsupported), (405, "MethodNotAllowed", .unsupported),
    (400, "InvalidArgument", .rejected), (400, "KeyTooLongError", .invalidKey),
    (403, "InvalidObjectState", .archived), (400, "InvalidRegionName", .wrongRegion),
    (401, "Unauthorized", .credentialsInvalid),
  ])
  func `a refusal is not repeated`(_ status: Int, _ code: String, _ kind: StorageError.Code) async throws {
    try await LoopbackServer.with { _, _ in
      .error(status, code)
    } _: { server in
      let store = try server.store()
      await expect(kind) { try await store.get("k") }
      #expect(server.requests.count == 1)
    }
  }

  @Test func `a conditional write whose answer was lost is found to be its own`() async throws {
    // The first PUT is done and its answer is lost; the second is refused, since the key is taken.
    for isOurs in [true, false] {
      let mark = Mutex("somebody else's")
      try await LoopbackServer.with { request, count in
        switch count {
        case 0:
          if isOurs { mark.withLock { $0 = request.headers["x-amz-meta-lakecanary-write"] ?? "" } }
          return .reset
        case 1: return .error(412, "PreconditionFailed")
        default:
          return .answer(
            200, headers: ["ETag": "\"own\"", "x-amz-meta-lakecanary-write": mark.withLock { $0 }])
        }
      } _: { server in
        let store = try server.store()
        if isOurs {
          #expect(try await store.put("k", [1], ifNoneMatch: true) == ETag("own"))
        } else {
          await expect(.alreadyExists) { try await store.put("k", [1], ifNoneMatch: true) }
        }
        #expect(server.requests.map(\.method) == ["PUT", "PUT", "HEAD"])
      }
    }
  }
}
