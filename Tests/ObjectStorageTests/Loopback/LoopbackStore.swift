import Foundation
import Time

@testable import ObjectStorage

extension LoopbackServer {
  /// A configuration for this server, with fixed credentials and a clock that does not wait.
  func configuration(clock: any WallClock = ManualClock()) -> StorageConfiguration {
    var configuration = StorageConfiguration()
    configuration.access = .write
    configuration.endpoint = endpoint
    configuration.clock = clock
    configuration.environment = LoopbackServer.environment
    return configuration
  }

  /// A store over this server.
  func store(
    clock: any WallClock = ManualClock(), _ change: (inout StorageConfiguration) -> Void = { _ in }
  ) throws -> any ObjectStore {
    var configuration = configuration(clock: clock)
    change(&configuration)
    return try ObjectStores.open(BucketLocation(place: .s3(bucket: "how.raw")), configuration)
  }

  static let environment = [
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "very-secret-key", "HOME": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
  ]
}

extension LoopbackServer.Reply {
  /// An object as S3 answers it.
  static func object(_ text: String, etag: String = "\"tag\"") -> LoopbackServer.Reply {
    .answer(
      200, headers: ["ETag": etag, "Last-Modified": "Mon, 23 Nov 2026 22:00:00 GMT"], body: Array(text.utf8))
  }

  /// An error as S3 answers it.
  static func error(
    _ status: Int, _ code: String, _ message: String = "message", headers: [String: String] = [:],
    more: String = ""
  ) -> LoopbackServer.Reply {
    .answer(
      status, headers: headers.merging(["x-amz-request-id": "4442587FB7D0A2F9"]) { given, _ in given },
      body: Array(
        "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>\(message)</Message>\(more)</Error>".utf8)
    )
  }

  static func listing(_ entries: String) -> LoopbackServer.Reply {
    .answer(200, body: Array("<ListBucketResult>\(entries)</ListBucketResult>".utf8))
  }
}
