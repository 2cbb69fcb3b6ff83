/// The key that signs the requests of one day to one service in one region.
struct SigningKey: Sendable {
  /// What the key holds for: `20150830/us-east-1/s3/aws4_request`.
  let scope: String
  private let bytes: [UInt8]

  /// Derives the key (AWS General Reference, "Create a signed AWS API request", step 4).
  init(secret: Secret, day: String, region: String, service: String) {
    scope = "\(day)/\(region)/\(service)/aws4_request"
    var key = Array("AWS4\(secret.revealed)".utf8)
    for part in [day, region, service, "aws4_request"] { key = Digests.hmac(key: key, part) }
    bytes = key
  }

  func signature(of text: String) -> String { Digests.hex(Digests.hmac(key: bytes, text)) }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
  var description: String { "<signing key for \(scope)>" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
