import Foundation
import LocalServers
import TestSupport
import Testing

@testable import HTTP
@testable import ObjectStorage

/// A store that the conformance suite runs over.
enum Backend: Hashable, CustomTestStringConvertible {
  case directory
  case seaweed
  case moto
  /// A server of somebody's own, with the credentials and region of the environment.
  case endpoint(String)

  /// All that there are here: `LAKECANARY_TEST_S3_ENDPOINT` names one more.
  static var all: [Backend] {
    let given = ProcessInfo.processInfo.environment["LAKECANARY_TEST_S3_ENDPOINT"]
    return [.directory, .seaweed, .moto] + (given.map { $0.isEmpty ? [] : [.endpoint($0)] } ?? [])
  }

  var testDescription: String {
    switch self {
    case .directory: "directory"
    case .seaweed: "SeaweedFS"
    case .moto: "moto"
    case .endpoint(let address): address
    }
  }

  /// Runs `body` with an empty bucket that goes afterwards.
  func withStore(
    _ change: (inout StorageConfiguration) -> Void = { _ in }, _ body: (any ObjectStore) async throws -> Void
  ) async throws {
    guard self != .directory else {
      try await withTemporaryDirectory { path in
        try await body(DirectoryStore(path: path, access: .write))
      }
      return
    }
    var configuration = try await configuration()
    change(&configuration)
    let bucket = "lakecanary-test-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    let location = BucketLocation(place: .s3(bucket: bucket))
    try await ObjectStores.createBucket(location, configuration)
    let store = try ObjectStores.open(location, configuration)
    let result: Result<Void, any Error>
    do { result = .success(try await body(store)) } catch { result = .failure(error) }
    if case .endpoint = self { try await Backend.remove(location, configuration) }
    try result.get()
  }

  func configuration() async throws -> StorageConfiguration {
    var configuration = StorageConfiguration()
    configuration.access = .write
    switch self {
    case .directory: break
    case .seaweed:
      let server = try await S3Servers.shared.seaweed()
      configuration.endpoint = server.endpoint
      configuration.environment = [
        "AWS_ACCESS_KEY_ID": server.accessKeyID, "AWS_SECRET_ACCESS_KEY": server.secretAccessKey,
        "HOME": "/nonexistent",
      ]
    case .moto:
      configuration.endpoint = try await S3Servers.shared.moto().endpoint
      configuration.environment = [
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "HOME": "/nonexistent",
      ]
    case .endpoint(let address): configuration.endpoint = address
    }
    return configuration
  }

  /// Leaves nothing on a server that goes on.
  private static func remove(_ location: BucketLocation, _ configuration: StorageConfiguration) async throws {
    guard case .s3(let bucket) = location.place else { return }
    let store = try S3Opening(bucket: bucket, configuration: configuration).open()
    for key in try await keys(store) { try await store.delete(key) }
    _ = try await store.client.perform(S3Call(operation: .delete, method: .delete))
  }
}

/// Runs `body` with an empty directory that goes afterwards.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
  let directory = try TemporaryDirectory(prefix: "lakecanary-storage", for: "a store")
  defer { directory.remove() }
  try await body(directory.path)
}
