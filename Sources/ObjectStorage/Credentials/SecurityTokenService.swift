import HTTP
import Time

/// AWS's Security Token Service: roles for credentials, or for a token of somebody who vouches.
struct SecurityTokenService: Sendable {
  let context: CredentialContext

  /// What a role is asked for with.
  struct Role: Sendable {
    var arn: String
    var session: String?
    var externalID: String?
    var duration: String?
  }

  /// Credentials of a role for others.
  ///
  /// - Throws: `CredentialFailure`.
  func assume(_ role: Role, with credentials: Credentials) async throws(CredentialFailure) -> Credentials {
    var parameters = common("AssumeRole", role)
    if let id = role.externalID { parameters.append(("ExternalId", id)) }
    return try await call(parameters, signedWith: credentials)
  }

  /// Credentials of a role for a web identity's token.
  ///
  /// - Throws: `CredentialFailure`.
  func assume(_ role: Role, withTokenFile path: String) async throws(CredentialFailure) -> Credentials {
    guard let token = context.text(ofFile: path)?.split(whereSeparator: \.isWhitespace).first else {
      throw CredentialFailure(
        code: .credentialsMissing, reason: "the web identity token file \(path) cannot be read, or is empty")
    }
    return try await call(
      common("AssumeRoleWithWebIdentity", role) + [("WebIdentityToken", String(token))], signedWith: nil)
  }

  private func common(_ action: String, _ role: Role) -> [(name: String, value: String)] {
    var parameters = [
      (name: "Action", value: action), ("Version", "2011-06-15"), ("RoleArn", role.arn),
      ("RoleSessionName", role.session ?? "lakecanary"),
    ]
    if let duration = role.duration { parameters.append(("DurationSeconds", duration)) }
    return parameters
  }

  private func call(
    _ parameters: [(name: String, value: String)], signedWith credentials: Credentials?
  ) async throws(CredentialFailure) -> Credentials {
    let address: WebAddress
    do throws(StorageError) {
      address = try WebAddress(endpoint, store: "")
    } catch {
      throw CredentialFailure(code: .invalidConfiguration, reason: "STS: \(error.detail ?? "a bad endpoint")")
    }
    let body = Array(CanonicalRequest.query(parameters).utf8)
    var headers = [
      (name: "Host", value: address.host),
      ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
    ]
    if let credentials {
      let signer = RequestSigner(
        credentials: credentials, region: context.region ?? "us-east-1", service: "sts")
      headers += signer.sign(
        RequestSigner.Request(
          method: "POST", path: address.path + "/", headers: headers,
          payload: Digests.hex(Digests.sha256(body))),
        at: context.clock.now())
    }
    var request = HTTPRequest(
      credentialsFrom: "\(address.scheme)://\(address.host)\(address.path)/", method: .post, headers: headers,
      seconds: 20)
    request.body = body
    let answer: HTTPAnswer
    do throws(TransferFailure) {
      answer = try await context.send(request, isLocal: false)
    } catch {
      throw CredentialFailure(error, "STS")
    }
    guard answer.status == 200 else { throw CredentialFailure(answer, "STS") }
    let result = (try? XMLElement(answer.body))?.children.first { $0.name.hasSuffix("Result") }
    guard let issued = result?.child("Credentials"), let key = issued.text("AccessKeyId"),
      let secret = issued.text("SecretAccessKey"), let token = issued.text("SessionToken"),
      let expiry = issued.text("Expiration").flatMap({ Timestamp($0) })
    else { throw CredentialFailure(code: .malformedAnswer, reason: "STS gives no credentials") }
    return Credentials(accessKeyID: key, secretAccessKey: secret, sessionToken: token, expiry: expiry)
  }

  private var endpoint: String {
    if context.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() != "true" {
      let given =
        context.variable("AWS_ENDPOINT_URL_STS") ?? context.variable("AWS_ENDPOINT_URL")
        ?? context.profiles.endpoint(of: "sts")
      if let given { return given }
    }
    guard let region = context.region else { return "https://sts.amazonaws.com" }
    return "https://sts.\(region).\(AWSPartition.domain(of: region))"
  }
}

/// A web identity's role: `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`.
struct WebIdentityCredentials: CredentialSource {
  let context: CredentialContext

  var name: String { "web identity (AWS_WEB_IDENTITY_TOKEN_FILE)" }

  func credentials() async throws(CredentialFailure) -> Credentials? {
    guard let file = context.variable("AWS_WEB_IDENTITY_TOKEN_FILE") else { return nil }
    guard let role = context.variable("AWS_ROLE_ARN") else {
      throw CredentialFailure(
        code: .credentialsMissing, reason: "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not")
    }
    return try await SecurityTokenService(context: context).assume(
      .init(arn: role, session: context.variable("AWS_ROLE_SESSION_NAME")), withTokenFile: file)
  }
}
