import DMS
import ObjectStorage
import Parquet
import Postgres

extension ReplicatorError {
  /// What an error of the source means to the task.
  init(_ error: PostgresError, table: String? = nil) {
    let code: Code =
      switch error.code {
      case .connectionLost: .connectionLost
      case .unreachable, .connectionRejected, .passwordMissing, .tlsFailed, .invalidConnectionString:
        .sourceUnreachable
      case .malformedMessage, .unexpectedResult: .malformedStream
      case .server(.objectInUse): .slotInUse
      case .server(.configurationLimitExceeded): .noReplicationSlotFree
      default: .sourceRefused
      }
    self.init(code, table: table, detail: error.description, cause: error)
  }

  init(_ error: StorageError, table: String? = nil) {
    self.init(.storage, table: table, detail: error.description, cause: error)
  }

  init(_ error: ParquetError, table: String) {
    self.init(.encoding, table: table, detail: error.description, cause: error)
  }

  init(_ error: DMSError, table: String) {
    self.init(.invalidTarget, table: table, detail: error.description, cause: error)
  }
}
