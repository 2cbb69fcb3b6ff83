import HTTP

/// The role of this EC2 instance, of its metadata service, version 2.
struct MetadataCredentials: CredentialSource {
  let context: CredentialContext

  var name: String { "the instance's role (EC2 metadata)" }

  private static let service = "the instance's metadata"
  private static let path = "/latest/meta-data/iam/security-credentials/"

  func credentials() async throws(CredentialFailure) -> Credentials? {
    guard context.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" else { return nil }
    var token = HTTPRequest(
      credentialsFrom: endpoint + "/latest/api/token", method: .put,
      headers: [("X-aws-ec2-metadata-token-ttl-seconds", "21600")], seconds: seconds)
    token.timeLeft = .seconds(seconds)
    let issued: HTTPAnswer
    do throws(TransferFailure) {
      issued = try await context.engine.send(token)
    } catch {
      if error.kind == .cancelled { throw CredentialFailure(error, MetadataCredentials.service) }
      return nil  // No instance of EC2.
    }
    // Refused: metadata is switched off, or this is no instance of EC2.
    guard issued.status == 200, let secret = String(validating: issued.body, as: UTF8.self),
      secret.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else { return nil }

    let list = try await get(MetadataCredentials.path, secret)
    if list.status == 404 { return nil }  // The instance has no role.
    guard list.status == 200 else { throw CredentialFailure(list, MetadataCredentials.service) }
    guard let role = String(decoding: list.body, as: UTF8.self).split(whereSeparator: \.isNewline).first
    else {
      return nil
    }
    let answer = try await get(MetadataCredentials.path + PercentEncoding.encode(String(role)), secret)
    guard answer.status == 200 else { throw CredentialFailure(answer, MetadataCredentials.service) }
    return try CredentialDocument.credentials(answer.body, MetadataCredentials.service)
  }

  private func get(_ path: String, _ token: String) async throws(CredentialFailure) -> HTTPAnswer {
    do throws(TransferFailure) {
      return try await context.send(
        HTTPRequest(
          credentialsFrom: endpoint + path, headers: [("X-aws-ec2-metadata-token", token)],
          seconds: seconds + 4),
        isLocal: true)
    } catch {
      throw CredentialFailure(error, MetadataCredentials.service)
    }
  }

  private var seconds: Int {
    context.variable("AWS_METADATA_SERVICE_TIMEOUT").flatMap { Int($0) }.map { min(max($0, 1), 60) } ?? 1
  }

  private var endpoint: String {
    if var given = context.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
      while given.hasSuffix("/") { given.removeLast() }
      return given
    }
    return context.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased() == "ipv6"
      ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
  }
}
