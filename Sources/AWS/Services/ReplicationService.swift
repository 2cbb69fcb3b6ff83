package import ObjectStorage

/// The API of DMS, as far as it describes.
public struct ReplicationService: Sendable {
  private let client: AWSClient

  /// DMS in a region.
  ///
  /// - Throws: `AWSError`: `.regionMissing`.
  package init(region: String?, access: ServiceAccess) throws(AWSError) {
    client = try AWSClient(.dms, region: region, access: access)
  }

  /// The task of an ARN.
  ///
  /// - Throws: `AWSError`; `.notFound` where there is none.
  public func task(_ arn: String) async throws(AWSError) -> ReplicationTask {
    struct Answer: Decodable { var replicationTasks: [ReplicationTask.Wire]? }
    let operation = "DescribeReplicationTasks"
    let answer: Answer = try await client.json(operation, Request(filter: "replication-task-arn", arn))
    // A server may pay no heed to a filter that it does not know.
    guard let task = answer.replicationTasks?.first(where: { $0.replicationTaskArn == arn }) else {
      throw AWSError(.notFound, client.service, operation, detail: "no task \(arn)")
    }
    return ReplicationTask(task)
  }

  /// The endpoint of an ARN.
  ///
  /// - Throws: `AWSError`; `.notFound` where there is none.
  public func endpoint(_ arn: String) async throws(AWSError) -> ReplicationEndpoint {
    struct Answer: Decodable { var endpoints: [ReplicationEndpoint.Wire]? }
    let operation = "DescribeEndpoints"
    let answer: Answer = try await client.json(operation, Request(filter: "endpoint-arn", arn))
    guard let endpoint = answer.endpoints?.first else {
      throw AWSError(.notFound, client.service, operation, detail: "no endpoint \(arn)")
    }
    return ReplicationEndpoint(endpoint)
  }

  /// The replication instance of an ARN.
  ///
  /// - Throws: `AWSError`; `.notFound` where there is none.
  public func instance(_ arn: String) async throws(AWSError) -> ReplicationInstance {
    struct Answer: Decodable { var replicationInstances: [ReplicationInstance.Wire]? }
    let operation = "DescribeReplicationInstances"
    let answer: Answer = try await client.json(operation, Request(filter: "replication-instance-arn", arn))
    guard let instance = answer.replicationInstances?.first else {
      throw AWSError(.notFound, client.service, operation, detail: "no instance \(arn)")
    }
    return ReplicationInstance(instance)
  }

  /// What DMS counts of each table of a task; page by page.
  ///
  /// - Throws: `AWSError`.
  public func tableStatistics(task arn: String) async throws(AWSError) -> [TableStatistics] {
    struct Input: Encodable {
      var replicationTaskArn: String
      var maxRecords = 500
      var marker: String?
    }
    struct Answer: Decodable {
      var tableStatistics: [TableStatistics.Wire]?
      var marker: String?
    }
    var input = Input(replicationTaskArn: arn)
    var tables: [TableStatistics] = []
    var seen: Set<String> = []
    while true {
      let answer: Answer = try await client.json("DescribeTableStatistics", input)
      tables += (answer.tableStatistics ?? []).map(TableStatistics.init)
      // A marker that comes again would never end.
      guard let marker = answer.marker, !marker.isEmpty, seen.insert(marker).inserted else { return tables }
      input.marker = marker
    }
  }

  private struct Request: Encodable {
    var filters: [Filter]

    struct Filter: Encodable {
      var name: String
      var values: [String]
    }

    init(filter name: String, _ value: String) { filters = [Filter(name: name, values: [value])] }
  }
}
