import Foundation
import TestSupport
import Testing

/// `aws/pipeline.yaml`, by cfn-lint and by moto's CloudFormation.
@Suite struct TemplateTests {
  private var root: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  private var template: String { root.appending(path: "aws/pipeline.yaml").path }

  @Test func cfnLintHasNothingToSay() async throws {
    let run = try await CommandRun.command(
      try PythonPeers.program("cfn-lint"), ["--regions", "eu-west-1", "us-east-1", "--", template])
    #expect(run.exitCode == 0 && run.output == "", "\(run.output)\(run.errorOutput)")
  }

  @Test func motoMakesWhatTheExerciseAsksFor() async throws {
    let server = try await S3Servers.shared.moto()
    let script = root.appending(path: "Tests/PackageTests/Template/template.py").path
    let run = try await CommandRun.command(
      try PythonPeers.interpreter, [script, server.endpoint, template])
    #expect(run.exitCode == 0, "\(run.errorOutput)")
    // A line for each difference, then the number of resources.
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 1, "\(run.output)")
    let count = try #require(lines.last?.split(separator: " ").first.flatMap { Int($0) })
    #expect(count >= 15)
  }
}
