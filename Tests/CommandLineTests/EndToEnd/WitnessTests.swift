import Foundation
import Synchronization
import TestSupport
import Testing

/// DMS beside the pipeline, by answers as its API writes them.
@Suite struct WitnessTests {
  private static let arn = "arn:aws:dms:eu-west-1:123456789012:task:ABC"

  private func environment(_ server: LoopbackServer) -> [String: String?] {
    [
      "AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
      "AWS_MAX_ATTEMPTS": "1",
    ]
  }

  @Test(arguments: [
    ("AccessDeniedException", 3, "allow dms:DescribeReplicationTasks to this identity"),
    ("ThrottlingException", 3, "try again later"), ("ExpiredTokenException", 2, "renew the credentials"),
  ])
  func eachRefusalHasItsLineAndVerdict(code: String, exitCode: Int, mend: String) async throws {
    let body = Array(#"{"__type": "\#(code)", "message": "so it is"}"#.utf8)
    try await LoopbackServer.with { _, _ in
      .answer(400, body: body)
    } _: { server in
      let pipeline = try await EndToEndPipeline(
        source: "host=/nonexistent dbname=x user=y", extra: "dms: {task_arn: \"\(Self.arn)\"}")
      let doctor = try await pipeline.run("doctor", "--only", "task", environment: environment(server))
      #expect(doctor.exitCode == exitCode, "\(doctor.output)")
      #expect(doctor.output.contains("(HTTP 400, \(code))"), "\(doctor.output)")
      #expect(doctor.output.contains("mend:   \(mend)"), "\(doctor.output)")
    }
  }

  /// A task that was begun anew has replaced what was there: it is listed in full, and counted from there on.
  @Test func aFreshStartIsBaselinedAnew() async throws {
    let started = Mutex(1_795_000_000.0)
    try await LoopbackServer.with { request, _ in
      let stats = #"{"FreshStartDate": \#(started.withLock { $0 }), "TablesErrored": 0}"#
      return request.headers["x-amz-target"]?.hasSuffix(".DescribeReplicationTasks") == true
        ? .answer(
          200,
          body: Array(
            """
            {"ReplicationTasks": [{"ReplicationTaskIdentifier": "exercise", "ReplicationTaskArn": "\(Self.arn)",
              "Status": "running", "MigrationType": "full-load-and-cdc", "ReplicationTaskStats": \(stats)}]}
            """.utf8))
        : .answer(
          200,
          body: Array(
            """
            {"TableStatistics": [{"SchemaName": "lakecanary", "TableName": "customers", "FullLoadRows": 0,
              "Inserts": 30, "Updates": 20, "Deletes": 10, "TableState": "Table completed"}]}
            """.utf8))
    } _: { server in
      let pipeline = try await EndToEndPipeline(extra: "dms: {task_arn: \"\(Self.arn)\"}")
      func reconcile() async throws -> Report {
        let run = try await pipeline.run("reconcile", "--json", "--wait", environment: environment(server))
        #expect(run.exitCode == 0, "\(run.output)\(run.errorOutput)")
        return try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
      }
      // What is loaded, then what is changed: only beyond names of changes a listing begins later.
      for _ in 0..<2 {
        try await pipeline.succeed("write")
        #expect(try await pipeline.replicate().exitCode == 0)
      }
      _ = try await reconcile()
      let usual = try await reconcile()
      #expect(!usual.cost.isFullListing)
      #expect(usual.tables.map(\.generation) == [1])

      started.withLock { $0 += 60 }
      let told = try await reconcile()
      #expect(told.cost.isFullListing)
      let afresh = try await pipeline.run("replicate", "--afresh", "--until-idle", "2s")
      #expect(afresh.exitCode == 0, "\(afresh.errorOutput)")
      started.withLock { $0 += 60 }
      let anew = try await reconcile()
      #expect(anew.tables.map(\.generation) == [2])
      #expect(
        anew.notes.contains("DMS has loaded anew: lakecanary.customers; counted from there on"),
        "\(anew.notes)")
    }
  }

  /// A task that has stopped is named before anything is due, with what it counted until then.
  @Test func aTaskThatStoppedIsNamedAsTheCause() async throws {
    let task = """
      {"ReplicationTasks": [{"ReplicationTaskIdentifier": "exercise", "ReplicationTaskArn": "\(Self.arn)",
        "Status": "stopped", "StopReason": "Stop Reason RECOVERABLE_ERROR", "MigrationType": "full-load-and-cdc",
        "ReplicationTaskStats": {"FreshStartDate": 1795000000.0, "StopDate": 1795474441.0}}]}
      """
    let counts = """
      {"TableStatistics": [{"SchemaName": "lakecanary", "TableName": "customers", "FullLoadRows": 30,
        "Inserts": 5, "TableState": "Table completed"}]}
      """
    try await LoopbackServer.with { request, _ in
      let isTask = request.headers["x-amz-target"]?.hasSuffix(".DescribeReplicationTasks") == true
      return .answer(200, body: Array((isTask ? task : counts).utf8))
    } _: { server in
      let pipeline = try await EndToEndPipeline(extra: "dms: {task_arn: \"\(Self.arn)\"}")
      try await pipeline.succeed("write")
      #expect(try await pipeline.replicate().exitCode == 0)
      let text = try await pipeline.run("reconcile", environment: environment(server))
      #expect(text.exitCode == 1, "\(text.output)")
      let line = try #require(text.output.split(separator: "\n").first)
      #expect(
        line.contains(
          "the DMS task exercise is stopped (Stop Reason RECOVERABLE_ERROR) since 2026-11-23 22:54:01Z"))
      #expect(text.output.contains("DMS counts 30 loaded, 5 inserted, 0 updated, 0 deleted; the bucket has"))
      let json = try await pipeline.run("reconcile", "--json", environment: environment(server))
      let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
      let witness = try #require(report?["witness"] as? [String: Any])
      #expect(witness["stop_reason"] as? String == "Stop Reason RECOVERABLE_ERROR")
      #expect(witness["teller"] as? String == "dms")
      #expect((witness["tables"] as? [[String: Any]])?.first?["full_load_rows"] as? Int == 30)
    }
  }

  private struct Report: Decodable {
    var tables: [Table]
    var cost: Cost
    var notes: [String]

    struct Table: Decodable { var generation: Int }
    struct Cost: Decodable {
      var isFullListing: Bool

      enum CodingKeys: String, CodingKey { case isFullListing = "full_listing" }
    }
  }
}
