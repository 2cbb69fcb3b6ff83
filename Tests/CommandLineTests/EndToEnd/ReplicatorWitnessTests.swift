import Foundation
import Synchronization
import TestSupport
import Testing

/// The replicator as a third witness beside ledger and bucket, by the file that it writes of itself.
@Suite struct ReplicatorWitnessTests {
  private func pipeline() async throws -> EndToEndPipeline {
    try await EndToEndPipeline(extra: "replicator: {statistics: statistics.json}")
  }

  private struct Report: Decodable {
    var notes: [String]
    var witness: Witness?

    struct Witness: Decodable { var teller: String? }
  }

  private func notes(_ run: CommandRun) throws -> [String] {
    try JSONDecoder().decode(Report.self, from: Data(run.output.utf8)).notes
  }

  @Test func aRowThatTheReplicatorCountsAndTheBucketLacksIsTold() async throws {
    let pipeline = try await pipeline()
    let before = try await pipeline.run("reconcile", "--json")
    #expect(
      try notes(before).contains { $0.contains("no witness: the replicator has written no statistics") })
    // What is loaded, then what is changed: its counts go on from run to run.
    for _ in 0..<2 {
      try await pipeline.succeed("write")
      #expect(try await pipeline.replicate().exitCode == 0)
      let whole = try await pipeline.run("reconcile", "--json", "--wait")
      #expect(whole.exitCode == 0, "\(whole.output)\(whole.errorOutput)")
      #expect(try notes(whole).allSatisfy { !$0.contains("rows fewer") }, "\(whole.output)")
      let report = try JSONDecoder().decode(Report.self, from: Data(whole.output.utf8))
      #expect(report.witness?.teller == "replicator")
    }
    try await pipeline.succeed("write")
    let faulty = try await pipeline.run("replicate", "--until-idle", "2s", "--fault", "lose-row")
    #expect(faulty.exitCode == 0, "\(faulty.errorOutput)")
    _ = try await pipeline.run("reconcile", "--json")
    let told = try await pipeline.run("reconcile", "--json")
    let note = try notes(told).first { $0.contains("the replicator had counted") }
    #expect(note?.hasSuffix("and the bucket has 1 rows fewer") == true, "\(told.output)")
  }

  @Test func doctorSaysWhatTheReplicatorDoes() async throws {
    let pipeline = try await pipeline()
    let file = pipeline.scratch.path + "/statistics.json"
    let absent = try await pipeline.run("doctor", "--only", "replicator")
    #expect(absent.exitCode == 0 && absent.output.contains("there is no \(file) yet"), "\(absent.output)")
    try await pipeline.succeed("write")
    let process = Mutex<Int32?>(nil)
    async let replication = CommandRun.lakecanary(
      ["replicate", "--config", pipeline.configuration], directory: pipeline.scratch.path,
      onStart: { started in process.withLock { $0 = started } })
    while (try? String(contentsOfFile: file, encoding: .utf8))?.contains("\"changes\"") != true {
      try await Task.sleep(for: .milliseconds(20))
    }
    let running = try await pipeline.run("doctor", "--only", "replicator")
    #expect(running.exitCode == 0, "\(running.output)")
    #expect(running.output.contains("statistics: it runs (changes)"), "\(running.output)")
    #expect(running.output.contains("lakecanary.customers: Table completed"), "\(running.output)")
    if let process = process.withLock({ $0 }) { kill(process, SIGTERM) }
    _ = try await replication
    let stopped = try await pipeline.run("doctor", "--only", "replicator")
    #expect(stopped.output.contains("statistics: it stopped at"), "\(stopped.output)")

    try "no statistics".write(toFile: file, atomically: false, encoding: .utf8)
    let broken = try await pipeline.run("doctor", "--only", "replicator")
    #expect(broken.output.contains("the statistics in \(file) cannot be read"), "\(broken.output)")
  }
}
