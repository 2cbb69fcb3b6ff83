import Foundation
import TestSupport
import Testing

/// The writer that is not ours: tables of observations and inventories by pyarrow, csv and gzip.
enum Peer {
  /// Has it write `what` into `folder` by `spec`.
  static func write(_ what: String, _ folder: String, _ spec: [String: Any]) async throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Peers/write_observations.py")
    let file = folder + ".json"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try JSONSerialization.data(withJSONObject: spec).write(to: URL(filePath: file))
    let run = try await CommandRun.command(try PythonPeers.interpreter, [script.path, what, folder, file])
    try #require(run.exitCode == 0, "\(run.errorOutput)")
  }
}

/// A directory that goes when the test ends.
final class Scratch {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/lakecanary-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
