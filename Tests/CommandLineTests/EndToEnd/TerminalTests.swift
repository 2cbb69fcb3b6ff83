import Foundation
import Reporting
import TestSupport
import Testing

/// Reports in a real terminal, which script(1) makes.
@Suite struct TerminalTests {
  /// What a command prints in a terminal of 40 columns, its lines without their ends.
  private func lines(
    _ pipeline: EndToEndPipeline, _ command: String, environment: [String: String?] = [:]
  ) async throws -> [String] {
    let text = "stty cols 40; exec '\(CommandRun.executable)' \(command) --config '\(pipeline.configuration)'"
    let surroundings: [String: String?] = ["TERM": "xterm", "NO_COLOR": nil, "COLUMNS": nil]
    let run = try await CommandRun.command(
      "/usr/bin/script", ["--quiet", "--return", "--command", text, "/dev/null"],
      environment: surroundings.merging(environment) { $1 }, directory: pipeline.scratch.path)
    #expect([0, 1, 2, 3].contains(run.exitCode), "\(command): \(run.output)")
    return run.output.replacing("\r\n", with: "\n").split(separator: "\n").map(String.init)
  }

  @Test func fortyColumnsAreEnough() async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    let replication = try await pipeline.replicate()
    #expect(replication.exitCode == 0, "\(replication.errorOutput)")
    try await pipeline.succeed("reconcile")
    for command in [
      "report", "report --since 30d", "report --history", "check", "findings list", "alerts list", "doctor",
      "reconcile",
    ] {
      let coloured = try await lines(pipeline, command)
      for line in coloured {
        // What stands behind the last progress, which is written over.
        let last = line.split(separator: "\u{1B}[K").last ?? ""
        let plain = String(last).replacing(/\u{1B}\[[0-9;]*m|\r/, with: "")
        // Words longer than a line (keys, objects, paths) alone stick out.
        let sticksOut = SafeText.width(plain) > 40 && !plain.split(separator: " ").contains { $0.count > 20 }
        #expect(!sticksOut, "\(command): \(plain)")
      }
      let bare = try await lines(pipeline, command, environment: ["NO_COLOR": "1"])
      #expect(!bare.contains { $0.contains("\u{1B}[1") || $0.contains("\u{1B}[3") }, "\(command)")
    }
    #expect(try await lines(pipeline, "report").first?.hasPrefix("\u{1B}[") == true)
  }
}
