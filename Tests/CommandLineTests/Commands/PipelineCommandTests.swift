import Foundation
import Ledger
import TestSupport
import Testing
import Time

@testable import lakecanary

/// Runs the built command against a real PostgreSQL and a bucket in a directory.
@Suite struct PipelineCommandTests {
  /// A configured pipeline in a directory of its own.
  private func pipeline() async throws -> TestDirectory {
    let directory = try TestDirectory()
    let source = try await PostgresFixture.shared.makeDatabase()
    try FileManager.default.createDirectory(
      atPath: directory.path + "/bucket", withIntermediateDirectories: true)
    try directory.write(
      """
      source: "\(source)"
      bucket: bucket
      tables: [public.customers]
      endpoint_settings: DataFormat=parquet;timestampColumnName=extracted_at;cdcMaxBatchInterval=60
      ledger: ledger.sqlite
      workload: {seed: 7}
      """, to: "shop.yaml")
    return directory
  }

  private func lakecanary(
    _ arguments: [String], in directory: TestDirectory, environment: [String: String?] = [:]
  ) async throws -> CommandRun {
    try await CommandRun.lakecanary(
      arguments + ["--config", "shop.yaml"], environment: environment, directory: directory.path)
  }

  @Test func writesAndReportsWhatItWrote() async throws {
    let directory = try await pipeline()
    let write = try await lakecanary(
      ["write", "--inserts", "7", "--updates", "2", "--deletes", "1"], in: directory)
    #expect(write.exitCode == 0, "\(write.errorOutput)")
    #expect(
      write.output.hasPrefix(
        "public.customers: 7 inserts, 2 updates, 1 delete in 2 transactions; table made; seed 7"))
    // Nothing has been delivered, and nothing is due yet.
    let run = try await lakecanary(["run", "--json"], in: directory)
    #expect(run.exitCode == 3, "\(run.errorOutput)")
    let report = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let table = try #require((report["tables"] as? [[String: Any]])?.first)
    #expect((table["operations"] as? [String: Int])?["total"] == 45)
    #expect(table["pending"] as? Int == 45)
    #expect((report["verdict"] as? [String: String])?["status"] == "unknown")
    let lenient = try await lakecanary(["check", "--fail-on", "warning,critical"], in: directory)
    #expect(lenient.exitCode == 0)
    let verified = try await lakecanary(["ledger", "verify"], in: directory)
    #expect(verified.exitCode == 0, "\(verified.output)")
  }

  @Test func writesFilesBesideWhatItPrints() async throws {
    let directory = try await pipeline()
    let run = try await lakecanary(
      [
        "reconcile", "--output", "junit:report.xml", "--output", "openmetrics:lakecanary.prom", "--format",
        "nagios",
      ],
      in: directory, environment: ["GITHUB_STEP_SUMMARY": "summary.md"])
    #expect(run.exitCode == 3)
    #expect(run.output.hasPrefix("LAKECANARY UNKNOWN - shop: "))
    func contents(_ name: String) throws -> String {
      try String(contentsOfFile: directory.path + "/" + name, encoding: .utf8)
    }
    #expect(try contents("report.xml").hasPrefix("<?xml"))
    #expect(try contents("lakecanary.prom").hasSuffix("# EOF\n"))
    #expect(try contents("summary.md").hasPrefix("## ❔ UNKNOWN: shop\n"))
    let left = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter {
      $0.hasSuffix(".tmp")
    }
    #expect(left.isEmpty)
  }

  @Test func aFileThatCannotBeWrittenIsToldAndMakesAGoodVerdictUnknown() async throws {
    let directory = try await pipeline()
    let run = try await lakecanary(
      ["reconcile", "--fail-on", "none", "--output", "json:/nowhere/report.json"], in: directory)
    #expect(run.exitCode == 3)
    #expect(
      run.errorOutput.hasPrefix(
        "lakecanary: error: cannot write the file: No such file or directory: /nowhere/report.json; "))
    #expect(run.output.hasPrefix("UNKNOWN shop: "))
  }

  @Test(arguments: [
    ("host=/nowhere dbname=d user=u", "no PostgreSQL server answers"),
    (nil, "does not exist [3D000]"),
  ])
  func aSourceOutOfReachIsUnknownAndOneLine(source: String?, message: String) async throws {
    let directory = try await pipeline()
    let database = try await PostgresFixture.shared.makeDatabase()
    let absent = database.replacing(try Regex("dbname='?\\w+'?"), with: "dbname=absent")
    let environment = ["LAKECANARY_SOURCE": source ?? absent]
    let write = try await lakecanary(["write"], in: directory, environment: environment)
    #expect(write.exitCode == 3)
    #expect(write.errorOutput.split(separator: "\n").count == 1)
    #expect(write.errorOutput.contains(message), "\(write.errorOutput)")
    // `run` judges the bucket all the same, and its reason names the source.
    let run = try await lakecanary(["run"], in: directory, environment: environment)
    #expect(run.exitCode == 3)
    #expect(run.output.hasPrefix("UNKNOWN shop: nothing was written: "))
    // So do those who look at what was recorded.
    for command in ["check", "report"] {
      let later = try await lakecanary([command], in: directory, environment: environment)
      #expect(later.exitCode == (command == "check" ? 3 : 0))
      #expect(later.output.hasPrefix("UNKNOWN shop: nothing was written: "), "\(later.output)")
    }
  }

  @Test func aTableOfOthersIsRefused() async throws {
    let directory = try await pipeline()
    let first = try await lakecanary(["write"], in: directory)
    #expect(first.exitCode == 0)
    let other = try await lakecanary(
      ["write", "--ledger", "other.sqlite"], in: directory, environment: ["LAKECANARY_PIPELINE": "other"])
    #expect(other.exitCode == 78)
    #expect(other.errorOutput.split(separator: "\n").count == 1)
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
  func aSignalEndsItCleanlyWithItsCode(signal: Int32, exitCode: Int) async throws {
    let directory = try await pipeline()
    let run = try await CommandRun.lakecanary(
      ["write", "--endless", "--rate", "50", "--config", "shop.yaml", "--log-level", "info"],
      directory: directory.path
    ) { line, process in
      if line.contains("writing") { kill(process, signal) }
    }
    #expect(run.exitCode == exitCode)
    #expect(!run.errorOutput.contains("lakecanary: error"))
    let next = try await lakecanary(["write"], in: directory)
    #expect(next.exitCode == 0, "\(next.errorOutput)")
  }

  @Test func killPointsKillTheProcess() async throws {
    let directory = try await pipeline()
    let killed = try await lakecanary(
      ["write"], in: directory, environment: ["LAKECANARY_KILL_AT": "committed:2"])
    #expect(killed.exitCode == 137)
    let next = try await lakecanary(["write", "--json"], in: directory)
    #expect(next.exitCode == 0)
    let report = try #require(JSONSerialization.jsonObject(with: Data(next.output.utf8)) as? [String: Any])
    let settled = (report["tables"] as? [[String: Any]])?.first?["settled"] as? [String: Int]
    #expect(settled?["committed"] == 1)
  }

  @Test func aLedgerThatAnotherRunHoldsIs75() async throws {
    let directory = try await pipeline()
    let ledger = try LedgerStore.open(
      path: directory.path + "/ledger.sqlite", pipeline: "shop", clock: SystemWallClock())
    for command in ["write", "run", "reconcile"] {
      let run = try await lakecanary([command], in: directory)
      #expect(run.exitCode == 75)
      #expect(run.errorOutput.split(separator: "\n").count == 1)
    }
    // A report only reads.
    let report = try await lakecanary(["report"], in: directory)
    #expect(report.exitCode == 0, "\(report.errorOutput)")
    try ledger.close()
  }
}
