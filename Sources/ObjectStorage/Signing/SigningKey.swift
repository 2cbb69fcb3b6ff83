/// The key that signs the requests of one day to one service in one region.
struct SigningKey: Sendable {
  /// What the key holds for: `20150830/us-east-1/s3/aws4_request`.
  let scope: String
  private let authenticator: MessageAuthenticator

  /// Derives the key (AWS General Reference, "Create a signed AWS API request", step 4).
  init(secret: Secret, day: String, region: String, service: String) {
    scope = "\(day)/\(region)/\(service)/aws4_request"
    var key = MessageAuthenticator(key: Array("AWS4\(secret.revealed)".utf8))
    for part in [day, region, service, "aws4_request"] { key = MessageAuthenticator(key: key.code(part)) }
    authenticator = key
  }

  func signature(of text: String) -> String { Digests.hex(authenticator.code(text)) }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
  var description: String { "<signing key for \(scope)>" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
