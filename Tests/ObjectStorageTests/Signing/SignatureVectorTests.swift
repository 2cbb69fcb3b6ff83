import Foundation
import Testing
import Time

@testable import ObjectStorage

/// AWS's published vectors of Signature Version 4 (awslabs/aws-c-auth), from beside the project.
@Suite struct SignatureVectorTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/fixtures/aws-sigv4")

  private static let names: [String] = {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return found.filter {
      FileManager.default.fileExists(atPath: folder.appending(path: "\($0)/request.txt").path)
    }
    .sorted()
  }()

  @Test func `signs the published vectors in header and query form`() throws {
    guard !Self.names.isEmpty else {
      print("passed over: the published SigV4 vectors are not at \(Self.folder.path)")
      return
    }
    for name in Self.names { try check(Vector(Self.folder.appending(path: name))) }
    #expect(Self.names.count >= 30)
  }

  private func check(_ vector: Vector) throws {
    let signer = RequestSigner(
      credentials: vector.credentials, region: vector.context.region, service: vector.context.service)
    // Form 1: the signature stands in a header field.
    var request = vector.request
    let token = vector.context.credentials.token
    let omits = vector.context.omitSessionToken == true
    let headerSigner =
      omits
      ? RequestSigner(
        credentials: Credentials(
          accessKeyID: vector.credentials.accessKeyID,
          secretAccessKey: vector.credentials.secretAccessKey.revealed),
        region: vector.context.region, service: vector.context.service) : signer
    if vector.context.signBody == true { request.headers.append(("x-amz-content-sha256", request.payload)) }
    let added = headerSigner.sign(request, at: vector.time)
    var whole = request
    whole.headers += added.filter { $0.name != "Authorization" }
    let canonical = CanonicalRequest(whole)
    #expect(
      try String(decoding: canonical.bytes, as: UTF8.self) == vector.text("header-canonical-request"),
      "\(vector.name)")
    #expect(
      try headerSigner.stringToSign(canonical, at: vector.time) == vector.text("header-string-to-sign"),
      "\(vector.name)")
    let authorization = try #require(added.first { $0.name == "Authorization" }?.value)
    #expect(try authorization.hasSuffix("Signature=" + vector.text("header-signature")), "\(vector.name)")
    #expect(
      try vector.text("header-signed-request").contains("Authorization:\(authorization)"), "\(vector.name)")

    // Form 2: it stands in the query.
    let query = signer.presign(
      vector.request, at: vector.time, expiry: .seconds(vector.context.expirationInSeconds),
      signsToken: !omits)
    #expect(try query.last?.value == vector.text("query-signature"), "\(vector.name)")
    let target = try vector.text("query-signed-request").split(separator: "\n")[0]
    let sent = Vector.query(String(target.drop { $0 != "?" }.dropFirst().dropLast(" HTTP/1.1".count)))
    #expect(
      Set(query.map { "\($0.name)=\($0.value)" }) == Set(sent.map { "\($0.name)=\($0.value)" }),
      "\(vector.name)")
    #expect((token != nil) == query.contains { $0.name == "X-Amz-Security-Token" })
  }
}

private struct Vector {
  struct Context: Decodable {
    struct Keys: Decodable {
      let accessKeyId: String
      let secretAccessKey: String
      let token: String?

      enum CodingKeys: String, CodingKey {
        case accessKeyId = "access_key_id"
        case secretAccessKey = "secret_access_key"
        case token
      }
    }
    let credentials: Keys
    let expirationInSeconds: Int
    let normalize: Bool
    let region: String
    let service: String
    let signBody: Bool?
    let timestamp: String
    let omitSessionToken: Bool?

    enum CodingKeys: String, CodingKey {
      case credentials, normalize, region, service, timestamp
      case expirationInSeconds = "expiration_in_seconds"
      case signBody = "sign_body"
      case omitSessionToken = "omit_session_token"
    }
  }

  let name: String
  let context: Context
  let request: RequestSigner.Request
  let credentials: Credentials
  let time: Timestamp
  private let folder: URL

  init(_ folder: URL) throws {
    self.folder = folder
    name = folder.lastPathComponent
    context = try JSONDecoder().decode(
      Context.self, from: Data(contentsOf: folder.appending(path: "context.json")))
    credentials = Credentials(
      accessKeyID: context.credentials.accessKeyId, secretAccessKey: context.credentials.secretAccessKey,
      sessionToken: context.credentials.token)
    time = try #require(Timestamp(context.timestamp))
    let raw = try String(contentsOf: folder.appending(path: "request.txt"), encoding: .utf8)
    let text = raw.replacing("\r\n", with: "\n")
    let halves = text.firstRange(of: "\n\n")
    let lines = text[..<(halves?.lowerBound ?? text.endIndex)].split(separator: "\n")
    let body = halves.map { String(text[$0.upperBound...]) } ?? ""
    let method = String(lines[0].prefix { $0 != " " })
    let target = String(lines[0].dropFirst(method.count + 1).dropLast(" HTTP/1.1".count))
    let rawPath = String(target.prefix { $0 != "?" })
    var headers: [(name: String, value: String)] = []
    for line in lines.dropFirst() {
      if line.first == " " {
        headers[headers.count - 1].value += " " + line
      } else {
        let mark = try #require(line.firstIndex(of: ":"))
        headers.append((String(line[..<mark]), String(line[line.index(after: mark)...])))
      }
    }
    let path = try #require(PercentEncoding.decode(rawPath))
    request = RequestSigner.Request(
      method: method,
      path: PercentEncoding.encode(context.normalize ? Vector.normalized(path) : path, keepingSlashes: true),
      query: Vector.query(String(target.dropFirst(rawPath.count + 1))), headers: headers,
      payload: Digests.hex(Digests.sha256(Array(body.utf8))))
  }

  func text(_ file: String) throws -> String {
    try String(contentsOf: folder.appending(path: "\(file).txt"), encoding: .utf8).replacing(
      "\r\n", with: "\n")
  }

  static func query(_ text: String) -> [(name: String, value: String)] {
    text.split(separator: "&").map { pair in
      let name = pair.prefix { $0 != "=" }
      return (
        PercentEncoding.decode(name) ?? "", PercentEncoding.decode(pair.dropFirst(name.count + 1)) ?? ""
      )
    }
  }

  /// A path without `.`, `..` and empty parts, as services other than S3 sign it.
  static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    let isFolder = path.hasSuffix("/") || path.hasSuffix("/.") || path.hasSuffix("/..")
    return "/" + parts.joined(separator: "/") + (isFolder && !parts.isEmpty ? "/" : "")
  }
}
