import AWS
import Foundation
import ObjectStorage
import Postgres
import Synchronization
import Time

/// The way to the source, its password included, and renewed while it lives where it is a token.
final class SourceAccess: Sendable {
  private let current: Mutex<String>
  private let renewal = Mutex<Task<Void, Never>?>(nil)

  /// How often a token is made anew: it lets in for 15 minutes, and a connection may be lost at any of them.
  private static let renewEvery = Duration.seconds(600)

  private init(_ conninfo: String) { current = Mutex(conninfo) }

  /// What libpq is given, as of now.
  var conninfo: String { current.withLock { $0 } }

  /// Gets what the source asks of whoever connects: a password, or a token that is renewed until `end`.
  ///
  /// Throws `ConfigurationError`, and what the services of AWS answer that are asked.
  static func begin(_ pipeline: Pipeline) async throws -> SourceAccess {
    guard pipeline.configuration.sourceLogin == .iam else {
      return SourceAccess(try await pipeline.passwordConninfo())
    }
    let services = try AWSServices(pipeline)
    let access = SourceAccess(try await pipeline.tokenConninfo(services))
    let task = Task { [weak access] in
      while !Task.isCancelled {
        do {
          try await pipeline.clock.sleep(until: pipeline.clock.now() + renewEvery)
        } catch { return }
        // Where it cannot be renewed now, the old one may still hold, and the next time may do.
        guard let conninfo = try? await pipeline.tokenConninfo(services), let access else { continue }
        access.current.withLock { $0 = conninfo }
      }
    }
    access.renewal.withLock { $0 = task }
    return access
  }

  /// Ends the renewal.
  func end() { renewal.withLock { $0?.cancel() } }

  deinit { end() }
}

extension Pipeline {
  /// libpq's string with the password, from Secrets Manager where the configuration says so.
  func passwordConninfo() async throws -> String {
    guard let secret = configuration.passwordSecret else { return try conninfo }
    let services = try AWSServices(self)
    let password = try await services.secrets(region: ResourceName(secret)?.region).password(in: secret)
    return try conninfo(password: password)
  }

  /// libpq's string for a replication connection.
  ///
  /// RDS does not take tokens there (RDS User Guide, "IAM database authentication", limitations for PostgreSQL).
  func replicationConninfo() async throws -> String {
    guard configuration.sourceLogin != .iam else {
      throw ConfigurationError(
        .invalidValue(
          .sourceLogin,
          reason: "PostgreSQL on RDS takes no IAM token for replication; give `replicate` a password"),
        nil)
    }
    return try await passwordConninfo()
  }

  /// libpq's string with a new token in the password's place.
  fileprivate func tokenConninfo(_ services: AWSServices) async throws -> String {
    let address = try ConnectionAddress(try conninfo)
    guard let region = DatabaseToken.region(ofHost: address.host) ?? services.region else {
      throw ConfigurationError(
        .invalidValue(
          .sourceLogin, reason: "the region of \(address.host) is not known; set AWS_REGION, or s3.region"),
        nil)
    }
    return try conninfo(
      password: try await services.token(
        host: address.host, port: address.port, user: address.user, region: region))
  }

  private func conninfo(password: String) throws -> String {
    guard var source = configuration.source else { throw ConfigurationError(.missing(.source), nil) }
    source.password = Secret(password)
    return source.conninfo()
  }
}
