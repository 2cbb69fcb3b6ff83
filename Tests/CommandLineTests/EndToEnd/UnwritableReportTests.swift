import Foundation
import Reporting
import TestSupport
import Testing

/// Reports in files that cannot be written.
@Suite struct UnwritableReportTests {
  /// A file system of one page in a mount namespace of the command's own.
  @Test(arguments: [ReportFormat.html, .json, .junit])
  func aFullDiskGetsNoHalfReport(format: ReportFormat) async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    // Of its four kilobytes none is left.
    let full = pipeline.scratch.path + "/full"
    try FileManager.default.createDirectory(atPath: full, withIntermediateDirectories: false)
    let script = """
      mount -t tmpfs -o size=4k,mode=777 none '\(full)' && head -c 4096 /dev/zero >'\(full)/filler' || exit 99
      '\(CommandRun.executable)' check --fail-on none --config '\(pipeline.configuration)' \
        --output '\(format.rawValue):\(full)/report'
      code=$?
      ls -A '\(full)'
      exit $code
      """
    let user = geteuid() == 0 ? [] : ["--user", "--map-root-user"]
    let run = try await CommandRun.command("/usr/bin/unshare", user + ["--mount", "sh", "-c", script])
    #expect(run.exitCode == 3, "\(run.errorOutput)\(run.output)")
    #expect(
      run.errorOutput.hasPrefix(
        "lakecanary: error: cannot write the file: No space left on device: \(full)/report"),
      "\(run.errorOutput)")
    #expect(run.errorOutput.split(separator: "\n").count == 1)
    #expect(run.output.hasPrefix("UNKNOWN ") && run.output.hasSuffix("\nfiller"), "\(run.output)")
  }

  @Test func aSummaryThatCannotBeWrittenChangesNothing() async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    let run = try await pipeline.run(
      "check", "--fail-on", "none", environment: ["GITHUB_STEP_SUMMARY": "/nowhere/summary.md"])
    #expect(run.exitCode == 0)
    #expect(run.errorOutput.contains("/nowhere/summary.md"))
  }
}
