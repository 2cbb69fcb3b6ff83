import HTTP

/// The container's own service (ECS, EKS pod identity): `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `..._FULL_URI`.
struct ContainerCredentials: CredentialSource {
  let context: CredentialContext

  var name: String { "the container (AWS_CONTAINER_CREDENTIALS_*_URI)" }

  func credentials() async throws(CredentialFailure) -> Credentials? {
    let url: String
    if let relative = context.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      url = context.containerHost + relative
    } else if let full = context.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
      url = full
      guard ContainerCredentials.isTrusted(full) else {
        throw CredentialFailure(
          code: .invalidConfiguration,
          reason: "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or a loopback or container address")
      }
    } else {
      return nil
    }
    var headers: [(name: String, value: String)] = [("Accept", "application/json")]
    if let token = try token() { headers.append(("Authorization", token)) }
    let answer: HTTPAnswer
    do throws(TransferFailure) {
      answer = try await context.send(
        HTTPRequest(credentialsFrom: url, headers: headers, seconds: 5), isLocal: true)
    } catch {
      throw CredentialFailure(error, "the container's credentials")
    }
    guard answer.status == 200 else { throw CredentialFailure(answer, "the container's credentials") }
    return try CredentialDocument.credentials(answer.body, "the container's service")
  }

  private func token() throws(CredentialFailure) -> String? {
    var token = context.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if let file = context.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
      guard let text = context.text(ofFile: file) else {
        throw CredentialFailure(code: .credentialsMissing, reason: "the token file \(file) cannot be read")
      }
      token = text.split(whereSeparator: \.isNewline).first.map(String.init)
    }
    // A line break would begin a header field of its own.
    guard token?.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) != false else {
      throw CredentialFailure(code: .invalidConfiguration, reason: "the container's token holds a line break")
    }
    return token
  }

  /// Without TLS, only addresses that no stranger can answer at (AWS SDKs reference, "Container credential provider").
  private static func isTrusted(_ url: String) -> Bool {
    guard !url.lowercased().hasPrefix("https://") else { return true }
    guard url.lowercased().hasPrefix("http://") else { return false }
    let authority = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if authority.contains("@") { return false }
    if authority.hasPrefix("[") {
      return ["::1", "fd00:ec2::23"].contains(authority.dropFirst().prefix { $0 != "]" }.lowercased())
    }
    let host = authority.prefix { $0 != ":" }.lowercased()
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    let isLoopback = numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    return isLoopback || ["localhost", "169.254.170.2", "169.254.170.23"].contains(host)
  }
}
