public import Time

/// A DMS task as its API describes it (botocore's model of DMS, "ReplicationTask").
public struct ReplicationTask: Sendable, Hashable {
  /// The task's name.
  public var identifier: String
  /// Its ARN.
  public var arn: String
  /// `full-load`, `cdc` or `full-load-and-cdc`.
  public var migrationType: String
  /// `running`, `stopped`, `failed`, `starting` ...
  public var status: String
  /// Why it stopped: `Stop Reason FATAL_ERROR`.
  public var stopReason: String?
  /// The last line of failure that DMS tells of.
  public var lastFailure: String?
  /// The task's table mappings, JSON.
  public var tableMappings: String?
  /// The task's settings, JSON.
  public var settings: String?
  /// The endpoint that is read.
  public var sourceEndpointARN: String?
  /// The endpoint that is written.
  public var targetEndpointARN: String?
  /// The instance that it runs on.
  public var instanceARN: String?
  /// When it was last begun anew, loading its tables; a resume does not move it.
  public var freshStartDate: Timestamp?
  /// When it was last started.
  public var startDate: Timestamp?
  /// When it was last stopped.
  public var stopDate: Timestamp?
  /// Tables that it could not load.
  public var tablesErrored: Int

  /// Whether it does what it is there for.
  public var isRunning: Bool { status == "running" }
}

extension ReplicationTask {
  /// The task as the API writes it.
  struct Wire: Decodable {
    var replicationTaskIdentifier, replicationTaskArn, status: String
    var migrationType, stopReason, lastFailureMessage, tableMappings, replicationTaskSettings: String?
    var sourceEndpointArn, targetEndpointArn, replicationInstanceArn: String?
    var replicationTaskStats: Stats?

    struct Stats: Decodable {
      var freshStartDate, startDate, stopDate: AWSTime?
      var tablesErrored: Int?
    }
  }

  init(_ wire: Wire) {
    self.init(
      identifier: wire.replicationTaskIdentifier, arn: wire.replicationTaskArn,
      migrationType: wire.migrationType ?? "", status: wire.status, stopReason: wire.stopReason,
      lastFailure: wire.lastFailureMessage.flatMap { $0.isEmpty ? nil : $0 },
      tableMappings: wire.tableMappings, settings: wire.replicationTaskSettings,
      sourceEndpointARN: wire.sourceEndpointArn, targetEndpointARN: wire.targetEndpointArn,
      instanceARN: wire.replicationInstanceArn,
      freshStartDate: wire.replicationTaskStats?.freshStartDate?.timestamp,
      startDate: wire.replicationTaskStats?.startDate?.timestamp,
      stopDate: wire.replicationTaskStats?.stopDate?.timestamp,
      tablesErrored: wire.replicationTaskStats?.tablesErrored ?? 0)
  }
}
