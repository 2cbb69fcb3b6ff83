import AWS
import ObjectStorage

/// AWS's services, by the credentials that the bucket is reached with.
struct AWSServices: Sendable {
  private let access: ServiceAccess

  init(_ pipeline: Pipeline) throws(StorageError) {
    var storage = pipeline.storage(.read)
    // The endpoint of the bucket says nothing of other services; theirs come from AWS_ENDPOINT_URL and its like.
    storage.endpoint = nil
    access = try ServiceAccess(storage)
  }

  /// The region that configuration, environment or profile name.
  var region: String? { access.region }

  func dms(region: String?) throws(AWSError) -> ReplicationService {
    try ReplicationService(region: region, access: access)
  }

  func rds(region: String?) throws(AWSError) -> DatabaseService {
    try DatabaseService(region: region, access: access)
  }

  func metrics(region: String?) throws(AWSError) -> MetricService {
    try MetricService(region: region, access: access)
  }

  func secrets(region: String?) throws(AWSError) -> SecretService {
    try SecretService(region: region, access: access)
  }

  func queries(region: String?) throws(AWSError) -> QueryService {
    try QueryService(region: region, access: access)
  }

  /// A token that lets a user into a database of RDS.
  func token(host: String, port: Int, user: String, region: String) async throws(StorageError) -> String {
    try await DatabaseToken.make(host: host, port: port, user: user, region: region, access: access)
  }
}
