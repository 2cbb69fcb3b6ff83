import LocalServers
import ObjectStorage
import TestSupport
import Testing

/// An S3 server that a pipeline's bucket is on, and how to reach it.
struct BucketServer: Sendable {
  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case seaweed = "SeaweedFS"
    case moto

    var testDescription: String { rawValue }

    func server() async throws -> BucketServer {
      switch self {
      case .seaweed:
        let server = try await S3Servers.shared.seaweed()
        return BucketServer(
          address: server.endpoint, endpoint: server.endpoint,
          keys: (server.accessKeyID, server.secretAccessKey))
      case .moto:
        let endpoint = try await S3Servers.shared.moto().endpoint
        return BucketServer(address: endpoint, endpoint: endpoint, keys: ("test", "test"))
      }
    }
  }

  /// Where the server is.
  let address: String
  /// Where the pipeline looks for it: the server, or something between.
  var endpoint: String
  let keys: (id: String, secret: String)

  /// The port of `address`.
  var port: Int { address.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

  /// Credentials as a user gives them.
  var environment: [String: String] {
    [
      "AWS_ACCESS_KEY_ID": keys.id, "AWS_SECRET_ACCESS_KEY": keys.secret, "HOME": "/nonexistent",
      "AWS_EC2_METADATA_DISABLED": "true",
    ]
  }

  /// The same, with the way to the server itself.
  var direct: [String: String] { environment.merging(["AWS_ENDPOINT_URL": address]) { $1 } }

  /// Makes a bucket of a name that nobody has; gives its location.
  func makeBucket() async throws -> String {
    let location = "s3://e2e.\(String(UInt64.random(in: .min ... .max), radix: 36))"
    try await ObjectStores.createBucket(BucketLocation(location), configuration)
    return location
  }

  /// A store over the bucket of a location, at the server itself.
  func store(_ location: String) throws -> any ObjectStore {
    try ObjectStores.open(BucketLocation(location), configuration)
  }

  private var configuration: StorageConfiguration {
    var configuration = StorageConfiguration()
    configuration.access = .write
    configuration.environment = direct
    return configuration
  }
}
