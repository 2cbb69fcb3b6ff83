import AWS
import DMS
import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import Synchronization
import TestSupport
import Testing
import Time

@testable import Engines

/// Jobs of Athena by recorded answers, and the statements that they run.
@Suite struct AthenaJobTests {
  /// A clock that nobody waits for.
  private struct HastyClock: WallClock {
    func now() -> Timestamp { Timestamp(seconds: 1_795_474_441) }
    func sleep(until deadline: Timestamp) async throws { try Task.checkCancellation() }
  }

  private func job(_ endpoint: String, clock: any WallClock = HastyClock()) throws -> AthenaJob {
    var configuration = StorageConfiguration()
    configuration.clock = HastyClock()
    configuration.environment = [
      "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "very-secret-key", "HOME": "/nonexistent",
      "AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true",
    ]
    return AthenaJob(
      service: try QueryService(region: "eu-west-1", access: ServiceAccess(configuration)),
      clock: clock, database: "lake", workgroup: "canary", results: nil, queueLimit: .seconds(60))
  }

  /// Statements over a bucket with one object, whose timestamps have this unit.
  private func statements(_ unit: String, span: KeySpan? = nil) async throws -> AthenaStatements {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    try await Peer.write(
      "object", scratch.path + "/public/customers",
      ["unit": unit, "name": "20261101-000000000.parquet"])
    let table = ObservedTable.of(
      try EndpointSettings(parsing: "DataFormat=parquet;timestampColumnName=t"),
      digest: ["name", "updated_at"])
    return try #require(
      try await AthenaStatements.make(
        table, store: try ObjectStores.open(try BucketLocation(scratch.path)), bucket: "s3://lake/",
        output: "s3://out/observations/", database: "lake", span: span, name: "one"))
  }

  /// Athena's answers: `state` for each query that begins so, SUCCEEDED for others.
  private static func answer(
    _ request: LoopbackServer.Request, _ ends: [String: String], _ last: borrowing Mutex<String>
  ) -> LoopbackServer.Reply {
    let target = request.headers["x-amz-target"] ?? ""
    if target.hasSuffix("StartQueryExecution") {
      let sql = ["CREATE", "UNLOAD", "DROP"].first { request.text.contains("\"QueryString\":\"\($0)") } ?? ""
      last.withLock { $0 = sql }
      return .answer(200, body: Array(#"{"QueryExecutionId":"q-\#(sql)"}"#.utf8))
    }
    guard target.hasSuffix("GetQueryExecution") else { return .answer(200, body: Array("{}".utf8)) }
    let sql = last.withLock { $0 }
    let scanned = sql == "UNLOAD" ? 2_000_000_000_000 : 0
    return .answer(
      200,
      body: Array(
        """
        {"QueryExecution": {"Status": {"State": "\(ends[sql] ?? "SUCCEEDED")", "StateChangeReason": "because"},
          "Statistics": {"DataScannedInBytes": \(scanned)}}}
        """.utf8))
  }

  private func started(_ server: LoopbackServer) -> [String] {
    server.requests.compactMap { request in
      guard request.headers["x-amz-target"]?.hasSuffix("StartQueryExecution") ?? false else { return nil }
      return ["CREATE", "UNLOAD", "DROP"].first { request.text.contains("\"QueryString\":\"\($0)") }
    }
  }

  @Test func bytesAndCostAreThoseOfTheQueryThatScans() async throws {
    let last = Mutex("")
    let statements = try await statements("ms")
    try await LoopbackServer.with { request, _ in
      Self.answer(request, [:], last)
    } _: { server in
      let outcome = try await job(server.endpoint).run(statements)
      #expect(outcome.queries == 1 && outcome.scannedBytes == 2_000_000_000_000 && outcome.dollars == 10)
      #expect(started(server) == ["CREATE", "UNLOAD", "DROP"])
    }
  }

  @Test(arguments: [
    ("CREATE", "FAILED", EngineError.Code.failed), ("UNLOAD", "FAILED", .failed),
    ("UNLOAD", "CANCELLED", .overBudget),
  ])
  func aQueryThatEndsBadlyIsOneLine(sql: String, state: String, code: EngineError.Code) async throws {
    let last = Mutex("")
    let statements = try await statements("ms")
    try await LoopbackServer.with { request, _ in
      Self.answer(request, [sql: state], last)
    } _: { server in
      let error = try await #require(throws: EngineError.self) {
        _ = try await job(server.endpoint).run(statements)
      }
      #expect(error.code == code && error.description.contains("because"))
      #expect(!error.description.contains("\n"))
      // What was made for the query is removed, whatever comes.
      #expect(started(server).last == "DROP")
    }
  }

  @Test func cancellingStopsTheQuery() async throws {
    let last = Mutex("")
    let statements = try await statements("ms")
    try await LoopbackServer.with { request, _ in
      Self.answer(request, ["UNLOAD": "RUNNING"], last)
    } _: { server in
      let job = try job(server.endpoint)
      let task = Task {
        try await job.run(statements) { execution in
          if execution.state == .running { withUnsafeCurrentTask { $0?.cancel() } }
        }
      }
      await #expect(throws: CancellationError.self) { _ = try await task.value }
      let stops = server.requests.filter {
        $0.headers["x-amz-target"]?.hasSuffix("StopQueryExecution") ?? false
      }
      #expect(stops.count == 1 && stops.first?.text.contains("q-UNLOAD") ?? false)
      #expect(started(server).last == "DROP")
    }
  }

  /// What was asked for is there and paid: that a name stays takes nothing from it.
  @Test func aNameThatCannotBeRemovedIsToldAndNoMore() async throws {
    let last = Mutex("")
    let statements = try await statements("ms")
    try await LoopbackServer.with { request, _ in
      Self.answer(request, ["DROP": "FAILED"], last)
    } _: { server in
      let outcome = try await job(server.endpoint).run(statements)
      #expect(outcome.scannedBytes == 2_000_000_000_000 && outcome.left == ["lake.one"])
    }
  }

  @Test func aQueryThatIsStartedWhileTheRunIsCancelledIsStopped() async throws {
    let last = Mutex("")
    let statements = try await statements("ms")
    let task = Mutex<Task<Void, any Error>?>(nil)
    try await LoopbackServer.with { request, _ in
      // Athena has taken the query, and its answer is under way.
      if request.text.contains("\"QueryString\":\"UNLOAD") { task.withLock { $0?.cancel() } }
      return Self.answer(request, ["UNLOAD": "RUNNING"], last)
    } _: { server in
      let job = try job(server.endpoint)
      let (gate, opened) = AsyncStream<Void>.makeStream()
      let running = Task {
        for await _ in gate {}
        _ = try await job.run(statements)
      }
      task.withLock { $0 = running }
      opened.finish()
      await #expect(throws: CancellationError.self) { try await running.value }
      let stops = server.requests.filter {
        $0.headers["x-amz-target"]?.hasSuffix("StopQueryExecution") ?? false
      }
      #expect(stops.count == 1 && stops.first?.text.contains("q-UNLOAD") ?? false)
      #expect(started(server).last == "DROP")
    }
  }

  @Test(arguments: ["CREATE", "UNLOAD"]) func aQueryThatStaysInTheQueueIsStopped(sql: String) async throws {
    let last = Mutex("")
    let statements = try await statements("ms")
    try await LoopbackServer.with { request, _ in
      Self.answer(request, [sql: "QUEUED"], last)
    } _: { server in
      let clock = ManualClock()
      let began = clock.now()
      let error = try await #require(throws: EngineError.self) {
        _ = try await job(server.endpoint, clock: clock).run(statements)
      }
      #expect(error.code == .notStarted && error.description.contains("queued for 60 s"), "\(error)")
      #expect(clock.now() - began >= .seconds(60))
      let stops = server.requests.filter {
        $0.headers["x-amz-target"]?.hasSuffix("StopQueryExecution") ?? false
      }
      #expect(stops.count == 1 && stops.first?.text.contains("q-\(sql)") ?? false)
      #expect(started(server).last == "DROP")
    }
  }

  @Test func throttlingBeyondPatienceIsTold() async throws {
    let statements = try await statements("ms")
    try await LoopbackServer.with { _, _ in
      .answer(400, body: Array(#"{"__type":"TooManyRequestsException","Message":"Rate exceeded"}"#.utf8))
    } _: { server in
      let error = try await #require(throws: AWSError.self) {
        _ = try await job(server.endpoint).run(statements)
      }
      #expect(error.code == .throttled)
    }
  }

  @Test func whatAthenaWouldRoundIsNotTold() async throws {
    let (whole, fine) = (try await statements("ms"), try await statements("us"))
    #expect(whole.create.contains("`updated_at` timestamp"))
    #expect(whole.unload.contains("THEN \"updated_at\" END AS row_version"))
    #expect(whole.unload.contains("THEN \"name\" END AS value_1"))
    #expect(fine.unload.contains("THEN CAST(NULL AS varchar) END AS row_version"))
    #expect(fine.unload.contains("THEN CAST(NULL AS varchar) END AS value_2"))
    #expect(!whole.unload.contains("WHERE"))
    let part = try await statements(
      "ms", span: KeySpan(first: "public/customers/1", last: "public/customers/2"))
    #expect(
      part.unload.contains(
        "WHERE \"$path\" BETWEEN 's3://lake/public/customers/1' AND 's3://lake/public/customers/2'"),
      "\(part.unload)")
  }
}
