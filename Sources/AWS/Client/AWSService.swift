/// A service of AWS as it is addressed, signed for and spoken to (each service's API reference; botocore's models).
package struct AWSService: Sendable, Hashable {
  /// How requests and answers are written.
  package enum Form: Sendable, Hashable {
    /// JSON 1.1; the operation stands in `X-Amz-Target` after this prefix.
    case json(target: String)
    /// A form that names this version, and XML.
    case query(version: String)
  }

  /// For people: `DMS`.
  package let name: String
  /// As environment and profile name its endpoint: `database_migration_service`.
  package let endpointName: String
  /// As signatures name it.
  package let signingName: String
  /// The first part of the host's name.
  package let hostName: String
  /// What permissions begin with.
  package let permissionPrefix: String
  package let form: Form

  package static let dms = AWSService(
    name: "DMS", endpointName: "database_migration_service", signingName: "dms", hostName: "dms",
    permissionPrefix: "dms", form: .json(target: "AmazonDMSv20160101"))
  package static let secretsManager = AWSService(
    name: "Secrets Manager", endpointName: "secrets_manager", signingName: "secretsmanager",
    hostName: "secretsmanager", permissionPrefix: "secretsmanager", form: .json(target: "secretsmanager"))
  package static let rds = AWSService(
    name: "RDS", endpointName: "rds", signingName: "rds", hostName: "rds", permissionPrefix: "rds",
    form: .query(version: "2014-10-31"))
  package static let cloudWatch = AWSService(
    name: "CloudWatch", endpointName: "cloudwatch", signingName: "monitoring", hostName: "monitoring",
    permissionPrefix: "cloudwatch", form: .query(version: "2010-08-01"))
  package static let athena = AWSService(
    name: "Athena", endpointName: "athena", signingName: "athena", hostName: "athena",
    permissionPrefix: "athena", form: .json(target: "AmazonAthena"))
  package static let sts = AWSService(
    name: "STS", endpointName: "sts", signingName: "sts", hostName: "sts", permissionPrefix: "sts",
    form: .query(version: "2011-06-15"))

  /// AWS's own endpoint in a region.
  package func endpoint(in region: String) -> String {
    "https://\(hostName).\(region).\(region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com")"
  }
}
