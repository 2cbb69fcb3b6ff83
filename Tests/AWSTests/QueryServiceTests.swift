import TestSupport
import Testing
import Time

@testable import AWS
@testable import ObjectStorage

/// Athena: by answers as it writes them, and by moto.
@Suite struct QueryServiceTests {
  private func service(_ endpoint: String) throws -> QueryService {
    var configuration = StorageConfiguration()
    configuration.clock = ManualClock(Timestamp(seconds: 1_795_474_441))
    configuration.environment = [
      "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "very-secret-key", "HOME": "/nonexistent",
      "AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true",
    ]
    return try QueryService(region: "eu-west-1", access: ServiceAccess(configuration))
  }

  private let request = QueryRequest(
    sql: "SELECT \"$path\"", database: "lake", workgroup: "primary", results: "s3://results/",
    token: "0123456789abcdef0123456789abcdef")

  @Test func aQueryIsStartedAskedForAndStopped() async throws {
    try await RecordedService.with { request, _ in
      switch request.operation {
      case "StartQueryExecution": .init(body: #"{"QueryExecutionId":"b1c2"}"#)
      case "GetQueryExecution":
        .init(
          body: """
            {"QueryExecution": {"QueryExecutionId": "b1c2", "Status": {"State": "FAILED",
              "StateChangeReason": "GENERIC", "SubmissionDateTime": 1.7e9, "AthenaError": {"ErrorCategory": 2,
              "ErrorType": 1102, "Retryable": true, "ErrorMessage": "HIVE_BAD_DATA: x"}},
              "Statistics": {"DataScannedInBytes": 12345678901}}}
            """)
      default: .init(body: "{}")
      }
    } _: { recorded in
      let athena = try service(recorded.endpoint)
      let id = try await athena.start(request)
      #expect(id == "b1c2")
      let execution = try await athena.execution(of: id)
      #expect(execution.state == .failed && execution.reason == "HIVE_BAD_DATA: x" && execution.isRetryable)
      #expect(execution.scannedBytes == 12_345_678_901)
      try await athena.stop(id)
      #expect(
        recorded.requests.map { $0.headers["x-amz-target"] } == [
          "AmazonAthena.StartQueryExecution", "AmazonAthena.GetQueryExecution",
          "AmazonAthena.StopQueryExecution",
        ])
      let body = recorded.requests[0].body
      for part in [
        #""ClientRequestToken":"0123456789abcdef0123456789abcdef""#, #""WorkGroup":"primary""#,
        #""QueryExecutionContext":{"Database":"lake"}"#, #""ResultConfiguration":{"OutputLocation""#,
      ] { #expect(body.contains(part), "\(body)") }
    }
  }

  @Test(arguments: [
    (
      400,
      #"{"__type":"TooManyRequestsException","Message":"Rate exceeded","Reason":"CONCURRENT_QUERY_LIMIT_EXCEEDED"}"#,
      AWSError.Code.throttled
    ),
    (
      400,
      #"{"__type":"InvalidRequestException","AthenaErrorCode":"INVALID_INPUT","Message":"no workgroup"}"#,
      .rejected
    ),
    (400, #"{"__type":"AccessDeniedException","Message":"not authorized"}"#, .accessDenied),
    (200, #"{"QueryExecution": {"Status": {"State": "DREAMING"}}}"#, .malformedAnswer),
  ])
  func eachRefusalHasItsKind(status: Int, body: String, code: AWSError.Code) async throws {
    try await RecordedService.with { _, _ in
      .init(status: status, body: body)
    } _: { recorded in
      let athena = try service(recorded.endpoint)
      let error = try await #require(throws: AWSError.self) { _ = try await athena.execution(of: "b1c2") }
      #expect(error.code == code && !"\(error)".contains("\n"), "\(error)")
    }
  }

  @Test func motoRunsAQuery() async throws {
    let athena = try service(try await S3Servers.shared.moto().endpoint)
    let id = try await athena.start(request)
    var execution = try await athena.execution(of: id)
    for _ in 0..<10 where execution.state != .succeeded { execution = try await athena.execution(of: id) }
    #expect(execution.state == .succeeded)
    let other = try await athena.start(request)
    try await athena.stop(other)
    #expect(try await athena.execution(of: other).state == .cancelled)
  }
}
