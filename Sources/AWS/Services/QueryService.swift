package import ObjectStorage

/// A query as Athena is asked to run it.
public struct QueryRequest: Sendable, Hashable {
  /// The statement, up to 256 KiB.
  public var sql: String
  /// The database in which names are looked up.
  public var database: String
  /// The workgroup.
  public var workgroup: String
  /// Where Athena writes what belongs to the query, `s3://bucket/prefix/`; nil for the workgroup's own place.
  public var results: String?
  /// A text by which Athena knows a query that is asked for twice: 32 to 128 characters.
  public var token: String

  /// A query of these parts.
  public init(sql: String, database: String, workgroup: String, results: String?, token: String) {
    (self.sql, self.database, self.workgroup) = (sql, database, workgroup)
    (self.results, self.token) = (results, token)
  }
}

/// How far a query is.
public struct QueryExecution: Sendable, Hashable {
  /// Athena's states of a query.
  public enum State: String, Sendable, Hashable, CaseIterable {
    case queued = "QUEUED"
    case running = "RUNNING"
    case succeeded = "SUCCEEDED"
    case failed = "FAILED"
    case cancelled = "CANCELLED"
  }

  /// The state.
  public var state: State
  /// Why it is in it, by Athena's own word; nil where it says nothing.
  public var reason: String?
  /// Whether the same query may come to its end another time.
  public var isRetryable: Bool
  /// Bytes that were scanned so far.
  public var scannedBytes: Int64
}

/// Athena, as far as a query needs it.
///
/// Source: Amazon Athena API Reference.
public struct QueryService: Sendable {
  private let client: AWSClient

  /// Athena in a region.
  ///
  /// - Throws: `AWSError`: `.regionMissing`.
  package init(region: String?, access: ServiceAccess) throws(AWSError) {
    client = try AWSClient(.athena, region: region, access: access)
  }

  /// Starts a query (StartQueryExecution) and gives its id; the same token starts it once.
  ///
  /// - Throws: `AWSError`.
  public func start(_ query: QueryRequest) async throws(AWSError) -> String {
    struct Context: Encodable { var database: String }
    struct Results: Encodable { var outputLocation: String }
    struct Input: Encodable {
      var queryString, clientRequestToken, workGroup: String
      var queryExecutionContext: Context
      var resultConfiguration: Results?
    }
    struct Answer: Decodable { var queryExecutionId: String }
    let answer: Answer = try await client.json(
      "StartQueryExecution",
      Input(
        queryString: query.sql, clientRequestToken: query.token, workGroup: query.workgroup,
        queryExecutionContext: Context(database: query.database),
        resultConfiguration: query.results.map { Results(outputLocation: $0) }))
    return answer.queryExecutionId
  }

  /// How far a query is (GetQueryExecution).
  ///
  /// - Throws: `AWSError`.
  public func execution(of id: String) async throws(AWSError) -> QueryExecution {
    struct Fault: Decodable {
      var errorMessage: String?
      var retryable: Bool?
    }
    struct Status: Decodable {
      var state: String
      var stateChangeReason: String?
      var athenaError: Fault?
    }
    struct Statistics: Decodable { var dataScannedInBytes: Int64? }
    struct Execution: Decodable {
      var status: Status
      var statistics: Statistics?
    }
    struct Answer: Decodable { var queryExecution: Execution }
    let operation = "GetQueryExecution"
    let answer: Answer = try await client.json(operation, Identifier(queryExecutionId: id))
    let status = answer.queryExecution.status
    guard let state = QueryExecution.State(rawValue: status.state) else {
      throw AWSError(.malformedAnswer, client.service, operation, detail: "a state that Athena has not")
    }
    return QueryExecution(
      state: state, reason: status.athenaError?.errorMessage ?? status.stateChangeReason,
      isRetryable: status.athenaError?.retryable ?? false,
      scannedBytes: max(0, answer.queryExecution.statistics?.dataScannedInBytes ?? 0))
  }

  /// Ends a query that is under way (StopQueryExecution).
  ///
  /// - Throws: `AWSError`.
  public func stop(_ id: String) async throws(AWSError) {
    struct Answer: Decodable {}
    let _: Answer = try await client.json("StopQueryExecution", Identifier(queryExecutionId: id))
  }

  private struct Identifier: Encodable { var queryExecutionId: String }
}
