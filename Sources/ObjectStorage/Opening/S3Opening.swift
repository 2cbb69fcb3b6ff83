import Foundation
import HTTP

/// Settles what a store of S3 needs, of configuration, environment and profile, in this order.
struct S3Opening {
  let bucket: String
  let configuration: StorageConfiguration

  private var name: String { "s3://\(bucket)" }

  func open() throws(StorageError) -> S3Store {
    let certificates = try certificates()
    guard let engine = TransferEngine(limit: configuration.maximumTransfers, certificates: certificates)
    else {
      throw StorageError(.ioFailed, .open, store: name, detail: "no descriptors left for the transfers")
    }
    let context = try context(engine)
    let settings = S3Client.Settings(
      bucket: bucket, region: context.region, address: endpoint(context.profiles),
      addressing: configuration.addressing, attempts: try attempts(context.profiles),
      retry: configuration.retry,
      timeouts: configuration.timeouts, proxies: context.proxies,
      clock: configuration.clock, logger: configuration.logger)
    let chain = chain(context)
    return S3Store(
      client: try S3Client(settings, engine: engine, credentials: chain), access: configuration.access,
      multipartThreshold: configuration.multipartThreshold, partSize: max(configuration.partSize, 5 << 20))
  }

  /// The sources of credentials, one after the other.
  func chain(_ context: CredentialContext) -> CredentialChain {
    let sources = S3Opening.sources(context, isProfileGiven: given(configuration.profile) != nil)
    return CredentialChain(sources, clock: configuration.clock)
  }

  /// What the sources of credentials, and the store itself, are settled with.
  func context(_ engine: TransferEngine) throws(StorageError) -> CredentialContext {
    let profiles = try profiles()
    return CredentialContext(
      environment: configuration.environment, profiles: profiles,
      region: given(configuration.region) ?? variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION")
        ?? profiles.setting("region"),
      clock: configuration.clock, engine: engine, proxies: Proxies(environment: configuration.environment),
      retry: configuration.retry, jitter: { Double.random(in: 0..<1) })
  }

  /// The sources in the order of AWS's SDKs; a profile that the caller names goes before the environment.
  static func sources(_ context: CredentialContext, isProfileGiven: Bool) -> [any CredentialSource] {
    let files = ProfileCredentials(context: context)
    let environment: [any CredentialSource] = [
      EnvironmentCredentials(context: context), WebIdentityCredentials(context: context),
    ]
    return (isProfileGiven ? [files] : environment + [files])
      + [ContainerCredentials(context: context), MetadataCredentials(context: context)]
  }

  private func variable(_ name: String) -> String? { given(configuration.environment[name]) }

  private func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

  private func endpoint(_ profiles: Profiles) -> String? {
    given(configuration.endpoint) ?? endpoint(of: "s3", profiles)
  }

  /// The endpoint that environment or profile name for a service, by its name in a profile.
  func endpoint(of service: String, _ profiles: Profiles) -> String? {
    guard variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() != "true" else { return nil }
    return variable("AWS_ENDPOINT_URL_\(service.uppercased())") ?? variable("AWS_ENDPOINT_URL")
      ?? profiles.endpoint(of: service)
  }

  func attempts(_ profiles: Profiles) throws(StorageError) -> Int {
    if let attempts = configuration.retry.attempts { return max(1, attempts) }
    guard let text = variable("AWS_MAX_ATTEMPTS") ?? profiles.setting("max_attempts") else { return 5 }
    guard let attempts = Int(text), attempts > 0 else {
      throw StorageError(
        .invalidConfiguration, .open, store: name, detail: "AWS_MAX_ATTEMPTS must be a number above 0")
    }
    return attempts
  }

  func certificates() throws(StorageError) -> TrustedCertificates? {
    guard let file = given(configuration.caFile) ?? variable("AWS_CA_BUNDLE") else { return nil }
    do throws(SystemCallFailure) {
      return try TrustedCertificates(file: file, read: SmallFile.bytes)
    } catch {
      throw StorageError(
        .invalidConfiguration, .open, store: name, detail: "the CA file \(file) cannot be read",
        systemError: error.errno)
    }
  }

  private func profiles() throws(StorageError) -> Profiles {
    let home = variable("HOME") ?? NSHomeDirectory()
    return Profiles(
      config: try text("AWS_CONFIG_FILE", "~/.aws/config", home),
      credentials: try text("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", home),
      name: given(configuration.profile) ?? variable("AWS_PROFILE"))
  }

  /// The text of a shared configuration file; empty where there is none.
  private func text(_ name: String, _ usual: String, _ home: String) throws(StorageError) -> String {
    let given = variable(name)
    let path = given ?? usual
    let place = path.hasPrefix("~/") ? home + path.dropFirst() : path
    do throws(SystemCallFailure) {
      return String(decoding: try SmallFile.bytes(of: place), as: UTF8.self)
    } catch {
      // A service may not look into its home; a file that somebody has named is another matter.
      let isAbsent = error.errno == ENOENT || error.errno == ENOTDIR || error.errno == EACCES && given == nil
      guard !isAbsent else { return "" }
      throw StorageError(
        .invalidConfiguration, .open, store: self.name, detail: "\(place) cannot be read",
        systemError: error.errno)
    }
  }
}
