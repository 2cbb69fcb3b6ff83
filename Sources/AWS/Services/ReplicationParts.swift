/// A DMS endpoint as its API describes it (botocore's model of DMS, "Endpoint").
public struct ReplicationEndpoint: Sendable, Hashable {
  /// The endpoint's name.
  public var identifier: String
  /// `postgres`, `aurora-postgresql`, `s3` ...
  public var engine: String
  /// The host that it leads to; nil for S3.
  public var serverName: String?
  /// The database that it leads to; nil for S3.
  public var databaseName: String?
  /// `none`, `require`, `verify-ca` or `verify-full`.
  public var sslMode: String?
  /// `Name=value;...` as it was given.
  public var extraConnectionAttributes: String?
  /// The settings of an S3 endpoint by name, as text.
  public var s3Settings: [String: String]
  /// The settings of a PostgreSQL endpoint by name, as text.
  public var postgresSettings: [String: String]

  struct Wire: Decodable {
    var endpointIdentifier: String
    var engineName, serverName, databaseName, sslMode, extraConnectionAttributes: String?
    var s3Settings, postgreSQLSettings: [String: AWSScalar]?
  }

  init(_ wire: Wire) {
    identifier = wire.endpointIdentifier
    engine = wire.engineName ?? ""
    (serverName, databaseName, sslMode) = (wire.serverName, wire.databaseName, wire.sslMode)
    extraConnectionAttributes = wire.extraConnectionAttributes.flatMap { $0.isEmpty ? nil : $0 }
    s3Settings = (wire.s3Settings ?? [:]).compactMapValues(\.text)
    postgresSettings = (wire.postgreSQLSettings ?? [:]).compactMapValues(\.text)
  }
}

/// A DMS replication instance as its API describes it (botocore's model of DMS, "ReplicationInstance").
public struct ReplicationInstance: Sendable, Hashable {
  /// The instance's name.
  public var identifier: String
  /// `dms.t3.micro`.
  public var instanceClass: String
  /// `available`, `modifying`, `storage-full` ...
  public var status: String
  /// GiB of disk.
  public var storage: Int?
  /// DMS's version: `3.5.4`.
  public var engineVersion: String?
  /// Whether it stands in two zones.
  public var isMultiAZ: Bool
  /// Whether it has an address of the internet.
  public var isPublic: Bool

  struct Wire: Decodable {
    var replicationInstanceIdentifier: String
    var replicationInstanceClass, replicationInstanceStatus, engineVersion: String?
    var allocatedStorage: Int?
    var multiAZ, publiclyAccessible: Bool?
  }

  init(_ wire: Wire) {
    identifier = wire.replicationInstanceIdentifier
    (instanceClass, status) = (wire.replicationInstanceClass ?? "", wire.replicationInstanceStatus ?? "")
    (storage, engineVersion) = (wire.allocatedStorage, wire.engineVersion)
    (isMultiAZ, isPublic) = (wire.multiAZ ?? false, wire.publiclyAccessible ?? false)
  }
}
