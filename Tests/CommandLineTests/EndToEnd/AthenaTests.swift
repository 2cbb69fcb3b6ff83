import Foundation
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
    }

    let state = Mutex(State())
    private let environment: [String: String]
    private let folder: String

    init(environment: [String: String], folder: String) {
      (self.environment, self.folder) = (environment, folder)
    }

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
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
        let ending = state.ending ?? state.failure.map { ("FAILED", $0) } ?? ("SUCCEEDED", "")
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
      guard sql.hasPrefix("UNLOAD"), state.withLock({ $0.ending == nil }) else { return }
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

  @Test func athenaAndTheNativeReaderJudgeTheSame() async throws {
    let server = try await BucketServer.Kind.seaweed.server()
    let output = try await server.makeBucket()
    // The settings that AWS asks for where Athena is to read: whole milliseconds.
    let settings =
      "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true;cdcMaxBatchInterval=1;"
      + "parquetTimestampInMillisecond=true"
    let pipeline = try await EndToEndPipeline(
      server: server, extra: "athena: {workgroup: canary, database: lake, results: \"\(output)/results/\"}")
    let environment = ["LAKECANARY_ENDPOINT_SETTINGS": Optional(settings)]
    for _ in 0..<3 {
      #expect(try await pipeline.run("write", environment: environment).exitCode == 0)
      let replicated = try await pipeline.replicate(environment: environment)
      try #require(replicated.exitCode == 0, "\(replicated.errorOutput)")
    }
    for name in ["native", "athena", "bad"] {
      try FileManager.default.copyItem(
        atPath: pipeline.ledger, toPath: "\(pipeline.scratch.path)/\(name).sqlite")
    }
    let native = try await pipeline.run(
      "reconcile", "--json", "--ledger", pipeline.scratch.path + "/native.sqlite", environment: environment)
    let standIn = StandIn(
      environment: server.direct.merging(
        ["AWS_DEFAULT_REGION": "us-east-1", "PATH": "/usr/bin:/bin", "TZ": "UTC"]) { $1 },
      folder: pipeline.scratch.path)
    try await LoopbackServer.with { request, _ in
      standIn.answer(request)
    } _: { athena in
      let asked = environment.merging(["AWS_ENDPOINT_URL_ATHENA": athena.endpoint]) { $1 }
      func reconcile(_ ledger: String, _ more: String...) async throws -> CommandRun {
        try await CommandRun.lakecanary(
          [
            "reconcile", "--json", "--config", pipeline.configuration, "--engine", "athena",
            "--engine-output", output + "/observations", "--ledger",
            "\(pipeline.scratch.path)/\(ledger).sqlite",
          ] + more,
          environment: server.environment.mapValues(Optional.some).merging(asked) { $1 },
          directory: pipeline.scratch.path)
      }
      let run = try await reconcile("athena")
      let (told, read) = (try Judged(run), try Judged(native))
      #expect(told.status == "ok", "\(run.output)")
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
        environment: asked.merging(["LAKECANARY_ATHENA_SCAN_LIMIT": "1KB"]) { $1 })
      #expect(limited.exitCode == 64 && limited.errorOutput.contains("give --yes"), "\(limited.errorOutput)")
      for (state, reason) in [
        ("FAILED", "HIVE_BAD_DATA: Malformed Parquet file s3://lake/x.parquet"),
        ("CANCELLED", "Bytes scanned limit was exceeded"),
      ] {
        standIn.state.withLock { $0.ending = (state, reason) }
        let run = try await reconcile("bad")
        let judged = try Judged(run)
        #expect(run.exitCode == 3 && judged.status == "unknown", "\(run.errorOutput)")
        #expect(judged.reason.contains(reason) && run.errorOutput.contains(reason), "\(judged.reason)")
      }
      standIn.state.withLock { $0.ending = nil }
      try Judged(try await reconcile("bad")).expectSame(as: read)
    }
  }
}
