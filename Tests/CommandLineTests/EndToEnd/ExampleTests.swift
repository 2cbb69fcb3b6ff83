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

  /// A pipeline in which everything has arrived, with `lakecanary` and a `dbt` that notes its call in PATH.
  private func delivered() async throws -> EndToEndPipeline {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    let replication = try await pipeline.replicate()
    #expect(replication.exitCode == 0, "\(replication.errorOutput)")
    try await pipeline.succeed("reconcile", "--wait")
    let programs = pipeline.scratch.path + "/bin"
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: programs + "/lakecanary", withDestinationPath: CommandRun.executable)
    try "#!/bin/sh\necho \"$@\" >\(pipeline.scratch.path)/dbt.log\n".write(
      toFile: programs + "/dbt", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: programs + "/dbt")
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

  @Test func dbtIsStartedOnACompleteLakeAlone() async throws {
    let pipeline = try await delivered()
    let hook = "\(Self.root)/examples/dbt-build"
    let log = pipeline.scratch.path + "/dbt.log"
    let built = try await CommandRun.command(
      hook, ["--select", "orders"], environment: environment(pipeline))
    #expect(built.exitCode == 0, "\(built.errorOutput)")
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "build --select orders\n")
    try FileManager.default.removeItem(atPath: log)
    // Nobody has looked for an hour and more: it cannot be told.
    let stale = try await CommandRun.command(
      hook, [], environment: environment(pipeline).merging(["LAKECANARY_LIMITS_STALE_AFTER": "1ms"]) { $1 })
    #expect(stale.exitCode == 3, "\(stale.errorOutput)")
    #expect(!FileManager.default.fileExists(atPath: log))
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
