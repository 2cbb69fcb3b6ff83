public import ObjectStorage

/// Why a service of AWS did not answer what it was asked.
public struct AWSError: Error, Sendable {
  /// What kind of thing went wrong; decided by AWS's code, HTTP status and curl's code, never by text.
  public enum Code: Hashable, Sendable, CaseIterable {
    /// The identity may not do this.
    case accessDenied
    /// There is no such task, instance, secret.
    case notFound
    /// The service asks for fewer requests.
    case throttled
    /// The credentials are not known, or their secret is wrong.
    case credentialsInvalid
    /// The credentials have ended.
    case credentialsExpired
    /// This machine's clock and the service's differ too much.
    case clockSkewed
    /// No credentials could be had; `cause` says why.
    case credentials
    /// No region is known to ask in.
    case regionMissing
    /// The service does not know the operation.
    case unsupported
    /// Nobody answers.
    case unreachable
    /// No trusted TLS connection.
    case tlsFailed
    /// No answer in time.
    case timedOut
    /// The connection broke.
    case connectionBroken
    /// The service failed (500 to 599).
    case serverFailed
    /// The answer is not what the service answers.
    case malformedAnswer
    /// Any other refusal (400 to 499); `serviceCode` says which.
    case rejected
    /// The task was cancelled.
    case cancelled
  }

  /// What kind of thing went wrong.
  public var code: Code
  /// The service's name: `DMS`.
  public var service: String
  /// What was asked: `DescribeReplicationTasks`.
  public var operation: String
  /// The permission that it needs: `dms:DescribeReplicationTasks`.
  public var permission: String
  /// The HTTP status of the answer.
  public var status: Int?
  /// The service's own code.
  public var serviceCode: String?
  /// The service's id of the request.
  public var requestID: String?
  /// What was said about it, without secrets.
  public var detail: String?
  /// How often the request was sent.
  public var attempts = 1
  /// What led to it.
  public var cause: StorageError?

  init(_ code: Code, _ service: AWSService, _ operation: String, detail: String? = nil) {
    (self.code, self.operation, self.detail) = (code, operation, detail)
    (self.service, permission) = (service.name, "\(service.permissionPrefix):\(operation)")
  }

  /// Whether it may go away by itself.
  public var isTransient: Bool {
    switch code {
    case .throttled, .unreachable, .timedOut, .connectionBroken, .serverFailed: true
    default: cause?.isTransient ?? false
    }
  }

  /// The kind of a service's own code (each service's API reference, "Common errors"); nil for others.
  static func kind(of serviceCode: String) -> Code? {
    switch serviceCode {
    case "AccessDenied", "AccessDeniedException", "AccessDeniedFault", "NotAuthorized",
      "UnauthorizedOperation",
      "AuthorizationError", "OptInRequired", "KMSAccessDeniedFault", "DecryptionFailure":
      .accessDenied
    case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException",
      "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken", "InvalidAccessKeyId",
      "MissingAuthenticationTokenException", "IncompleteSignatureException":
      .credentialsInvalid
    case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired": .credentialsExpired
    case "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed": .clockSkewed
    case "Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded",
      "RequestThrottled",
      "RequestThrottledException", "TooManyRequestsException", "SlowDown", "BandwidthLimitExceeded",
      "PriorRequestNotComplete", "TransactionInProgressException":
      .throttled
    case "ResourceNotFoundFault", "ResourceNotFoundException", "DBInstanceNotFound",
      "DBInstanceNotFoundFault",
      "DBParameterGroupNotFound", "DBParameterGroupNotFoundFault", "NoSuchEntity":
      .notFound
    case "InternalFailure", "InternalError", "InternalServiceError", "InternalServiceFault",
      "ServiceUnavailable", "ServiceUnavailableException", "InternalServerError":
      .serverFailed
    case "UnknownOperationException", "InvalidAction", "NotImplemented": .unsupported
    default: nil
    }
  }
}

extension AWSError: CustomStringConvertible {
  /// One line: what happened, to what, what the service called it, and the mend.
  public var description: String { summary + (mend.map { "; \($0)" } ?? "") }

  /// What happened, without the mend.
  public var summary: String {
    var evidence: [String] = []
    if let status { evidence.append("HTTP \(status)") }
    if let serviceCode { evidence.append(serviceCode) }
    if let requestID { evidence.append("request id \(requestID)") }
    if attempts > 1 { evidence.append("after \(attempts) attempts") }
    let more = evidence.isEmpty ? "" : " (\(evidence.joined(separator: ", ")))"
    let text = "\(service) does not answer \(operation): \(reason)" + (detail.map { ": \($0)" } ?? "") + more
    return String(text.map { $0.isNewline ? " " : $0 })
  }

  private var reason: String {
    switch code {
    case .accessDenied: "access denied"
    case .notFound: "there is no such thing"
    case .throttled: "the service asks for fewer requests"
    case .credentialsInvalid: "the credentials were refused"
    case .credentialsExpired: "the credentials have expired"
    case .clockSkewed: "this machine's clock and the service's differ too much"
    case .credentials: "no credentials"
    case .regionMissing: "no region to ask in"
    case .unsupported: "the service does not know it"
    case .unreachable: "no connection"
    case .tlsFailed: "no trusted TLS connection"
    case .timedOut: "no answer in time"
    case .connectionBroken: "the connection broke"
    case .serverFailed: "the service failed"
    case .malformedAnswer: "the answer is not what the service answers"
    case .rejected: "refused"
    case .cancelled: "cancelled"
    }
  }

  /// What to do about it; nil where there is nothing to say.
  public var mend: String? {
    switch code {
    case .accessDenied: "allow \(permission) to this identity"
    case .notFound: "correct its name or ARN, and see that account and region are the right ones"
    case .throttled, .timedOut, .connectionBroken, .serverFailed: "try again later"
    case .credentialsInvalid: "check the access key and its secret"
    case .credentialsExpired: "renew the credentials"
    case .clockSkewed: "set this machine's clock, for instance with systemd-timesyncd"
    case .credentials: cause?.mend
    case .regionMissing: "set AWS_REGION, or s3.region"
    case .unreachable: "check the network, the proxy and the endpoint"
    case .tlsFailed: "add the authority's certificate as a CA file"
    case .unsupported, .malformedAnswer, .rejected, .cancelled: nil
    }
  }
}
