import Foundation
import LocalServers
import TestSupport
import Testing

/// Each wrong thing gives one clear line with the mend, and the documented exit code.
@Suite struct BadInputTests {
  @Test func noServer() async throws {
    let pipeline = try await EndToEndPipeline(source: "host=/nonexistent dbname=x user=y")
    let run = try await pipeline.run("write")
    expectOneLine(run, 3, "/nonexistent")
  }

  @Test func noSuchDatabase() async throws {
    let cluster = try await PostgresFixture.shared.cluster()
    let pipeline = try await EndToEndPipeline(source: cluster.conninfo(database: "nowhere"))
    expectOneLine(try await pipeline.run("write"), 3, "nowhere")
    expectOneLine(try await pipeline.run("replicate"), 3, "nowhere")
  }

  @Test func wrongPassword() async throws {
    let scratch = try ScratchDirectory()
    let cluster = try await PostgresCluster.start(in: scratch.path + "/pg", removing: scratch.path + "/pg")
    let rules = "local all all scram-sha-256\n"
    try rules.write(toFile: cluster.directory + "/data/pg_hba.conf", atomically: false, encoding: .utf8)
    let psql = "\(cluster.programs)/psql"
    for statement in ["alter role postgres password 'right'", "select pg_reload_conf()"] {
      // The new rules are read after the second statement alone.
      let run = try await CommandRun.command(psql, ["-XAtd", cluster.conninfo(), "-c", statement])
      #expect(run.exitCode == 0, "\(run.errorOutput)")
    }
    let pipeline = try await EndToEndPipeline(source: cluster.conninfo())
    let run = try await pipeline.run("write", environment: ["LAKECANARY_PASSWORD": "wr0ng-secret"])
    expectOneLine(run, 3, "password")
    #expect(!run.errorOutput.contains("wr0ng-secret"))
    let none = try await pipeline.run("write")
    expectOneLine(none, 3, "password")
    let right = try await pipeline.run("write", environment: ["LAKECANARY_PASSWORD": "right"])
    #expect(right.exitCode == 0, "\(right.errorOutput)")
    await cluster.stop()
  }

  @Test func logicalReplicationIsOff() async throws {
    let scratch = try ScratchDirectory()
    let cluster = try await PostgresCluster.start(
      in: scratch.path + "/pg", removing: scratch.path + "/pg", settings: ["wal_level": "replica"])
    let pipeline = try await EndToEndPipeline(source: cluster.conninfo())
    try await pipeline.succeed("write")
    expectOneLine(try await pipeline.run("replicate"), 78, "wal_level")
    await cluster.stop()
  }

  @Test func bucketMissing() async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    try FileManager.default.removeItem(atPath: pipeline.bucket)
    expectOneLine(try await pipeline.run("replicate"), 3, pipeline.bucket)
    let run = try await pipeline.run("reconcile")
    #expect(run.exitCode == 3)
    #expect(run.output.contains(pipeline.bucket))
  }

  @Test func unknownKey() async throws {
    let pipeline = try await EndToEndPipeline(extra: "limit: {max_lag: 5m}")
    let run = try await pipeline.run("run")
    expectOneLine(run, 78, "limits")
    #expect(run.errorOutput.contains("lakecanary.yaml:9"))
  }

  @Test func noPostgreSQLWhereItIsSaidToBe() async throws {
    let scratch = try ScratchDirectory()
    defer { withExtendedLifetime(scratch) {} }
    let run = try await CommandRun.lakecanary(
      ["demo"], environment: ["LAKECANARY_POSTGRES_BIN": scratch.path], directory: scratch.path)
    let told = run.errorOutput.split(separator: "\n").filter { $0.hasPrefix("lakecanary: error: ") }
    #expect(run.exitCode == 78 && told.count == 1, "\(run.errorOutput)")
    #expect(told.first?.contains("LAKECANARY_POSTGRES_BIN is \(scratch.path), where no initdb") ?? false)
    #expect(told.first?.contains("; correct it, or take it away") ?? false, "\(told)")
    #expect(!run.errorOutput.contains("apt-get"))
  }

  @Test func corruptLedger() async throws {
    let pipeline = try await EndToEndPipeline()
    try "this is no ledger".write(toFile: pipeline.ledger, atomically: true, encoding: .utf8)
    let run = try await pipeline.run("run")
    expectOneLine(run, 78, pipeline.ledger)
    #expect(try String(contentsOfFile: pipeline.ledger, encoding: .utf8) == "this is no ledger")
  }

  /// A file system of a few kilobytes in a mount namespace of the command's own.
  @Test(arguments: ["bucket", "ledger"])
  func diskFull(what: String) async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    let full = pipeline.scratch.path + "/full"
    try FileManager.default.createDirectory(atPath: full, withIntermediateDirectories: false)
    let option = what == "bucket" ? "--bucket" : "--ledger"
    let place = what == "bucket" ? full : full + "/ledger.sqlite"
    let command = what == "bucket" ? "replicate --until-idle 2s" : "write"
    let script = """
      mount -t tmpfs -o size=\(what == "bucket" ? "4k" : "150k"),mode=777 none '\(full)' || exit 99
      exec '\(CommandRun.executable)' \(command) --config '\(pipeline.configuration)' \(option) '\(place)'
      """
    let user = geteuid() == 0 ? [] : ["--user", "--map-root-user"]
    let run = try await CommandRun.command("/usr/bin/unshare", user + ["--mount", "sh", "-c", script])
    #expect(run.exitCode != 99, "no file system can be mounted here: \(run.errorOutput)")
    expectOneLine(run, 3, full)
  }

  @Test func aTableOfOthersIsRefused() async throws {
    let pipeline = try await EndToEndPipeline()
    let cluster = try await PostgresFixture.shared.cluster()
    let made = try await CommandRun.command(
      "\(cluster.programs)/psql",
      [
        "-XAtd", pipeline.source, "-c",
        "create schema lakecanary; create table lakecanary.customers (id int)",
      ])
    #expect(made.exitCode == 0, "\(made.errorOutput)")
    expectOneLine(try await pipeline.run("write"), 78, "lakecanary.customers")
  }

  private func expectOneLine(
    _ run: CommandRun, _ exitCode: Int, _ named: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.exitCode == exitCode, "\(run.errorOutput)\(run.output)", sourceLocation: sourceLocation)
    let lines = run.errorOutput.split(separator: "\n")
    #expect(lines.count == 1, "one line: \(run.errorOutput)", sourceLocation: sourceLocation)
    #expect(
      lines.first?.hasPrefix("lakecanary: error: ") == true, "\(run.errorOutput)",
      sourceLocation: sourceLocation)
    #expect(run.errorOutput.contains(named), "\(run.errorOutput)", sourceLocation: sourceLocation)
  }
}
