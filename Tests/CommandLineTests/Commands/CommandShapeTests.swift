import Foundation
import TestSupport
import Testing

@testable import lakecanary

/// Runs the built command for what needs neither source nor bucket: its shape, its errors, its exit codes.
@Suite struct CommandShapeTests {
  @Test(arguments: [
    ["--help"], ["run", "--help"], ["write", "--help"], ["reconcile", "--help"], ["report", "--help"],
    ["inspect", "--help"], ["replicate", "--help"], ["findings", "--help"],
    ["findings", "acknowledge", "--help"],
    ["config", "--help"], ["config", "init", "--help"],
  ])
  func everyCommandHasHelp(arguments: [String]) async throws {
    let run = try await CommandRun.lakecanary(arguments)
    #expect(run.exitCode == 0)
    #expect(run.output.contains("USAGE: lakecanary"))
    #expect(run.errorOutput == "")
  }

  @Test(arguments: [
    (["wrte"], "lakecanary: error: Unexpected argument 'wrte'"),
    (["run", "--wat"], "lakecanary: error: Unknown option '--wat'"),
    (["write", "--duration", "5"], "lakecanary: error: The value '5' is invalid for '--duration <time>'"),
    (
      ["write", "--duration", "5m", "--endless"],
      "lakecanary: error: --endless and --duration exclude each other"
    ),
    (
      ["write", "--rate", "0"], "lakecanary: error: workload.rate: '0' is no number of rows a second above 0"
    ),
    (["report", "--run", "1", "--history"], "lakecanary: error: --history and --run exclude each other"),
    (
      ["run", "--source", "password=x"],
      "lakecanary: error: a password on the command line is seen by every user"
    ),
    (["findings", "acknowledge", "1"], "lakecanary: error: Missing expected argument '--reason <text>'"),
    (["inspect", "/nowhere/x", "--limit", "0"], "lakecanary: error: --limit must be 1 or more"),
  ])
  func aWrongUseIs64(arguments: [String], beginning: String) async throws {
    let run = try await CommandRun.lakecanary(arguments)
    #expect(run.exitCode == 64)
    #expect(run.output == "")
    #expect(run.errorOutput.hasPrefix(beginning), "\(run.errorOutput)")
  }

  @Test func aWrongConfigurationIs78AndOneLine() async throws {
    let directory = try TestDirectory()
    try directory.write("bukcet: x\n", to: "shop.yaml")
    for command in [
      ["run"], ["write"], ["reconcile"], ["report"], ["config", "show"], ["config", "validate"],
    ] {
      let run = try await CommandRun.lakecanary(
        command + ["--config", "shop.yaml"], directory: directory.path)
      #expect(run.exitCode == 78)
      #expect(
        run.errorOutput
          == "lakecanary: error: unknown key 'bukcet': shop.yaml:1:1; did you mean 'bucket'?", "\(command)")
    }
    let absent = try await CommandRun.lakecanary(
      ["run", "--config", "absent.yaml"], directory: directory.path)
    #expect(absent.exitCode == 78)
  }

  @Test func whatLacksIsNamed() async throws {
    let directory = try TestDirectory()
    let environment = ["LAKECANARY_LEDGER": "ledger.sqlite"]
    let write = try await CommandRun.lakecanary(
      ["write"], environment: environment, directory: directory.path)
    #expect(write.exitCode == 78)
    #expect(
      write.errorOutput
        == "lakecanary: error: the configuration lacks 'source'; add `source: host=db.example.internal dbname=shop "
        + "user=lakecanary sslmode=verify-full sslrootcert=system` to the file, or set LAKECANARY_SOURCE")
    let validate = try await CommandRun.lakecanary(["config", "validate"], directory: directory.path)
    #expect(validate.exitCode == 78)
    #expect(validate.errorOutput.split(separator: "\n").count == 3)
  }

  @Test func initWritesAFileThatValidates() async throws {
    let directory = try TestDirectory()
    let made = try await CommandRun.lakecanary(["config", "init", "shop.yaml"], directory: directory.path)
    #expect(made.exitCode == 0)
    let attributes = try FileManager.default.attributesOfItem(atPath: directory.path + "/shop.yaml")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let valid = try await CommandRun.lakecanary(
      ["config", "validate", "-c", "shop.yaml"], directory: directory.path)
    #expect(valid.exitCode == 0)
    #expect(valid.output == "pipeline shop: the configuration is valid")
    let again = try await CommandRun.lakecanary(["config", "init", "shop.yaml"], directory: directory.path)
    #expect(again.exitCode == 78)
    #expect(
      again.errorOutput
        == "lakecanary: error: the file is there already: shop.yaml; give another path, or --force to write over it"
    )
  }

  @Test func showHidesSecrets() async throws {
    let directory = try TestDirectory()
    try directory.write("source: postgresql://ada:hunter2@db/shop\nlimits:\n  max_lag: 5m\n", to: "shop.yaml")
    for arguments in [["config", "show"], ["config", "show", "--json"]] {
      let run = try await CommandRun.lakecanary(
        arguments + ["-c", "shop.yaml"], environment: ["LAKECANARY_PASSWORD": "hunter2"],
        directory: directory.path)
      #expect(run.exitCode == 0)
      #expect(!run.output.contains("hunter2"))
      #expect(run.output.contains("postgresql://ada:***@db/shop"))
      #expect(run.output.contains("shop.yaml:3:12"))
    }
  }

  @Test func aReportWithoutALedgerIsUnknown() async throws {
    let directory = try TestDirectory()
    try directory.write("ledger: none.sqlite\n", to: "shop.yaml")
    let run = try await CommandRun.lakecanary(["report", "-c", "shop.yaml"], directory: directory.path)
    #expect(run.exitCode == 3)
    #expect(run.errorOutput.hasPrefix("lakecanary: error: there is no ledger at none.sqlite"))
    #expect(run.errorOutput.split(separator: "\n").count == 1)
  }

  @Test func aCorruptLedgerIsOneLine() async throws {
    let directory = try TestDirectory()
    try directory.write("ledger: ledger.sqlite\n", to: "shop.yaml")
    try directory.write(String(repeating: "no database at all ", count: 100), to: "ledger.sqlite")
    let run = try await CommandRun.lakecanary(["report", "-c", "shop.yaml"], directory: directory.path)
    #expect(run.exitCode == 78)
    #expect(run.errorOutput.split(separator: "\n").count == 1)
    #expect(run.errorOutput.contains("is not a SQLite database"))
  }

  @Test func theSchemaIsPrinted() async throws {
    let run = try await CommandRun.lakecanary(["report", "--json-schema"])
    #expect(run.exitCode == 0)
    #expect(run.output.contains("\"urn:lakecanary:report:1\""))
  }

  @Test func aFullStandardOutputIsAnError() async throws {
    let run = try await CommandRun.command(
      "/bin/sh", ["-c", "\"$0\" config init - > /dev/full", CommandRun.executable])
    #expect(run.exitCode == 3)
    #expect(
      run.errorOutput
        == "lakecanary: error: cannot write the result to standard output: No space left on device; "
        + "give it a place that takes it")
  }

  @Test func aReaderThatHasSeenEnoughIsNoError() async throws {
    let run = try await CommandRun.command(
      "/bin/bash", ["-c", "\"$0\" config init - | true; exit ${PIPESTATUS[0]}", CommandRun.executable])
    #expect(run.errorOutput == "")
    #expect([0, 141].contains(run.exitCode))
  }
}
