import Glibc

/// The one place that puts errors into words: what happened, to which object, what the server called it, the mend.
extension StorageError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    var text = "cannot \(verb) \(target): \(reason)"
    if let evidence { text += " (\(evidence))" }
    if let mend { text += "; \(mend)" }
    return StorageError.oneLine(text)
  }

  private var verb: String {
    switch operation {
    case .open: "open"
    case .list: "list"
    case .get: "read"
    case .head: "look up"
    case .put: "write"
    case .delete: "delete"
    case .clock: "read the clock of"
    case .settings: "read the settings of"
    case .credentials: "get credentials for"
    }
  }

  private var target: String {
    guard let key, !key.isEmpty else { return store }
    return store.hasSuffix("/") ? store + key : "\(store)/\(key)"
  }

  private var reason: String {
    let what =
      switch code {
      case .notFound: "no such object"
      case .alreadyExists: "the key is already taken"
      case .preconditionFailed: "the object was replaced meanwhile"
      case .rangeNotSatisfiable: "the range lies beyond the object's end"
      case .invalidKey: "the store cannot hold such a key"
      case .tooLarge: "too many bytes to take at once"
      case .bucketMissing: store.hasPrefix("s3:") ? "no such bucket" : "no such directory"
      case .accessDenied: "access denied"
      case .notWritable: "not writable"
      case .noSpace: "no space left"
      case .credentialsMissing: "no credentials found"
      case .credentialsInvalid: "the credentials were refused"
      case .credentialsExpired: "the credentials have expired"
      case .wrongRegion: "the bucket is in another region"
      case .clockSkewed: "this machine's clock and the server's differ too much"
      case .unsupported: "the store does not support this"
      case .invalidLocation: "not a bucket's location"
      case .invalidConfiguration: "a setting cannot be used"
      case .unreachable: "no connection"
      case .tlsFailed: "no trusted TLS connection"
      case .timedOut: "no answer in time"
      case .connectionBroken: "the connection broke"
      case .throttled: "the server asks for fewer requests"
      case .serverFailed: "the server failed"
      case .malformedAnswer: "the answer is not what S3 answers"
      case .archived: "the object is archived"
      case .rejected: "the server refused the request"
      case .ioFailed: "a system call failed"
      case .interrupted: "stopped by a hook"
      case .cancelled: "cancelled"
      }
    return detail.map { "\(what): \($0)" } ?? what
  }

  private var evidence: String? {
    var parts: [String] = []
    if let status { parts.append("HTTP \(status)") }
    if let serviceCode { parts.append(serviceCode) }
    if let requestID { parts.append("request id \(requestID)") }
    if let credentialSource { parts.append("credentials of \(credentialSource)") }
    if let systemError, let text = strerror(systemError) {
      parts.append("errno \(systemError), \(String(cString: text))")
    }
    if attempts > 1 { parts.append("after \(attempts) attempts") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private var isS3: Bool { store.hasPrefix("s3:") }

  /// What to do about it; nil where there is nothing to say beyond the reason.
  public var mend: String? {
    switch code {
    case .notFound, .rangeNotSatisfiable, .preconditionFailed: nil
    case .alreadyExists: nil
    case .invalidKey: "choose a key of 1 to 1,024 bytes whose parts have at most 255"
    case .tooLarge: "read it in parts"
    case .bucketMissing:
      isS3 ? "create the bucket, or correct its name" : "create the directory, or correct its path"
    case .accessDenied: isS3 ? "allow \(action) to this identity" : "correct the directory's permissions"
    case .notWritable: isS3 ? nil : "make the directory writable, or choose another"
    case .noSpace: "free some space, or choose another disk"
    case .credentialsMissing:
      "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile, or run where a role is attached"
    case .credentialsInvalid: "check the access key and its secret"
    case .credentialsExpired: "renew the credentials"
    case .wrongRegion: "set the bucket's region (AWS_REGION)"
    case .clockSkewed: "set this machine's clock, for instance with systemd-timesyncd"
    case .unsupported: nil
    case .invalidLocation: "write s3://bucket/prefix, file:///directory, or a path"
    case .invalidConfiguration: "correct the setting"
    case .unreachable: "check the endpoint, the network and the proxy"
    case .tlsFailed: "add the authority's certificate as a CA file, or correct the endpoint's name"
    case .timedOut, .connectionBroken, .throttled, .serverFailed: "try again later"
    case .malformedAnswer: "check that the endpoint is an S3 server, and not a proxy or a web page"
    case .archived: "restore it, or keep the objects of this prefix out of archives"
    case .rejected, .ioFailed, .interrupted, .cancelled: nil
    }
  }

  /// The permission that the operation needs.
  private var action: String {
    switch operation {
    case .list, .clock, .open: "s3:ListBucket"
    case .get, .head: "s3:GetObject"
    case .put: "s3:PutObject"
    case .delete: "s3:DeleteObject"
    case .settings: "the bucket's settings (s3:GetBucketVersioning, s3:GetEncryptionConfiguration and so on)"
    case .credentials: "sts:AssumeRole"
    }
  }

  /// Keys and servers may hold any character; a report line holds no control characters.
  static func oneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }) else {
      return text
    }
    var line = ""
    for scalar in text.unicodeScalars {
      if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
        line += scalar.escaped(asASCII: true)
      } else {
        line.unicodeScalars.append(scalar)
      }
    }
    return line
  }
}
