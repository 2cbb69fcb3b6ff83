import Foundation
import TestSupport
import Testing

/// What a bucket says of a table, read by pyarrow.
struct BucketState: Decodable, Equatable {
  /// Key: updated_at in microseconds, name, latitude.
  var live: [String: Row]
  /// LOAD objects.
  var loads: Int
  /// CDC objects.
  var changes: Int
  /// Rows of CDC objects by Op.
  var counts: [String: Int]

  struct Row: Decodable, Equatable {
    var updatedAt: Int64
    var name: String
    var latitude: Double

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      updatedAt = try values.decode(Int64.self)
      name = try values.decode(String.self)
      latitude = try values.decode(Double.self)
    }

    init(updatedAt: Int64, name: String, latitude: Double) {
      (self.updatedAt, self.name, self.latitude) = (updatedAt, name, latitude)
    }
  }

  /// Reads the objects of a table: in a directory, or below an S3 location.
  init(of directory: String, environment: [String: String] = [:]) async throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "bucket_state.py")
    let run = try await CommandRun.command(
      try PythonPeers.interpreter, [script.path, directory],
      environment: environment.mapValues(Optional.some))
    try #require(run.exitCode == 0, "\(run.errorOutput)")
    self = try JSONDecoder().decode(Self.self, from: Data(run.output.utf8))
  }
}
