import TestSupport
import Testing

/// kill -9 of the writer at each named step: no false "missing", no false "unexpected", no lost row.
///
/// A suite for each occurrence, since a suite's cases come one after the other and suites side by side.
@Suite(.serialized) struct FirstKillOfWriterTests {
  @Test(arguments: KilledWriter.steps)
  func aKilledWriterIsSettledByTheNext(step: String) async throws {
    try await KilledWriter.isSettledByTheNext(step: step, occurrence: 1)
  }
}

/// kill -9 of the writer at the third time that it comes to a named step.
@Suite(.serialized) struct ThirdKillOfWriterTests {
  @Test(arguments: KilledWriter.steps)
  func aKilledWriterIsSettledByTheNext(step: String) async throws {
    try await KilledWriter.isSettledByTheNext(step: step, occurrence: 3)
  }
}

private enum KilledWriter {
  static let steps = [
    "begun", "statements-sent", "intent-recorded", "xid-recorded", "committed", "confirmed",
  ]

  static func isSettledByTheNext(step: String, occurrence: Int) async throws {
    let pipeline = try await EndToEndPipeline()
    let killed = try await pipeline.run(
      "write", environment: ["LAKECANARY_KILL_AT": "\(step):\(occurrence)"])
    #expect(killed.exitCode == 137, "\(killed.errorOutput)")
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    try await pipeline.expectNothingWrong("writer killed at \(step):\(occurrence)")
    try await pipeline.succeed("replicate", "--clean-up")
  }
}

/// kill -9 of the replicator at named steps.
@Suite(.serialized) struct KilledReplicatorTests {
  /// What the judge makes of it; that no step loses anything, `KillEveryStepTests` shows.
  static let replicatorSteps = ["fullLoadObjectWritten", "file-renamed", "objectWritten"]

  @Test(arguments: replicatorSteps)
  func aKilledReplicatorLosesNothing(step: String) async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    let first = try await pipeline.replicate(environment: ["LAKECANARY_KILL_AT": step])
    try await pipeline.succeed("write")
    // The steps of CDC are reached only now, where the first run had a full load alone.
    let second = try await pipeline.replicate(
      environment: first.exitCode == 137 ? [:] : ["LAKECANARY_KILL_AT": step])
    #expect(
      first.exitCode == 137 || second.exitCode == 137, "\(step) was never reached: \(second.errorOutput)")
    try await pipeline.succeed("write")
    let last = try await pipeline.replicate()
    #expect(last.exitCode == 0, "\(last.errorOutput)")
    try await pipeline.expectNothingWrong("replicator killed at \(step)")
    try await pipeline.succeed("replicate", "--clean-up")
  }
}
