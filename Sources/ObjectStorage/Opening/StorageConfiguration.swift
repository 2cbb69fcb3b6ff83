import Foundation
public import Logging
public import Time

/// How a store is reached.
///
/// What is nil is learned as AWS's SDKs learn it.
public struct StorageConfiguration: Sendable {
  /// How a bucket's name goes into the address.
  public enum Addressing: String, Hashable, Sendable, CaseIterable {
    /// Virtual hosts for AWS; the path for endpoints of one's own and for names with dots, which no certificate
    /// of AWS covers.
    case automatic
    /// `https://endpoint/bucket/key`.
    case path
    /// `https://bucket.endpoint/key`.
    case virtualHost = "virtual-host"
  }

  /// How long things may take.
  public struct Timeouts: Hashable, Sendable {
    /// Until a connection is made, its TLS included.
    public var connecting: Duration
    /// How long a transfer may move less than a byte a second; in whole seconds.
    public var stall: Duration
    /// A whole call: all of its attempts and the pauses between them, but not the wait for a free transfer.
    public var call: Duration

    /// Timeouts.
    public init(
      connecting: Duration = .seconds(10), stall: Duration = .seconds(30), call: Duration = .seconds(300)
    ) {
      (self.connecting, self.stall, self.call) = (connecting, stall, call)
    }
  }

  /// What the store is opened for.
  public var access = StorageAccess.read
  /// The address of an S3 server, `http://127.0.0.1:8333`; nil: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, the
  /// profile's `endpoint_url`, or AWS.
  public var endpoint: String?
  /// The bucket's region; nil: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's, or what S3 answers.
  public var region: String?
  /// The profile of the shared configuration files; nil: `AWS_PROFILE`, or `default`.
  public var profile: String?
  /// A PEM file of authorities to trust beside the system's; nil: `AWS_CA_BUNDLE`, or none.
  public var caFile: String?
  /// How the bucket's name goes into the address.
  public var addressing = Addressing.automatic
  /// Requests on their way at once.
  public var maximumTransfers = 64
  /// How long things may take.
  public var timeouts = Timeouts()
  /// When a request is sent again.
  public var retry = RetryPolicy()
  /// Objects of at least this many bytes are written in parts.
  public var multipartThreshold = 64 << 20
  /// The size of a part, at least 5 MiB on S3; grows where an object would have more than 10,000 parts.
  public var partSize = 16 << 20
  /// The variables that AWS's SDKs and libcurl read.
  public var environment = ProcessInfo.processInfo.environment
  /// The time.
  public var clock: any WallClock = SystemWallClock()
  /// Where retries and the source of the credentials are told.
  public var logger = Logger(label: "lakecanary.object-storage", factory: { _ in SwiftLogNoOpLogHandler() })
  /// Called after each step of a directory store's put; see `DirectoryStore.Step`.
  public var onDirectoryStep: (@Sendable (DirectoryStore.Step) throws -> Void)?

  /// A store for reading, all else as AWS's SDKs have it.
  public init() {}
}
