/// Keys in the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
struct EnvironmentCredentials: CredentialSource {
  let context: CredentialContext

  var name: String { "the environment (AWS_ACCESS_KEY_ID)" }

  func credentials() async throws(CredentialFailure) -> Credentials? {
    guard let key = context.variable("AWS_ACCESS_KEY_ID") else { return nil }
    guard let secret = context.variable("AWS_SECRET_ACCESS_KEY") else {
      throw CredentialFailure(
        code: .credentialsMissing, reason: "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
    }
    return Credentials(
      accessKeyID: key, secretAccessKey: secret, sessionToken: context.variable("AWS_SESSION_TOKEN"))
  }
}
