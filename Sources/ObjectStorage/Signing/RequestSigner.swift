import Synchronization
import Time

/// Signs requests with AWS Signature Version 4.
final class RequestSigner: Sendable {
  /// What of a request is signed.
  ///
  /// Names and values are as they are meant: encoding is the signer's work.
  struct Request: Sendable {
    var method: String
    /// The path as it is sent: percent-encoded.
    var path: String
    var query: [(name: String, value: String)] = []
    /// Every header field to sign, `host` among them.
    var headers: [(name: String, value: String)]
    /// SHA-256 of the body in lower-case hex, or `UNSIGNED-PAYLOAD`.
    var payload: String
  }

  static let emptyPayload = Digests.hex(Digests.sha256([UInt8]()))

  private let credentials: Credentials
  private let region: String
  private let service: String
  /// The key of the day, which the day's first request derives, and the text of the last second.
  private let known = Mutex<(second: Int64, date: AmazonDate, key: SigningKey)?>(nil)

  init(credentials: Credentials, region: String, service: String) {
    (self.credentials, self.region, self.service) = (credentials, region, service)
  }

  /// The header fields that sign a request: `X-Amz-Date`, `X-Amz-Security-Token` for temporary credentials, and
  /// `Authorization`.
  func sign(_ request: Request, at time: Timestamp) -> [(name: String, value: String)] {
    var request = request
    let (date, key) = dateAndKey(time)
    var added = [(name: "X-Amz-Date", value: date.text)]
    if let token = credentials.sessionToken { added.append(("X-Amz-Security-Token", token.revealed)) }
    request.headers += added
    let canonical = CanonicalRequest(request)
    let signature = key.signature(of: stringToSign(canonical, date, key))
    var authorization = ""
    authorization.reserveCapacity(320)
    for part in [
      "AWS4-HMAC-SHA256 Credential=", credentials.accessKeyID, "/", key.scope, ", SignedHeaders=",
      canonical.signedHeaders, ", Signature=", signature,
    ] { authorization += part }
    added.append(("Authorization", authorization))
    return added
  }

  /// The query of a request that carries its signature itself, for `expiry`.
  ///
  /// - Parameter signsToken: whether the session token is part of what is signed, as all but a few services ask.
  func presign(
    _ request: Request, at time: Timestamp, expiry: Duration, signsToken: Bool = true
  ) -> [(name: String, value: String)] {
    var request = request
    let (date, key) = dateAndKey(time)
    request.query += [
      ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
      ("X-Amz-Credential", "\(credentials.accessKeyID)/\(key.scope)"),
      ("X-Amz-Date", date.text),
      ("X-Amz-SignedHeaders", CanonicalRequest(request).signedHeaders),
      ("X-Amz-Expires", String(expiry.components.seconds)),
    ]
    let token = credentials.sessionToken.map { (name: "X-Amz-Security-Token", value: $0.revealed) }
    if let token, signsToken { request.query.append(token) }
    let signature = key.signature(of: stringToSign(CanonicalRequest(request), date, key))
    if let token, !signsToken { request.query.append(token) }
    return request.query + [("X-Amz-Signature", signature)]
  }

  func stringToSign(_ canonical: CanonicalRequest, at time: Timestamp) -> String {
    let (date, key) = dateAndKey(time)
    return stringToSign(canonical, date, key)
  }

  private func stringToSign(_ canonical: CanonicalRequest, _ date: AmazonDate, _ key: SigningKey) -> String {
    "AWS4-HMAC-SHA256\n\(date.text)\n\(key.scope)\n\(Digests.hex(Digests.sha256(canonical.bytes)))"
  }

  private func dateAndKey(_ time: Timestamp) -> (AmazonDate, SigningKey) {
    let second = time.microseconds / 1_000_000
    return known.withLock { known in
      if let known, known.second == second { return (known.date, known.key) }
      let date = AmazonDate(time)
      let key: SigningKey
      if let known, known.date.day == date.day {
        key = known.key
      } else {
        key = SigningKey(
          secret: credentials.secretAccessKey, day: date.day, region: region, service: service)
      }
      known = (second, date, key)
      return (date, key)
    }
  }
}

/// The form of a request that is signed (AWS General Reference, "Create a canonical request").
struct CanonicalRequest: Sendable {
  let bytes: [UInt8]
  /// Names of the signed header fields: `host;x-amz-date`.
  let signedHeaders: String

  init(_ request: RequestSigner.Request) {
    var fields: [(name: String, value: String)] = []
    fields.reserveCapacity(request.headers.count)
    for (name, value) in request.headers {
      // In order of the names, and those of one name in order of arrival; there are few.
      let name = CanonicalRequest.lowered(name)
      var place = fields.count
      while place > 0, fields[place - 1].name > name { place -= 1 }
      fields.insert((name, CanonicalRequest.trimmed(value)), at: place)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1_024)
    for line in [
      request.method, request.path.isEmpty ? "/" : request.path, CanonicalRequest.query(request.query),
    ] {
      bytes += line.utf8
      bytes.append(UInt8(ascii: "\n"))
    }
    var names = ""
    names.reserveCapacity(96)
    for (index, field) in fields.enumerated() {
      if index > 0, fields[index - 1].name == field.name {
        bytes.append(UInt8(ascii: ","))
      } else {
        if index > 0 {
          bytes.append(UInt8(ascii: "\n"))
          names += ";"
        }
        bytes += field.name.utf8
        bytes.append(UInt8(ascii: ":"))
        names += field.name
      }
      bytes += field.value.utf8
    }
    for line in ["", names, request.payload] {
      bytes.append(UInt8(ascii: "\n"))
      bytes += line.utf8
    }
    signedHeaders = names
    self.bytes = bytes
  }

  /// A name in lower case; most are given so.
  private static func lowered(_ name: String) -> String {
    name.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } ? name.lowercased() : name
  }

  /// The query as it is signed, and as it is sent.
  static func query(_ query: [(name: String, value: String)]) -> String {
    guard !query.isEmpty else { return "" }
    return query.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
      .sorted { $0 < $1 }  // ASCII by now, where the order of text is that of bytes.
      .map { "\($0)=\($1)" }.joined(separator: "&")
  }

  /// A field's value without white space around it, and with single spaces within.
  private static func trimmed(_ value: String) -> String {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte >= 0x09 && byte <= 0x0D }
    guard value.utf8.contains(where: isBlank) else { return value }
    return value.utf8.split(whereSeparator: isBlank).map { String(Substring($0)) }.joined(separator: " ")
  }
}

/// A time as signatures carry it: `20150830T123600Z`, and the day of it.
struct AmazonDate: Sendable {
  let text: String
  let day: String

  init(_ time: Timestamp) {
    let civil = CivilTime(utc: time)
    day =
      AmazonDate.digits(civil.year, 4) + AmazonDate.digits(civil.month, 2) + AmazonDate.digits(civil.day, 2)
    text =
      day + "T" + AmazonDate.digits(civil.hour, 2) + AmazonDate.digits(civil.minute, 2)
      + AmazonDate.digits(civil.second, 2) + "Z"
  }

  private static func digits(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}
