import Foundation
import ObjectStorage
import TestSupport
import Testing

@testable import AWS

/// The exercise's resources in moto, made by AWS's own SDK.
struct Exercise {
  let name: String
  let task: String
  let secret: String
  let access: ServiceAccess

  private struct Made: Decodable {
    let task, secret: String
  }

  init(_ options: String...) async throws {
    let server = try await S3Servers.shared.moto()
    name = "exercise-" + UUID().uuidString.prefix(8).lowercased()
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Peers/exercise.py")
      .path
    let run = try await CommandRun.command(
      try PythonPeers.interpreter, [script, server.endpoint, name, "\(name)-raw"] + options)
    try #require(run.exitCode == 0, "\(run.errorOutput)")
    let made = try JSONDecoder().decode(Made.self, from: Data(run.output.utf8))
    (task, secret) = (made.task, made.secret)
    var configuration = StorageConfiguration()
    configuration.environment = [
      "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "HOME": "/nonexistent",
      "AWS_ENDPOINT_URL": server.endpoint, "AWS_MAX_ATTEMPTS": "1",
    ]
    access = try ServiceAccess(configuration)
  }
}
