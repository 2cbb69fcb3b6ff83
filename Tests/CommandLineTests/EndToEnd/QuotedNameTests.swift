import Foundation
import LocalServers
import TestSupport
import Testing

/// A table whose name needs quotes, from the configuration through PostgreSQL and the bucket into the reports.
@Suite struct QuotedNameTests {
  private static let written = #""my schema"."my ""own"" table, no. 1""#
  private static let plain = #"my schema.my "own" table, no. 1"#

  @Test func aTableWithSpacesIsWrittenReplicatedAndJudged() async throws {
    let pipeline = try await EndToEndPipeline()
    let configuration = try String(contentsOfFile: pipeline.configuration, encoding: .utf8)
    try configuration.replacing("[lakecanary.customers]", with: "['\(Self.written)']").write(
      toFile: pipeline.configuration, atomically: true, encoding: .utf8)
    for _ in 0..<2 {
      try await pipeline.succeed("write")
      let replicated = try await pipeline.replicate()
      try #require(replicated.exitCode == 0, "\(replicated.errorOutput)")
    }
    let folder = pipeline.bucket + "/my schema/my \"own\" table, no. 1"
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).contains("LOAD00000001.parquet"))
    let cluster = try await PostgresFixture.shared.cluster()
    let count = try await CommandRun.command(
      "\(cluster.programs)/psql",
      ["-XAt", "-d", pipeline.source, "-c", "select count(*) > 0 from \(Self.written)"])
    #expect(count.output == "t", "\(count.errorOutput)")
    let text = try await pipeline.succeed("reconcile", "--wait")
    #expect(text.output.contains(Self.plain), "\(text.output)")
    let json = try await pipeline.succeed("report", "--json")
    let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let tables = try #require(report?["tables"] as? [[String: Any]])
    #expect(tables.count == 1 && tables[0]["table"] as? String == Self.plain, "\(tables)")
    #expect(tables[0]["delivered"] as? Int ?? 0 > 0)
    let shown = try await pipeline.succeed("config", "show")
    #expect(shown.output.contains(Self.written), "\(shown.output)")
  }

  @Test func aFlagAndAVariableNameItTheSameWay() async throws {
    let pipeline = try await EndToEndPipeline()
    let tables = "a.b, \(Self.written) shared"
    let flag = try await pipeline.succeed("config", "show", "--tables", tables)
    #expect(flag.output.contains(tables), "\(flag.output)")
    let variable = try await pipeline.run("config", "show", environment: ["LAKECANARY_TABLES": tables])
    #expect(variable.output.contains(tables), "\(variable.output)\(variable.errorOutput)")
    let bare = try await pipeline.run(
      "config", "validate", environment: ["LAKECANARY_TABLES": "my schema.customers"])
    #expect(bare.exitCode == 78 && bare.errorOutput.contains("in double quotes"), "\(bare.errorOutput)")
    let reload = try await pipeline.run("replicate", "--reload", "my schema.customers")
    #expect(reload.exitCode == 64 && reload.errorOutput.contains("in double quotes"), "\(reload.errorOutput)")
  }
}
