import Foundation
import Reporting
import TestSupport
import Testing

/// Markup, quotes, a line break and right-to-left text in a table's name, from PostgreSQL into every form of report.
@Suite struct HostileNameTests {
  @Test func aTableOfAnyNameIsShownSafely() async throws {
    let pipeline = try await EndToEndPipeline()
    let configuration = try String(contentsOfFile: pipeline.configuration, encoding: .utf8)
    let name = #"["s\"<script>'.c|ust\n\u202Eomers"]"#
    try configuration.replacing("[lakecanary.customers]", with: name).write(
      toFile: pipeline.configuration, atomically: true, encoding: .utf8)
    let write = try await pipeline.succeed("write")
    let replication = try await pipeline.replicate()
    #expect(replication.exitCode == 0, "\(replication.errorOutput)")
    let run = try await CommandRun.lakecanary(
      ["reconcile", "--wait", "--config", pipeline.configuration]
        + ReportFormat.allCases.flatMap { ["--output", "\($0.rawValue):\($0.rawValue)"] },
      environment: ["GITHUB_STEP_SUMMARY": "summary"], directory: pipeline.scratch.path)
    #expect(run.exitCode == 0, "\(run.errorOutput)\(run.output)")
    for text in [write.output, write.errorOutput, replication.errorOutput, run.output, run.errorOutput] {
      #expect(!text.contains("\u{202E}"))
    }
    #expect(run.output.contains(#"s"<script>'.c|ust\n\u{202E}omers"#), "\(run.output)")
    for name in ReportFormat.allCases.map(\.rawValue) + ["summary"] {
      let text = try String(contentsOfFile: "\(pipeline.scratch.path)/\(name)", encoding: .utf8)
      // SARIF tells of findings alone, and there are none.
      if name != "sarif" { #expect(text.contains("script"), "\(name)") }
      switch name {
      // The readers of these escape it.
      case "json", "sarif", "emf": break
      default: #expect(!text.contains("\u{202E}"), "\(name)")
      }
      if ["html", "junit", "markdown", "summary"].contains(name) {
        #expect(!text.contains("<script"), "\(name)")
      }
      if name == "nagios" { #expect(text.count { $0 == "|" } == 1 && text.count { $0 == "\n" } == 1) }
    }
  }
}
