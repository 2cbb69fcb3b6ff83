import Foundation
import TestSupport
import Testing
import Time

@testable import AWS
@testable import ObjectStorage

/// The client, against answers as AWS's services write them.
@Suite struct ClientTests {
  private static let now = Timestamp(seconds: 1_795_474_441)  // Mon, 23 Nov 2026 22:54:01 GMT
  private static let arn = "arn:aws:dms:eu-west-1:123456789012:task:ABCDEF"

  private func access(_ endpoint: String, session: String? = nil) throws -> ServiceAccess {
    var configuration = StorageConfiguration()
    configuration.clock = ManualClock(Self.now)
    configuration.environment = [
      "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "very-secret-key", "HOME": "/nonexistent",
      "AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true",
    ]
    configuration.environment["AWS_SESSION_TOKEN"] = session
    return try ServiceAccess(configuration)
  }

  private static let task = """
    {"ReplicationTasks": [{"ReplicationTaskIdentifier": "exercise", "ReplicationTaskArn": "\(arn)",
      "MigrationType": "full-load-and-cdc", "Status": "stopped", "StopReason": "Stop Reason FATAL_ERROR",
      "LastFailureMessage": "Last Error  Task 'exercise' was suspended after 9 successive recovery failures",
      "TableMappings": "{}", "ReplicationTaskSettings": "{}",
      "SourceEndpointArn": "arn:aws:dms:eu-west-1:123456789012:endpoint:S",
      "TargetEndpointArn": "arn:aws:dms:eu-west-1:123456789012:endpoint:T",
      "ReplicationInstanceArn": "arn:aws:dms:eu-west-1:123456789012:rep:R",
      "ReplicationTaskCreationDate": 1717490000.123, "ReplicationTaskStartDate": 1717500000.5,
      "ReplicationTaskStats": {"FullLoadProgressPercent": 100, "ElapsedTimeMillis": 12345, "TablesLoaded": 13,
        "TablesLoading": 0, "TablesQueued": 0, "TablesErrored": 1, "FreshStartDate": 1717500001.25,
        "StartDate": 1717500001.25, "StopDate": 1717600000.0}}]}
    """

  @Test func aTaskIsDescribedAsJSON11() async throws {
    try await RecordedService.with { _, _ in
      .init(body: Self.task)
    } _: { service in
      let dms = try ReplicationService(region: "eu-west-1", access: access(service.endpoint))
      let task = try await dms.task(Self.arn)
      #expect(task.identifier == "exercise")
      #expect(task.status == "stopped")
      #expect(task.stopReason == "Stop Reason FATAL_ERROR")
      #expect(task.freshStartDate == Timestamp(microseconds: 1_717_500_001_250_000))
      #expect(task.tablesErrored == 1)
      let request = try #require(service.requests.first)
      #expect(request.headers["x-amz-target"] == "AmazonDMSv20160101.DescribeReplicationTasks")
      #expect(request.headers["content-type"] == "application/x-amz-json-1.1")
      #expect(request.headers["authorization"]?.contains("/20261123/eu-west-1/dms/aws4_request") == true)
      #expect(
        request.body == #"{"Filters":[{"Name":"replication-task-arn","Values":["\#(Self.arn)"]}]}"#
          || request.body.contains(#""Name":"replication-task-arn""#))
    }
  }

  @Test func tableStatisticsComePageByPage() async throws {
    let page: @Sendable (String, String?) -> String = { table, marker in
      """
      {"ReplicationTaskArn": "\(Self.arn)", "TableStatistics": [{"SchemaName": "public", "TableName": "\(table)",
        "Inserts": 12, "Deletes": 3, "Updates": 4, "Ddls": 0, "AppliedInserts": 12, "FullLoadRows": 1000,
        "FullLoadCondtnlChkFailedRows": 0, "FullLoadErrorRows": 0, "FullLoadReloaded": true,
        "FullLoadEndTime": 1717500060.0, "LastUpdateTime": 1717500100.5, "TableState": "Table completed",
        "ValidationPendingRecords": 0, "ValidationFailedRecords": 0, "ValidationState": "Not enabled"}]
        \(marker.map { ", \"Marker\": \"\($0)\"" } ?? "")}
      """
    }
    try await RecordedService.with { request, _ in
      request.body.contains("\"Marker\":\"2\"")
        ? .init(body: page("orders", "2")) : .init(body: page("customers", "2"))
    } _: { service in
      let dms = try ReplicationService(region: "eu-west-1", access: access(service.endpoint))
      let tables = try await dms.tableStatistics(task: Self.arn)
      // The second page names the marker of the first again: it is not followed for ever.
      #expect(tables.map(\.table) == ["customers", "orders"])
      #expect(tables[0].inserts == 12 && tables[0].updates == 4 && tables[0].deletes == 3)
      #expect(tables[0].fullLoadRows == 1_000 && tables[0].wasReloaded)
      #expect(tables[0].lastUpdateTime == Timestamp(microseconds: 1_717_500_100_500_000))
    }
  }

  @Test(arguments: [
    (
      400, #"{"__type":"com.amazonaws.dms#AccessDeniedFault","message":"not authorized"}"#,
      AWSError.Code.accessDenied
    ),
    (400, #"{"__type":"AccessDeniedException","Message":"User is not authorized"}"#, .accessDenied),
    (400, #"{"__type":"ResourceNotFoundFault","message":"No Tasks found"}"#, .notFound),
    (400, #"{"__type":"ExpiredTokenException","message":"expired"}"#, .credentialsExpired),
    (400, #"{"__type":"UnrecognizedClientException","message":"invalid"}"#, .credentialsInvalid),
    (400, #"{"__type":"ValidationException","message":"bad"}"#, .rejected),
    (400, #"{"__type":"UnknownOperationException"}"#, .unsupported),
    (403, "<html>a proxy's page</html>", .accessDenied),
    (404, "<html>a proxy's page</html>", .malformedAnswer),
    (200, "<html>a proxy's page</html>", .malformedAnswer),
    (200, #"{"ReplicationTasks": [{"Status": 7}]}"#, .malformedAnswer),
    (200, #"{"ReplicationTasks": []}"#, .notFound),
    (200, String(repeating: "[", count: 100_000), .malformedAnswer),
  ])
  func eachRefusalHasItsKind(status: Int, body: String, code: AWSError.Code) async throws {
    try await RecordedService.with { _, _ in
      .init(status: status, body: body, headers: ["x-amzn-RequestId": "0d1c2b3a"])
    } _: { service in
      let dms = try ReplicationService(region: "eu-west-1", access: access(service.endpoint))
      let error = try await #require(throws: AWSError.self) { _ = try await dms.task(Self.arn) }
      #expect(error.code == code, "\(error)")
      #expect(service.requests.count == 1)
      #expect(!"\(error)".contains("\n") && !"\(error)".contains("very-secret-key"))
      if code == .accessDenied {
        #expect("\(error)".hasSuffix("allow dms:DescribeReplicationTasks to this identity"))
      }
    }
  }

  @Test func throttlingIsWaitedOutAndToldInTheEnd() async throws {
    let throttled = RecordedService.Answer(
      status: 400, body: #"{"__type":"ThrottlingException","message":"Rate exceeded"}"#)
    try await RecordedService.with { _, count in
      count < 2 ? throttled : .init(body: Self.task)
    } _: { service in
      let dms = try ReplicationService(region: "eu-west-1", access: access(service.endpoint))
      _ = try await dms.task(Self.arn)
      #expect(service.requests.count == 3)
    }
    try await RecordedService.with { _, _ in
      throttled
    } _: { service in
      let dms = try ReplicationService(region: "eu-west-1", access: access(service.endpoint))
      let error = try await #require(throws: AWSError.self) { _ = try await dms.task(Self.arn) }
      #expect(error.code == .throttled && error.attempts == 5 && error.isTransient)
      #expect(service.requests.count == 5)
    }
  }

  @Test func aClockThatIsOffIsCorrectedOnce() async throws {
    // An hour ahead of the client, as the service's Date says; a wrong signature is told by the same code.
    let refusal = RecordedService.Answer(
      status: 400, body: #"{"__type":"InvalidSignatureException","message":"Signature expired"}"#,
      headers: ["Date": "Mon, 23 Nov 2026 23:54:01 GMT"])
    try await RecordedService.with { _, count in
      count == 0 ? refusal : .init(body: Self.task)
    } _: { service in
      let dms = try ReplicationService(region: "eu-west-1", access: access(service.endpoint))
      _ = try await dms.task(Self.arn)
      #expect(service.requests.map { $0.headers["x-amz-date"] } == ["20261123T225401Z", "20261123T235401Z"])
    }
    let wrong = RecordedService.Answer(
      status: 400, body: refusal.body, headers: ["Date": "Mon, 23 Nov 2026 22:54:02 GMT"])
    try await RecordedService.with { _, _ in
      wrong
    } _: { service in
      let dms = try ReplicationService(region: "eu-west-1", access: access(service.endpoint))
      let error = try await #require(throws: AWSError.self) { _ = try await dms.task(Self.arn) }
      #expect(error.code == .credentialsInvalid)
    }
  }

  @Test func withoutARegionNobodyIsAsked() throws {
    let access = try access("http://127.0.0.1:1")
    let error = try #require(throws: AWSError.self) {
      _ = try ReplicationService(region: nil, access: access)
    }
    #expect(error.code == .regionMissing)
    #expect("\(error)".contains("AWS_REGION"))
  }

  @Test func queriesAreFormsAndTheirErrorsXML() async throws {
    let denied = """
      <ErrorResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><Error><Type>Sender</Type>
      <Code>AccessDenied</Code><Message>User: x is not authorized</Message></Error>
      <RequestId>b25f48e8</RequestId></ErrorResponse>
      """
    try await RecordedService.with { _, _ in
      .init(status: 403, body: denied)
    } _: { service in
      let rds = try DatabaseService(region: "eu-west-1", access: access(service.endpoint))
      let error = try await #require(throws: AWSError.self) { _ = try await rds.instance("exercise") }
      #expect(error.code == .accessDenied && error.requestID == "b25f48e8")
      #expect(
        service.requests.first?.body
          == "Action=DescribeDBInstances&DBInstanceIdentifier=exercise&Version=2014-10-31")
    }
  }
}

/// RDS's tokens and names.
@Suite struct DatabaseTokenTests {
  /// The example of botocore's own tests (tests/unit/test_signers.py, generate_db_auth_token).
  @Test func aTokenIsThePublishedOne() {
    let time = Timestamp("2016-11-07 17:39:33Z")!
    let query = ServiceAccess.presignedQuery(
      credentials: ObjectStorage.Credentials(accessKeyID: "akid", secretAccessKey: "skid"), service: "rds-db",
      region: "us-east-1", host: "prod-instance.us-east-1.rds.amazonaws.com:3306",
      query: [("Action", "connect"), ("DBUser", "someusername")], expiry: DatabaseToken.lifetime, at: time)
    #expect(query.contains("X-Amz-Credential=akid%2F20161107%2Fus-east-1%2Frds-db%2Faws4_request"))
    #expect(query.contains("X-Amz-Expires=900"))
    #expect(
      query.contains("X-Amz-Signature=d1138cdbc0ca63eec012ec0fc6c2267e03642168f5884a7795320d4c18374c61"),
      "\(query)")
  }

  @Test func hostsOfRDSTellRegionAndInstance() {
    #expect(DatabaseToken.region(ofHost: "db.abc.eu-west-1.rds.amazonaws.com") == "eu-west-1")
    #expect(DatabaseToken.region(ofHost: "db.abc.cn-north-1.rds.amazonaws.com.cn") == "cn-north-1")
    #expect(DatabaseToken.instance(ofHost: "db.abc.eu-west-1.rds.amazonaws.com") == "db")
    #expect(DatabaseToken.instance(ofHost: "db.cluster-abc.eu-west-1.rds.amazonaws.com") == nil)
    for other in ["localhost", "/var/run/postgresql", "rds.amazonaws.com", "db.example.com", ""] {
      #expect(DatabaseToken.region(ofHost: other) == nil && DatabaseToken.instance(ofHost: other) == nil)
    }
  }

  @Test(arguments: [
    "", "arn", "arn:aws:dms:eu-west-1:1", "arn:aws:dms:eu-west-1:1:task:A\n", "urn:aws:dms:a:b:c",
  ])
  func whatIsNoARNIsNone(text: String) { #expect(ResourceName(text) == nil) }
}
