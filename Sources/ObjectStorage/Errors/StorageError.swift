import Time

/// Why a store did not do what it was asked.
public struct StorageError: Error, Sendable {
  /// What kind of thing went wrong; decided by HTTP status, AWS's code, curl's code or errno, never by text.
  public enum Code: Hashable, Sendable, CaseIterable {
    /// No object has the key.
    case notFound
    /// The key is taken, and the write was not to replace anything.
    case alreadyExists
    /// The object has another tag than the one asked for: it was replaced.
    case preconditionFailed
    /// The range begins at or beyond the end of the object.
    case rangeNotSatisfiable
    /// The store cannot hold such a key.
    case invalidKey
    /// The object or the answer has more bytes than are taken in one piece.
    case tooLarge
    /// There is no such bucket or directory.
    case bucketMissing
    /// The identity may not do this.
    case accessDenied
    /// The store was opened for reading, or lies on a medium that cannot be written.
    case notWritable
    /// The disk, or a quota, is full.
    case noSpace
    /// No source gave credentials.
    case credentialsMissing
    /// The credentials are not known to the server, or their secret is wrong.
    case credentialsInvalid
    /// The credentials have ended.
    case credentialsExpired
    /// The bucket is in another region, and where it is could not be learned.
    case wrongRegion
    /// The clocks of this machine and the server differ by more than the server takes.
    case clockSkewed
    /// The store lacks the feature.
    case unsupported
    /// A location that names no bucket.
    case invalidLocation
    /// A setting that cannot be used.
    case invalidConfiguration
    /// Nobody answers at the address, or the address has no such host.
    case unreachable
    /// The server's certificate is not trusted, or TLS could not be agreed on.
    case tlsFailed
    /// The server did not answer, or the transfer stalled, or the call's deadline passed.
    case timedOut
    /// The connection broke, or the answer ended before its length.
    case connectionBroken
    /// The server asks for fewer requests.
    case throttled
    /// The server failed (500 to 599).
    case serverFailed
    /// The answer is not what S3 answers.
    case malformedAnswer
    /// The object lies in an archive, and would have to be restored to be read.
    case archived
    /// Any other refusal (400 to 499); `serviceCode` says which.
    case rejected
    /// Any other failed system call; `systemError` says why.
    case ioFailed
    /// A hook of a test stopped the operation; `cause` holds what it threw.
    case interrupted
    /// The task was cancelled.
    case cancelled
  }

  /// What was asked of the store.
  public enum Operation: Hashable, Sendable, CaseIterable {
    /// Opening a store.
    case open
    /// Listing keys.
    case list
    /// Reading an object.
    case get
    /// Looking an object up.
    case head
    /// Writing an object.
    case put
    /// Removing an object.
    case delete
    /// Reading the clock.
    case clock
    /// Reading a setting of the bucket.
    case settings
    /// Obtaining credentials.
    case credentials
  }

  /// What kind of thing went wrong.
  public var code: Code
  /// What was asked of the store.
  public var operation: Operation
  /// The store's name, `s3://bucket` or `file:///dir`; for `.open` the location as given.
  public var store: String
  /// The object's key, or the prefix of a listing.
  public var key: String?
  /// The HTTP status of the answer.
  public var status: Int?
  /// The server's own code, such as `NoSuchBucket`.
  public var serviceCode: String?
  /// The server's id of the request.
  public var requestID: String?
  /// Where the credentials came from that were refused, in words.
  public var credentialSource: String?
  /// The system's error number (errno).
  public var systemError: Int32?
  /// What was said about it, without secrets.
  public var detail: String?
  /// How many times the request was sent.
  public var attempts: Int
  /// The server's clock, as the answer tells it.
  var date: Timestamp?
  /// What led to it.
  public var cause: (any Error)?

  /// An error.
  public init(
    _ code: Code, _ operation: Operation, store: String, key: String? = nil, detail: String? = nil,
    systemError: Int32? = nil, cause: (any Error)? = nil
  ) {
    (self.code, self.operation, self.store, self.key) = (code, operation, store, key)
    (self.detail, self.systemError, self.cause) = (detail, systemError, cause)
    attempts = 1
  }

  /// Whether it may go away by itself, so that a later try makes sense.
  public var isTransient: Bool {
    switch code {
    case .unreachable, .timedOut, .connectionBroken, .throttled, .serverFailed: true
    default: false
    }
  }

  /// Whether it concerns this object alone; otherwise the bucket as a whole is out of reach.
  public var isAboutObject: Bool {
    switch code {
    case .notFound, .alreadyExists, .preconditionFailed, .rangeNotSatisfiable, .invalidKey, .tooLarge,
      .archived:
      true
    default: false
    }
  }
}
