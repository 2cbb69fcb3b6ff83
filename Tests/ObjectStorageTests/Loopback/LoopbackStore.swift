import Foundation
import TestSupport
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
