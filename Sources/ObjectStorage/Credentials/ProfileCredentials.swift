/// The shared configuration files: static keys, a role, or a program that gives credentials.
struct ProfileCredentials: CredentialSource {
  let context: CredentialContext

  var name: String { "profile \(context.profiles.name) of the shared configuration files" }

  func credentials() async throws(CredentialFailure) -> Credentials? {
    let profiles = context.profiles
    guard profiles[profiles.name] != nil else {
      guard profiles.isNamed else { return nil }
      throw missing("there is no profile \(profiles.name) in the shared configuration files")
    }
    return try await credentials(of: profiles.name, visited: [])
  }

  private func credentials(
    of profile: String, visited: [String]
  ) async throws(CredentialFailure) -> Credentials? {
    guard let settings = context.profiles[profile] else {
      throw missing("profile \(visited.last ?? "") names the source_profile \(profile), which does not exist")
    }
    let setting = { (name: String) in settings[name].flatMap { $0.isEmpty ? nil : $0 } }
    let keys = try staticKeys(setting, profile)
    // A profile that is its own source means its own keys.
    if visited.last == profile, let keys { return keys }
    guard !visited.contains(profile) else {
      throw missing("the source_profiles \((visited + [profile]).joined(separator: ", ")) go in a circle")
    }
    if let arn = setting("role_arn") {
      let role = SecurityTokenService.Role(
        arn: arn, session: setting("role_session_name"), externalID: setting("external_id"),
        duration: setting("duration_seconds"))
      guard setting("mfa_serial") == nil else {
        throw missing(
          "profile \(profile) asks for MFA, which a timer cannot give; use a role without mfa_serial")
      }
      return try await assume(role, profile, setting, visited)
    }
    if let keys { return keys }
    if setting("sso_session") != nil || setting("sso_start_url") != nil {
      throw missing(
        "profile \(profile) uses SSO, which lakecanary does not do itself; run: aws sso login --profile \(profile) "
          + "&& eval \"$(aws configure export-credentials --profile \(profile) --format env)\"")
    }
    if setting("login_session") != nil {
      throw missing(
        "profile \(profile) uses `aws login`, which lakecanary does not do itself; run: aws login --profile \(profile) "
          + "&& eval \"$(aws configure export-credentials --profile \(profile) --format env)\"")
    }
    if let command = setting("credential_process") {
      return try await CredentialProcess(context: context, command: command, profile: profile).credentials()
    }
    guard visited.isEmpty else { throw missing("the source_profile \(profile) has no credentials") }
    return nil
  }

  private func staticKeys(
    _ setting: (String) -> String?, _ profile: String
  ) throws(CredentialFailure) -> Credentials? {
    guard let key = setting("aws_access_key_id") else { return nil }
    guard let secret = setting("aws_secret_access_key") else {
      throw missing("profile \(profile) has aws_access_key_id and no aws_secret_access_key")
    }
    return Credentials(accessKeyID: key, secretAccessKey: secret, sessionToken: setting("aws_session_token"))
  }

  private func assume(
    _ role: SecurityTokenService.Role, _ profile: String, _ setting: (String) -> String?, _ visited: [String]
  ) async throws(CredentialFailure) -> Credentials {
    let service = SecurityTokenService(context: context)
    if let file = setting("web_identity_token_file") {
      return try await service.assume(role, withTokenFile: file)
    }
    let credentials: Credentials?
    if let source = setting("source_profile") {
      credentials = try await self.credentials(of: source, visited: visited + [profile])
    } else if let source = setting("credential_source") {
      let sources: [String: any CredentialSource] = [
        "Environment": EnvironmentCredentials(context: context),
        "EcsContainer": ContainerCredentials(context: context),
        "Ec2InstanceMetadata": MetadataCredentials(context: context),
      ]
      guard let known = sources[source] else {
        throw missing(
          "profile \(profile) has the credential_source \(source); Environment, EcsContainer and "
            + "Ec2InstanceMetadata are known")
      }
      credentials = try await known.credentials()
    } else {
      throw missing("profile \(profile) has a role_arn and neither source_profile nor credential_source")
    }
    guard let credentials else {
      throw missing("the source of profile \(profile)'s role gives no credentials")
    }
    return try await service.assume(role, with: credentials)
  }

  private func missing(_ reason: String) -> CredentialFailure {
    CredentialFailure(code: .credentialsMissing, reason: reason)
  }
}
