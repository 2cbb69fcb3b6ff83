import Foundation
import LocalServers
import TestSupport
import Testing

/// The witnesses beside bucket and ledger: the source's own rows, a saved bucket, and a person's word.
@Suite struct SourceWitnessTests {
  @Test func theSourceIsComparedAndWhatDiffersIsAcknowledged() async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    try await pipeline.succeed("reconcile", "--source-check")
    // A row that was changed where no change could be seen: the bucket holds the old one.
    let key = try await psql(
      pipeline,
      """
      update lakecanary.customers set name = 'somebody else'
      where customer_id = (select customer_id from lakecanary.customers order by 1 limit 1) returning customer_id
      """)
    let differing = try await pipeline.run("reconcile", "--source-check")
    #expect(differing.exitCode == 2, "\(differing.output)")
    #expect(differing.output.contains(key))
    // Without the source there is nothing that says otherwise, and the finding stays.
    #expect(try await pipeline.run("reconcile").exitCode == 2)
    let found = try #require(try await findings(pipeline).first)
    #expect(found["kind"] as? String == "source-difference")
    let id = try #require(found["id"] as? Int)
    let unknown = try await pipeline.run("findings", "acknowledge", "999", "--reason", "x")
    #expect(unknown.exitCode == 64 && unknown.errorOutput.contains("999"), "\(unknown.errorOutput)")
    try await pipeline.succeed("findings", "acknowledge", "\(id)", "--reason", "a test", "--for", "1h")
    #expect(try await findings(pipeline).first?["state"] as? String == "acknowledged")
    try await pipeline.succeed("check")
    try await pipeline.succeed("reconcile", "--source-check")
    #expect(try await pipeline.run("findings").output.contains("a test"))
    try await pipeline.succeed("findings", "resolve", "\(id)", "--reason", "put right")
    #expect(try await findings(pipeline).isEmpty)
  }

  @Test func aSavedBucketIsJudgedElsewhere() async throws {
    let pipeline = try await EndToEndPipeline()
    // What is loaded, then what is changed: a lag is that of a change.
    for _ in 0..<2 {
      try await pipeline.succeed("write")
      #expect(try await pipeline.replicate().exitCode == 0)
    }
    let file = pipeline.scratch.path + "/saved.jsonl"
    let saved = try await pipeline.succeed("observe", "--output", file)
    #expect(saved.output.contains("object"))
    try FileManager.default.removeItem(atPath: pipeline.bucket)
    #expect(try await pipeline.run("reconcile").exitCode == 3)
    let judged = try await pipeline.run("reconcile", "--observations", file, "--json")
    #expect(judged.exitCode == 0, "\(judged.errorOutput)\(judged.output)")
    let report = try #require(JSONSerialization.jsonObject(with: Data(judged.output.utf8)) as? [String: Any])
    let table = try #require((report["tables"] as? [[String: Any]])?.first)
    #expect(table["delivered"] as? Int == 120)
    for other in ["--wait", "--source-check"] {
      #expect(try await pipeline.run("reconcile", "--observations", file, other).exitCode == 64)
    }
    try await pipeline.succeed("ledger", "verify")
  }

  private func findings(_ pipeline: EndToEndPipeline) async throws -> [[String: Any]] {
    let list = try await pipeline.run("findings", "--json")
    #expect(list.exitCode == 0, "\(list.errorOutput)")
    let object = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [String: Any]
    return object?["findings"] as? [[String: Any]] ?? []
  }

  private func psql(_ pipeline: EndToEndPipeline, _ text: String) async throws -> String {
    let cluster = try await PostgresFixture.shared.cluster()
    let run = try await CommandRun.command(
      "\(cluster.programs)/psql", ["-XAtq", "-d", pipeline.source, "-c", text])
    try #require(run.exitCode == 0, "\(run.errorOutput)")
    return run.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
