import HTTP
import Time

/// What an answer says of a failure.
struct ServiceFault: Sendable {
  let status: Int
  /// AWS's code; nil where the answer is no error of S3's, as for HEAD, which has no body.
  let code: String?
  let message: String?
  let requestID: String?
  /// The region that the answer says the bucket is in.
  let region: String?
  let retryAfter: String?
  /// Where a redirection leads.
  let location: String?
  /// The server's clock.
  let date: Timestamp?
  /// Whether there was a body, and it is no error of S3's: a proxy's page, for instance.
  let isForeign: Bool

  init(_ answer: HTTPAnswer) {
    status = answer.status
    let root = try? XMLElement(answer.body)
    // STS wraps its error; S3 does not.
    let element = root?.name == "Error" ? root : root?.child("Error")
    code = element?.text("Code")
    message = element?.text("Message")
    requestID =
      answer.header("x-amz-request-id") ?? element?.text("RequestId") ?? root?.text("RequestId")
      ?? answer.header("x-amzn-requestid") ?? answer.header("x-request-id")
    let named = answer.header("x-amz-bucket-region") ?? element?.text("Region")
    region = named?.isEmpty == true ? nil : named
    location = (300..<400).contains(answer.status) ? answer.header("location") : nil
    retryAfter = answer.header("retry-after")
    date = answer.header("date").flatMap(HTTPDate.parse)
    isForeign = code == nil && !answer.body.isEmpty
  }

  /// Whether the same request may succeed later (AWS SDKs' reference, "Retry behavior").
  var isTransient: Bool {
    switch status {
    case 501, 505, 507, 511: false
    case 408, 429, 500...599: true  // Proxies have numbers of their own beyond 504.
    case 400: code.map(ServiceFault.transientCodes.contains) ?? false
    case 409: code == "ConditionalRequestConflict" || code == "OperationAborted"
    case 200: code == "InternalError" || code == "SlowDown" || code == "ServiceUnavailable"
    default: false
    }
  }

  private static let transientCodes: Set = [
    "RequestTimeout", "SlowDown", "Throttling", "ThrottlingException",
    // STS could not reach who vouches.
    "IDPCommunicationError",
    // What arrived is not what was sent.
    "BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody",
  ]

  /// Whether the region that the answer names is why it refuses: some servers name theirs in every error.
  func mayBeOfRegion(_ kind: StorageError.Code) -> Bool {
    kind == .wrongRegion || code == nil && [301, 307, 400, 403].contains(status)
  }

  /// How long the server asks to wait, in whole seconds or until a date; nil where it does not say.
  func wait(now: Timestamp) -> Duration? {
    guard let retryAfter else { return nil }
    if let seconds = Int64(retryAfter), (0...86_400).contains(seconds) { return .seconds(seconds) }
    return HTTPDate.parse(retryAfter).map { max(.zero, $0 - (date ?? now)) }
  }

  /// What kind of error it is: by AWS's code first, then by the status.
  func classify(_ operation: StorageError.Operation) -> StorageError.Code {
    // S3's word for a wrong region is its word for a key that is none, too.
    if code == "AuthorizationHeaderMalformed", region == nil { return .credentialsInvalid }
    if let code, let known = ServiceFault.codes[code] {
      return known == .preconditionFailed && operation == .put ? .alreadyExists : known
    }
    switch status {
    case 200..<300: return .serverFailed
    case 301, 307, 308: return region == nil ? .malformedAnswer : .wrongRegion
    case 401: return .credentialsInvalid
    case 403: return isForeign ? .malformedAnswer : .accessDenied
    case 404: return isForeign ? .malformedAnswer : .notFound
    case 405, 501: return .unsupported
    case 407: return .unreachable  // The proxy asks who we are.
    case 408: return .timedOut
    case 409: return .rejected
    case 412: return operation == .put ? .alreadyExists : .preconditionFailed
    case 413: return .tooLarge
    case 416: return .rangeNotSatisfiable
    case 429: return .throttled
    case 507: return .noSpace
    case 500..<600: return .serverFailed
    case 400..<500: return .rejected
    default: return .malformedAnswer
    }
  }

  /// AWS's codes that mean more than their status does (S3 and STS API references, "Error responses").
  private static let codes: [String: StorageError.Code] = [
    "NoSuchKey": .notFound, "NoSuchVersion": .notFound, "NotFound": .notFound,
    "NoSuchBucket": .bucketMissing, "InvalidBucketName": .bucketMissing,
    "AccessDenied": .accessDenied, "AllAccessDisabled": .accessDenied, "AccessForbidden": .accessDenied,
    "AccountProblem": .accessDenied, "NotSignedUp": .accessDenied, "InvalidPayer": .accessDenied,
    "InvalidObjectState": .archived, "ObjectNotInActiveTierError": .archived,
    "AccessDeniedException": .accessDenied,
    "InvalidAccessKeyId": .credentialsInvalid, "SignatureDoesNotMatch": .credentialsInvalid,
    "InvalidToken": .credentialsInvalid, "InvalidClientTokenId": .credentialsInvalid,
    "InvalidSecurity": .credentialsInvalid, "UnrecognizedClientException": .credentialsInvalid,
    "InvalidIdentityToken": .credentialsInvalid, "IDPRejectedClaim": .credentialsInvalid,
    "ExpiredToken": .credentialsExpired, "ExpiredTokenException": .credentialsExpired,
    "TokenRefreshRequired": .credentialsExpired,
    "RequestTimeTooSkewed": .clockSkewed, "RequestExpired": .clockSkewed,
    "PermanentRedirect": .wrongRegion, "TemporaryRedirect": .wrongRegion, "Redirect": .wrongRegion,
    "InvalidRegion": .wrongRegion, "InvalidRegionName": .wrongRegion, "IncorrectEndpoint": .wrongRegion,
    "AuthorizationHeaderMalformed": .wrongRegion, "IllegalLocationConstraintException": .wrongRegion,
    "BucketAlreadyExists": .alreadyExists, "BucketAlreadyOwnedByYou": .alreadyExists,
    "PreconditionFailed": .preconditionFailed, "InvalidRange": .rangeNotSatisfiable,
    "NotImplemented": .unsupported, "MethodNotAllowed": .unsupported,
    "KeyTooLongError": .invalidKey, "InvalidObjectName": .invalidKey, "InvalidURI": .invalidKey,
    "EntityTooLarge": .tooLarge, "QuotaExceeded": .noSpace, "XMinioStorageFull": .noSpace,
    "SlowDown": .throttled, "Throttling": .throttled, "ThrottlingException": .throttled,
    "TooManyRequests": .throttled, "SlowDownRead": .throttled, "SlowDownWrite": .throttled,
    "RequestLimitExceeded": .throttled, "RequestTimeout": .timedOut,
  ]
}
