import Foundation
import TestSupport
import Time

@testable import HTTP
@testable import ObjectStorage

/// A chain of all sources over an environment that a test makes up.
struct CredentialFixture {
  let chain: CredentialChain
  let context: CredentialContext

  init(
    environment: [String: String], profile: String? = nil, clock: any WallClock = ManualClock(),
    containerHost: String? = nil
  ) throws {
    var configuration = StorageConfiguration()
    configuration.environment = ["AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"]
      .merging(environment) { $1 }
    configuration.profile = profile
    configuration.clock = clock
    let opening = S3Opening(bucket: "b", configuration: configuration)
    guard let engine = TransferEngine(limit: 8, certificates: nil) else { throw POSIXError(.ENFILE) }
    var context = try opening.context(engine)
    if let containerHost { context.containerHost = containerHost }
    self.context = context
    chain = CredentialChain(
      S3Opening.sources(context, isProfileGiven: profile != nil), clock: clock)
  }

  /// Writes the shared files and gives the variables that name them.
  static func files(_ path: String, config: String, credentials: String) throws -> [String: String] {
    try config.write(toFile: path + "/config", atomically: true, encoding: .utf8)
    try credentials.write(toFile: path + "/credentials", atomically: true, encoding: .utf8)
    return ["AWS_CONFIG_FILE": path + "/config", "AWS_SHARED_CREDENTIALS_FILE": path + "/credentials"]
  }
}

extension LoopbackServer.Reply {
  /// Credentials as STS answers them.
  static func role(_ action: String, _ key: String) -> LoopbackServer.Reply {
    .answer(
      200,
      body: Array(
        """
        <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result><Credentials>
        <AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
        <Expiration>2026-11-24T05:00:00Z</Expiration></Credentials></\(action)Result></\(action)Response>
        """.utf8))
  }

  /// Credentials as the container's and the instance's services answer them.
  static func document(
    _ key: String, expiry: Timestamp = Timestamp(seconds: 1_795_500_000)
  ) -> LoopbackServer.Reply {
    .answer(
      200,
      body: Array(
        """
        {"Code": "Success", "AccessKeyId": "\(key)", "SecretAccessKey": "s", "Token": "t", "Expiration": "\(expiry)"}
        """.utf8))
  }
}
