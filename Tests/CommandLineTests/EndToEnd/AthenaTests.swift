import Foundation
import ObjectStorage
import Synchronization
import TestSupport
import Testing

/// `--engine athena` beside the native reader: the API's answers are recorded, the SQL is run by DuckDB over a real
/// bucket as Athena would run it.
@Suite struct AthenaTests {
  /// Athena on the loopback address.
  private final class StandIn: Sendable {
    struct State {
      var statements: [String] = []
      var bodies: [String] = []
      var create = ""
      var scanned = 0
      var failure: String?
      /// A state that queries end in whatever they ask for, with a reason.
      var ending: (state: String, reason: String)?
      /// Whether what a query writes stays, although it ends so.
      var isHalfDone = false
      /// What the queries begin with that end so.
      var endingBegins = ""
      /// What is answered in place of an answer, the last one first.
      var refusals: [LoopbackServer.Reply] = []
      /// Whether the last refusal is answered for ever.
      var refusesForEver = false
    }

    let state = Mutex(State())
    private let environment: [String: String]
    private let folder: String

    init(environment: [String: String], folder: String) {
      (self.environment, self.folder) = (environment, folder)
    }

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
      let refusal = state.withLock { state in
        state.refusesForEver ? state.refusals.last : state.refusals.popLast()
      }
      if let refusal { return refusal }
      switch request.headers["x-amz-target"] {
      case "AmazonAthena.StartQueryExecution":
        struct Input: Decodable {
          var sql: String
          enum CodingKeys: String, CodingKey { case sql = "QueryString" }
        }
        guard let input = try? JSONDecoder().decode(Input.self, from: Data(request.body)) else {
          return .answer(400, body: Array(#"{"__type":"InvalidRequestException"}"#.utf8))
        }
        state.withLock {
          $0.statements.append(input.sql)
          $0.bodies.append(request.text)
        }
        start(input.sql)
        return .answer(200, body: Array(#"{"QueryExecutionId":"0a1b-2c3d"}"#.utf8))
      case "AmazonAthena.GetQueryExecution": return .answer(200, body: Array(execution.utf8))
      default: return .answer(200, body: Array("{}".utf8))
      }
    }

    private var execution: String {
      state.withLock { state in
        let given = state.statements.last?.hasPrefix(state.endingBegins) ?? false ? state.ending : nil
        let ending = given ?? state.failure.map { ("FAILED", $0) } ?? ("SUCCEEDED", "")
        let reason = ending.1.replacing("\"", with: "'").replacing("\n", with: " ")
        return """
          {"QueryExecution": {"QueryExecutionId": "0a1b-2c3d", "StatementType": "DML",
            "Status": {"State": "\(ending.0)", "StateChangeReason": "\(reason)",
              "SubmissionDateTime": 1.795474441E9},
            "Statistics": {"DataScannedInBytes": \(state.scanned), "EngineExecutionTimeInMillis": 1200}}}
          """
      }
    }

    private func start(_ sql: String) {
      state.withLock { ($0.scanned, $0.failure) = (0, nil) }
      if sql.hasPrefix("CREATE") { state.withLock { $0.create = sql } }
      guard sql.hasPrefix("UNLOAD"), state.withLock({ $0.ending == nil || $0.isHalfDone }) else { return }
      let create = state.withLock { $0.create }
      let (output, error) = (Pipe(), Pipe())
      do {
        try create.write(toFile: folder + "/create.sql", atomically: true, encoding: .utf8)
        try sql.write(toFile: folder + "/unload.sql", atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: try PythonPeers.interpreter)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "athena_engine.py")
        process.arguments = [script.path, folder + "/create.sql", folder + "/unload.sql"]
        process.environment = environment
        (process.standardOutput, process.standardError) = (output, error)
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let cause = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        state.withLock { state in
          state.scanned = Int(said.filter(\.isNumber)) ?? 0
          if process.terminationStatus != 0 {
            state.failure = cause.split(separator: "\n").last.map(String.init) ?? "no reason"
          }
        }
      } catch { state.withLock { $0.failure = "\(error)" } }
    }
  }

  /// A pipeline in S3 of which everything has arrived, which Athena is to read.
  private struct Lake {
    let pipeline: EndToEndPipeline
    let server: BucketServer
    /// The place of observations.
    let output: String
    let environment: [String: String?]
    let standIn: StandIn
    /// What the native reader judges.
    let native: Judged

    init() async throws {
      server = try await BucketServer.Kind.seaweed.server()
      output = try await server.makeBucket()
      // The settings that AWS asks for where Athena is to read: whole milliseconds.
      let settings =
        "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true;cdcMaxBatchInterval=1;"
        + "parquetTimestampInMillisecond=true"
      pipeline = try await EndToEndPipeline(
        server: server,
        extra: "athena: {workgroup: canary, database: lake, results: \"\(output)/results/\"}")
      environment = ["LAKECANARY_ENDPOINT_SETTINGS": settings]
      for _ in 0..<3 {
        #expect(try await pipeline.run("write", environment: environment).exitCode == 0)
        let replicated = try await pipeline.replicate(environment: environment)
        try #require(replicated.exitCode == 0, "\(replicated.errorOutput)")
      }
      for name in ["native", "athena", "bad"] {
        try FileManager.default.copyItem(
          atPath: pipeline.ledger, toPath: "\(pipeline.scratch.path)/\(name).sqlite")
      }
      native = try Judged(
        try await pipeline.run(
          "reconcile", "--json", "--ledger", pipeline.scratch.path + "/native.sqlite",
          environment: environment))
      standIn = StandIn(
        environment: server.direct.merging(
          ["AWS_DEFAULT_REGION": "us-east-1", "PATH": "/usr/bin:/bin", "TZ": "UTC"]) { $1 },
        folder: pipeline.scratch.path)
    }

    /// The variables by which a command asks `athena`.
    func asking(_ athena: LoopbackServer) -> [String: String?] {
      environment.merging(["AWS_ENDPOINT_URL_ATHENA": athena.endpoint]) { $1 }
    }

    func reconcile(
      _ ledger: String, by athena: LoopbackServer, _ more: [String: String?] = [:]
    ) async throws -> CommandRun {
      try await pipeline.run(
        "reconcile", "--json", "--engine", "athena", "--engine-output", output + "/observations", "--ledger",
        "\(pipeline.scratch.path)/\(ledger).sqlite", environment: asking(athena).merging(more) { $1 })
    }
  }

  @Test func athenaAndTheNativeReaderJudgeTheSame() async throws {
    let lake = try await Lake()
    let (pipeline, standIn, output, read) = (lake.pipeline, lake.standIn, lake.output, lake.native)
    try await LoopbackServer.with { request, _ in
      standIn.answer(request)
    } _: { athena in
      let planned = try await pipeline.run(
        "reconcile", "--plan", "--ledger", pipeline.scratch.path + "/athena.sqlite",
        environment: lake.environment)
      #expect(planned.output.contains("\n  Athena "), "\(planned.output)\(planned.errorOutput)")
      let told = try Judged(try await lake.reconcile("athena", by: athena))
      let comparison = told.notes.filter { $0.hasPrefix("planned at ") }
      #expect(comparison.count == 1 && comparison[0].contains(" for Athena: 3 objects, "), "\(comparison)")
      #expect(comparison.first?.contains("; taken: 3 objects, ") ?? false, "\(comparison)")
      #expect(comparison.first?.contains(" scanned, ") ?? false, "\(comparison)")
      #expect(told.status == "ok", "\(told)")
      told.expectSame(as: read)
      #expect(
        told.notes.contains { $0.contains("observed by Athena, 1 by the native reader") }, "\(told.notes)")
      #expect(told.notes.contains { $0.hasPrefix("Athena scanned ") && $0.contains("in 1 query") })
      let (statements, bodies) = standIn.state.withLock { ($0.statements, $0.bodies) }
      #expect(statements.map { $0.prefix(6) } == ["CREATE", "UNLOAD", "DROP T"])
      #expect(bodies.allSatisfy { $0.contains(#""WorkGroup":"canary""#) && $0.contains("results") })

      // What goes wrong is one clear line, UNKNOWN, and takes nothing from the ledger.
      let limited = try await pipeline.run(
        "observe", "--engine", "athena", "--output", output + "/limited",
        environment: lake.asking(athena).merging(["LAKECANARY_ATHENA_SCAN_LIMIT": "1KB"]) { $1 })
      #expect(limited.exitCode == 64 && limited.errorOutput.contains("give --yes"), "\(limited.errorOutput)")
      for (state, reason) in [
        ("FAILED", "HIVE_BAD_DATA: Malformed Parquet file s3://lake/x.parquet"),
        ("CANCELLED", "Bytes scanned limit was exceeded"),
      ] {
        standIn.state.withLock { $0.ending = (state, reason) }
        let run = try await lake.reconcile("bad", by: athena)
        let judged = try Judged(run)
        #expect(run.exitCode == 3 && judged.status == "unknown", "\(run.errorOutput)")
        #expect(judged.reason.contains(reason) && run.errorOutput.contains(reason), "\(judged.reason)")
      }
      standIn.state.withLock { $0.ending = nil }
      try Judged(try await lake.reconcile("bad", by: athena)).expectSame(as: read)
    }
  }

  @Test func athenaIsAskedForWhatIsNewAlone() async throws {
    let lake = try await Lake()
    let (pipeline, standIn) = (lake.pipeline, lake.standIn)
    try await LoopbackServer.with { request, _ in
      standIn.answer(request)
    } _: { athena in
      func statements() -> [String] { standIn.state.withLock { $0.statements } }
      #expect(try await pipeline.run("reconcile", environment: lake.environment).exitCode == 0)
      // The full load is read, and sorts after all changes: it must not be scanned with what is new.
      let limit = ["LAKECANARY_ATHENA_SCAN_LIMIT": Optional("1B")]
      func reconcile(_ more: [String: String?] = [:]) async throws -> CommandRun {
        try await pipeline.run(
          "reconcile", "--json", "--engine", "athena", "--engine-output", lake.output + "/new",
          environment: lake.asking(athena).merging(more) { $1 })
      }
      let nothing = try await reconcile(limit)
      #expect(nothing.exitCode == 0 && statements().isEmpty, "\(nothing.errorOutput)")
      #expect(try Judged(nothing).notes.contains("Athena was asked for nothing: no object is new"))
      #expect(try await pipeline.run("write", environment: lake.environment).exitCode == 0)
      #expect(try await pipeline.replicate(environment: lake.environment).exitCode == 0)
      let asked = try await reconcile(limit)
      #expect(asked.exitCode == 64 && statements().isEmpty, "\(asked.errorOutput)")
      let some = try await reconcile()
      #expect(some.exitCode == 0, "\(some.errorOutput)\(some.output)")
      let unload = try #require(statements().first { $0.hasPrefix("UNLOAD") })
      let bound = try #require(unload.firstMatch(of: /WHERE "\$path" BETWEEN '([^']*)' AND '([^']*)'/))
      #expect(bound.1 == bound.2 && bound.1.hasPrefix(pipeline.bucket + "/lakecanary/customers/2"))
    }
  }

  /// How Athena, and what stands before it, say that there are too many requests.
  private static let refusals: [LoopbackServer.Reply] = [
    .answer(400, body: Array(#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#.utf8)),
    .answer(
      400,
      body: Array(
        #"{"__type":"TooManyRequestsException","Message":"You have exceeded the limit","Reason":"CONCURRENT_QUERY_LIMIT_EXCEEDED"}"#
          .utf8)),
    .answer(429), .answer(503, body: Array("<html>Service Unavailable</html>".utf8)),
  ]

  @Test func aThrottledAthenaIsAskedAgainAndThenToldOf() async throws {
    let lake = try await Lake()
    let standIn = lake.standIn
    try await LoopbackServer.with { request, _ in
      standIn.answer(request)
    } _: { athena in
      // Once each, of whatever is asked: the run comes to its end as if nothing had been.
      standIn.state.withLock { $0.refusals = Self.refusals }
      let patient = try await lake.reconcile("athena", by: athena, ["AWS_MAX_ATTEMPTS": "5"])
      #expect(patient.exitCode == 0, "\(patient.errorOutput)")
      try Judged(patient).expectSame(as: lake.native)
      #expect(standIn.state.withLock { $0.refusals.isEmpty })
      #expect(standIn.state.withLock { $0.statements.count } == 3)
      // For ever: as often as may be, then one line.
      for (refusal, said) in zip(
        Self.refusals, ["ThrottlingException", "TooManyRequestsException", "HTTP 429", "HTTP 503"])
      {
        standIn.state.withLock { ($0.refusals, $0.refusesForEver) = ([refusal], true) }
        let before = athena.requests.count
        let run = try await lake.reconcile("bad", by: athena, ["AWS_MAX_ATTEMPTS": "2"])
        let told = run.errorOutput.split(separator: "\n").filter { $0.hasPrefix("lakecanary: error: ") }
        #expect(run.exitCode == 3 && told.count == 1, "\(run.errorOutput)")
        #expect(told.first?.contains(said) ?? false, "\(told)")
        let judged = try Judged(run)
        #expect(judged.status == "unknown" && judged.reason.contains("Athena"), "\(judged.reason)")
        // The statement, and the one that removes what it may have made.
        #expect(athena.requests.count - before == 4)
      }
      standIn.state.withLock { ($0.refusals, $0.refusesForEver) = ([], false) }
      try Judged(try await lake.reconcile("bad", by: athena)).expectSame(as: lake.native)
    }
  }

  @Test func whatAFailedUnloadHasLeftIsNoTable() async throws {
    let lake = try await Lake()
    let standIn = lake.standIn
    try await LoopbackServer.with { request, _ in
      standIn.answer(request)
    } _: { athena in
      let half = lake.output + "/half"
      standIn.state.withLock {
        ($0.ending, $0.isHalfDone) = (("FAILED", "GENERIC_INTERNAL_ERROR: lost a worker"), true)
      }
      // The table over the bucket was made; it is the query after it that fails.
      standIn.state.withLock { $0.endingBegins = "UNLOAD" }
      let failed = try await lake.pipeline.run(
        "observe", "--engine", "athena", "--output", half, environment: lake.asking(athena))
      #expect(failed.exitCode == 3 && failed.output.isEmpty, "\(failed.errorOutput)")
      #expect(failed.errorOutput.contains("lost a worker"), "\(failed.errorOutput)")
      var left: [String] = []
      for try await page in try lake.server.store(lake.output).list(prefix: "half/") {
        left += page.objects.map(\.key)
      }
      #expect(left.count == 2 && !left.contains { $0.hasSuffix("_SUCCESS") }, "\(left)")
      let taken = try await lake.pipeline.run(
        "reconcile", "--json", "--observations", half, "--ledger",
        lake.pipeline.scratch.path + "/bad.sqlite", environment: lake.environment)
      #expect(taken.exitCode == 3, "\(taken.errorOutput)")
      #expect(try Judged(taken).reason.contains("it is half written"), "\(taken.output)")
      // Nothing is written over: the place is taken.
      standIn.state.withLock { ($0.ending, $0.isHalfDone, $0.endingBegins) = (nil, false, "") }
      let again = try await lake.pipeline.run(
        "observe", "--engine", "athena", "--output", half, environment: lake.asking(athena))
      #expect(again.exitCode == 78 && again.errorOutput.contains("there is something already"))
      try Judged(try await lake.reconcile("bad", by: athena)).expectSame(as: lake.native)
    }
  }
}
