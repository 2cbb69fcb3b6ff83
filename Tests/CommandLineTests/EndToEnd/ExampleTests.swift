import Foundation
import TestSupport
import Testing

/// The examples for CI and monitoring, run as their hosts would run them.
@Suite struct ExampleTests {
  private static var root: String {
    var url = URL(filePath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.path
  }

  /// A pipeline in which everything has arrived, with `lakecanary` and dbt in PATH.
  private func delivered() async throws -> EndToEndPipeline {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    let replication = try await pipeline.replicate()
    #expect(replication.exitCode == 0, "\(replication.errorOutput)")
    try await pipeline.succeed("reconcile", "--wait")
    let programs = pipeline.scratch.path + "/bin"
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: false)
    for (name, program) in [
      ("lakecanary", CommandRun.executable), ("dbt", try PythonPeers.program("dbt")),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(programs)/\(name)", withDestinationPath: program)
    }
    return pipeline
  }

  private func environment(_ pipeline: EndToEndPipeline) -> [String: String?] {
    [
      "PATH": "\(pipeline.scratch.path)/bin:/usr/bin:/bin", "LAKECANARY_CONFIG": pipeline.configuration,
      "GITHUB_STEP_SUMMARY": pipeline.scratch.path + "/summary.md",
    ]
  }

  /// The shell commands of a YAML file, one a line: steps' `run` of a workflow, `script` of a job.
  private func commands(_ file: String) async throws -> [String] {
    let script = """
      import sys, yaml
      document = yaml.safe_load(open(sys.argv[1]))
      for job in document.get("jobs", document).values():
          for step in job.get("steps", []):
              if "run" in step: print(step["run"])
          for line in job.get("script", []): print(line)
      """
    let run = try await CommandRun.command(
      PythonPeers.interpreter, ["-c", script, "\(Self.root)/examples/\(file)"])
    #expect(run.exitCode == 0, "\(run.errorOutput)")
    return run.output.split(separator: "\n").map(String.init)
  }

  @Test(arguments: ["github-actions.yml", "gitlab-ci.yml"])
  func aJobEndsByTheVerdict(file: String) async throws {
    let pipeline = try await delivered()
    let commands = try await commands(file)
    #expect(commands.count == 2)
    // What writes needs a replicator at work meanwhile.
    async let replication = pipeline.run("replicate", "--until-idle", "8s")
    for command in commands {
      let run = try await CommandRun.command(
        "/bin/bash", ["-eo", "pipefail", "-c", command], environment: environment(pipeline),
        directory: pipeline.scratch.path)
      #expect(run.exitCode == 0, "\(command): \(run.output)\(run.errorOutput)")
    }
    _ = try await replication
    #expect(FileManager.default.fileExists(atPath: pipeline.scratch.path + "/lakecanary.xml"))
    let summary = try String(contentsOfFile: pipeline.scratch.path + "/summary.md", encoding: .utf8)
    #expect(summary.hasPrefix("## ✅ OK: e2e"))
    // A limit that cannot be held stops the job.
    let gate = try #require(commands.last).replacing("--max-lag 5m", with: "--max-lag 1ms")
    let stopped = try await CommandRun.command(
      "/bin/bash", ["-eo", "pipefail", "-c", gate], environment: environment(pipeline),
      directory: pipeline.scratch.path)
    #expect(stopped.exitCode == 2, "\(stopped.output)")
  }

  /// A project of dbt that builds a model of the pipeline's bucket with DuckDB, and tests its key.
  private func project(_ pipeline: EndToEndPipeline) throws {
    try FileManager.default.createDirectory(
      atPath: pipeline.scratch.path + "/models", withIntermediateDirectories: false)
    for (name, text) in [
      ("dbt_project.yml", "name: lake\nprofile: lake\n"),
      ("profiles.yml", "lake: {target: ci, outputs: {ci: {type: duckdb, path: warehouse.duckdb}}}\n"),
      (
        "models/customers.sql",
        """
        select customer_id, count(*) as changes
        from read_parquet('\(pipeline.bucket)/lakecanary/customers/*.parquet') group by all

        """
      ),
      (
        "models/schema.yml",
        "models: [{name: customers, columns: [{name: customer_id, data_tests: [unique, not_null]}]}]\n"
      ),
      ("models/other.sql", "select 1 as n\n"),
    ] {
      try text.write(toFile: "\(pipeline.scratch.path)/\(name)", atomically: true, encoding: .utf8)
    }
  }

  /// dbt itself builds, and only on a lake that is complete.
  @Test func dbtBuildsOnACompleteLakeAlone() async throws {
    let pipeline = try await delivered()
    try project(pipeline)
    let environment = environment(pipeline).merging(["DO_NOT_TRACK": "1"]) { $1 }
    func build(_ environment: [String: String?]) async throws -> CommandRun {
      try await CommandRun.command(
        "\(Self.root)/examples/dbt-build", ["--select", "customers"], environment: environment,
        directory: pipeline.scratch.path)
    }
    let results = pipeline.scratch.path + "/target/run_results.json"
    // Nobody has looked for an hour and more: it cannot be told.
    let stale = try await build(environment.merging(["LAKECANARY_LIMITS_STALE_AFTER": "1ms"]) { $1 })
    #expect(stale.exitCode == 3, "\(stale.errorOutput)")
    #expect(!FileManager.default.fileExists(atPath: results))

    let built = try await build(environment)
    #expect(built.exitCode == 0, "\(built.output)\(built.errorOutput)")
    #expect(built.errorOutput.hasPrefix("OK e2e_"))
    struct Results: Decodable {
      var results: [Result]
      struct Result: Decodable {
        var uniqueId, status: String
      }
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let told = try decoder.decode(Results.self, from: Data(contentsOf: URL(filePath: results))).results
    #expect(told.map(\.status).sorted() == ["pass", "pass", "success"])
    #expect(told.contains { $0.uniqueId == "model.lake.customers" })
  }

  @Test func nagiosGetsItsLine() async throws {
    let pipeline = try await delivered()
    let text = try String(contentsOfFile: "\(Self.root)/examples/nagios.cfg", encoding: .utf8)
    let match = try #require(text.firstMatch(of: /command_line\s+(.+)/))
    let command = String(match.output.1).replacing("/usr/bin/lakecanary", with: CommandRun.executable)
      .replacing("/etc/lakecanary/$ARG1$.yaml", with: pipeline.configuration)
    let run = try await CommandRun.command("/bin/sh", ["-c", command], environment: environment(pipeline))
    #expect(run.exitCode == 0)
    #expect(run.output.contains(/^LAKECANARY OK - e2e_\w+: .+ \| '/))
  }

  @Test func aWindowLeavesOutWhatIsOlder() async throws {
    let pipeline = try await delivered()
    let hour = try await pipeline.run("check", "--window", "1h", "--json")
    #expect(hour.exitCode == 0, "\(hour.output)")
    #expect(hour.output.contains("\"delivered\" : 60"), "\(hour.output)")
    let none = try await pipeline.run("check", "--window", "1ms")
    #expect(none.exitCode == 3)
    #expect(none.output.contains("nothing was committed within"), "\(none.output)")
  }
}
