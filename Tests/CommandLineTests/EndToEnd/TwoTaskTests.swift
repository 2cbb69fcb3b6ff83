import Foundation
import TestSupport
import Testing

/// Two tasks that replicate one table to one prefix: DMS lets nobody stop that.
@Suite struct TwoTaskTests {
  private struct Report: Decodable {
    struct Verdict: Decodable { var status: String }
    struct Table: Decodable { var missing, late, altered, duplicates, delivered: Int }
    struct Finding: Decodable { var kind, severity: String }
    var verdict: Verdict
    var tables: [Table]
    var findings: [Finding]
  }

  /// The second one's load is written over the first one's, and from then on every change comes twice.
  ///
  /// Nothing is lost or late, and the doubles are counted; what then is lost of both is found.
  @Test func allComesTwiceAndNothingIsLost() async throws {
    let pipeline = try await EndToEndPipeline()
    let second: [String: String?] = [
      "LAKECANARY_REPLICATOR_TASK": pipeline.name + "_second",
      "LAKECANARY_REPLICATOR_TABLE_PREPARATION": "DO_NOTHING",
    ]
    func reconcile() async throws -> Report {
      let run = try await pipeline.run("reconcile", "--json", "--wait")
      return try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    }
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    try await pipeline.expectNothingWrong("one task")

    #expect(try await pipeline.replicate(environment: second).exitCode == 0)
    for round in 1...2 {
      try await pipeline.succeed("write")
      #expect(try await pipeline.replicate().exitCode == 0)
      #expect(try await pipeline.replicate(environment: second).exitCode == 0)
      let report = try await reconcile()
      #expect(report.verdict.status == "ok" && report.findings.allSatisfy { $0.severity == "notice" })
      let table = try #require(report.tables.first)
      #expect(table.missing == 0 && table.late == 0 && table.altered == 0)
      #expect(table.duplicates == round * 60)
      #expect(Set(report.findings.map(\.kind)) == ["duplicate-rows", "reload"])
    }
    try await pipeline.succeed("write")
    for environment in [[:], second] {
      let run = try await pipeline.run(
        "replicate", "--until-idle", "2s", "--fault", "lose-row", environment: environment)
      #expect(run.exitCode == 0, "\(run.errorOutput)")
    }
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    let report = try await reconcile()
    #expect(report.verdict.status == "critical" && report.tables.first?.missing == 1)
    #expect(try await pipeline.replicate(environment: second).exitCode == 0)
    for task in [[:], second] {
      #expect(try await pipeline.run("replicate", "--clean-up", environment: task).exitCode == 0)
    }
  }
}
