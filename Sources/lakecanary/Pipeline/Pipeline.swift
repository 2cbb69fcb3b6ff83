import Foundation
import Ledger
import Logging
import ObjectStorage
import Reconciliation
import Time

/// A pipeline at work: its configuration with the clock and the log.
///
/// Every command is made of these operations.
struct Pipeline: Sendable {
  let configuration: PipelineConfiguration
  let clock: any WallClock
  let logger: Logger
  private let killPoint: KillPoint?
  /// Where the store looks for AWS's variables.
  private let environment: [String: String]

  init(
    _ configuration: PipelineConfiguration, clock: any WallClock = SystemWallClock(), logger: Logger,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
    self.environment = environment
    killPoint = KillPoint.named(in: environment)
  }

  /// Opens the ledger; for writing, its directory is made and the configured tables are recorded in it.
  func openLedger(_ mode: LedgerStore.Mode = .readWrite) throws -> LedgerStore {
    let path = configuration.ledgerPath
    if mode == .readWrite {
      let directory = URL(filePath: path).deletingLastPathComponent().path
      // What cannot be made here, the ledger itself says when it is opened.
      try? FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    let ledger = try LedgerStore.open(path: path, pipeline: configuration.name, mode: mode, clock: clock)
    if mode == .readWrite {
      for table in configuration.tables {
        try ledger.declareTable(TableDeclaration(name: table.name, isShared: table.isShared))
      }
    }
    return ledger
  }

  /// Opens the bucket; no request is made yet.
  func openStore(_ access: StorageAccess = .read) throws -> any ObjectStore {
    try ObjectStores.open(try bucket, storage(access))
  }

  /// The bucket's location.
  var bucket: BucketLocation {
    get throws(ConfigurationError) {
      guard let bucket = configuration.bucket else { throw ConfigurationError(.missing(.bucket), nil) }
      return bucket
    }
  }

  /// libpq's string for the source.
  var conninfo: String {
    get throws(ConfigurationError) {
      guard let source = configuration.source else { throw ConfigurationError(.missing(.source), nil) }
      return source.conninfo()
    }
  }

  /// How the bucket is reached, for `access`.
  func storage(_ access: StorageAccess) -> StorageConfiguration {
    let s3 = configuration.s3
    var storage = StorageConfiguration()
    storage.environment = environment
    storage.access = access
    storage.endpoint = s3.endpoint
    storage.region = s3.region
    storage.profile = s3.profile
    storage.addressing = s3.addressing
    storage.caFile = s3.caFile
    storage.clock = clock
    storage.logger = logger
    if let file = s3.credentialsFile, storage.environment["AWS_SHARED_CREDENTIALS_FILE"] == nil {
      storage.environment["AWS_SHARED_CREDENTIALS_FILE"] = file
    }
    if let killPoint {
      storage.onDirectoryStep = { step in
        switch step {
        case .written: killPoint.reach("file-written")
        case .renamed: killPoint.reach("file-renamed")
        case .synced: killPoint.reach("file-synced")
        }
      }
    }
    return storage
  }

  /// Tells the kill point that a step of writing or replicating is reached.
  func reach(_ step: String) { killPoint?.reach(step) }

  /// The settings that a run is recorded with, for whoever reads its report later; without secrets.
  var settingsText: String {
    var parts: [String] = []
    if let bucket = configuration.bucket { parts.append("bucket=\(bucket)") }
    if let settings = configuration.endpointSettingsText { parts.append("endpoint_settings=\(settings)") }
    if let level = configuration.level { parts.append("level=\(level.rawValue)") }
    return parts.joined(separator: " ")
  }
}
