import Time

/// What signs requests.
struct Credentials: Sendable {
  let accessKeyID: String
  let secretAccessKey: Secret
  /// Comes with temporary credentials.
  let sessionToken: Secret?
  /// When they end; nil for never.
  let expiry: Timestamp?

  init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiry: Timestamp? = nil) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = Secret(secretAccessKey)
    self.sessionToken = sessionToken.map(Secret.init)
    self.expiry = expiry
  }
}
