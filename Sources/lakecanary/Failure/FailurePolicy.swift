import AWS
import DMS
import Engines
import Foundation
import Ledger
import LocalServers
import ObjectStorage
import Parquet
import Postgres
import Replicator
import Workload

/// The one table from every module's errors to how the process ends and what it says.
///
/// The rule: 78 where somebody must change the configuration or what it points to, 75 where waiting is enough,
/// 3 where the source, the bucket or the ledger did not do what was asked of it, so that nothing can be judged.
enum FailurePolicy {
  /// How `error` ends the process.
  static func failure(for error: any Error) -> Failure {
    var failure = Failure(status: status(of: error), text: text(of: error))
    if let error = error as? EngineError { failure.log = error.logTail.suffix(20) }
    var cause = cause(of: error)
    // A chain that is longer has no news to tell.
    while let next = cause, failure.causes.count < 20 {
      failure.causes.append(text(of: next))
      cause = FailurePolicy.cause(of: next)
    }
    return failure
  }

  static func status(of error: any Error) -> ExitStatus {
    switch error {
    case let status as ExitStatus: status
    case let error as ConfigurationError: error.status
    case let error as InvalidConfiguration: error.problems.first?.status ?? .configuration
    case let error as LedgerError: error.code.status
    case let error as PostgresError: error.code.status
    case let error as StorageError: error.code.status
    case let error as AWSError: error.status
    case let error as WorkloadError: error.status
    case let error as ReplicatorError: error.status
    case let error as EngineError: error.code.status
    case is DMSError: .configuration
    case is ParquetError: .critical
    case let error as LocalServerError: error.code.status
    case is ConsoleError: .unknown
    default: .unknown
    }
  }

  /// Whether `error` says no more than that the run was asked to end.
  static func isCancellation(_ error: any Error) -> Bool {
    switch error {
    case is CancellationError: true
    case let error as WorkloadError: error.code == .cancelled
    case let error as StorageError: error.code == .cancelled
    default: false
    }
  }

  private static func text(of error: any Error) -> String {
    switch error {
    case let error as ConfigurationError: error.text
    case let error as InvalidConfiguration: error.text
    case let error as ConsoleError:
      "cannot write the result to standard output: \(SystemError.text(error.errno)); give it a place that takes it"
    case is CancellationError: "the run was cancelled"
    case let error as any CustomStringConvertible: error.description
    default: error.localizedDescription
    }
  }

  private static func cause(of error: any Error) -> (any Error)? {
    switch error {
    case let error as PostgresError: error.cause
    case let error as StorageError: error.cause
    case let error as AWSError: error.cause
    case let error as WorkloadError: error.cause
    case let error as ReplicatorError: error.cause
    default: nil
    }
  }
}

extension ConfigurationError {
  /// A wrong option is a wrong use; everything else is a wrong configuration.
  var status: ExitStatus {
    if let place, place.hasPrefix("option ") { return .usage }
    return .configuration
  }

  /// What is wrong, where, and the mend.
  var text: String {
    what + (place.map { ": \($0)" } ?? "") + (mend.map { "; \($0)" } ?? "")
  }
}

extension InvalidConfiguration {
  /// The first problem, and how many more there are.
  var text: String {
    guard let first = problems.first else { return "the configuration is not valid" }
    guard problems.count > 1 else { return first.text }
    return first.text + " (and \(problems.count - 1) more: `lakecanary config validate` lists them)"
  }
}

extension LedgerError.Code {
  /// How the process ends on it.
  var status: ExitStatus {
    switch self {
    case .locked: .locked
    case .notADatabase, .notALedger, .newerSchema, .olderSchema, .otherPipeline, .readOnly, .permissionDenied,
      .sequencesExhausted:
      .configuration
    case .unknownRun, .unknownFinding, .stillLost: .usage
    case .absent, .corrupt, .diskFull, .inputOutput, .busy, .unknownTransaction, .contradictsSettled, .closed,
      .sqlite:
      .unknown
    }
  }
}

extension PostgresError.Code {
  /// How the process ends on it.
  var status: ExitStatus {
    switch self {
    case .invalidConnectionString, .logicalDecodingOff: .configuration
    case .unreachable, .connectionRejected, .passwordMissing, .tlsFailed, .connectionLost, .server, .timedOut,
      .interrupted, .invalidParameter, .unexpectedResult, .malformedMessage, .notUsable, .system:
      .unknown
    }
  }
}

extension StorageError.Code {
  /// How the process ends on it.
  var status: ExitStatus {
    switch self {
    case .invalidLocation, .invalidConfiguration, .unsupported, .invalidKey: .configuration
    case .notFound, .alreadyExists, .preconditionFailed, .rangeNotSatisfiable, .tooLarge, .bucketMissing,
      .accessDenied, .notWritable, .noSpace, .credentialsMissing, .credentialsInvalid, .credentialsExpired,
      .wrongRegion, .clockSkewed, .unreachable, .tlsFailed, .timedOut, .connectionBroken, .throttled,
      .serverFailed, .malformedAnswer, .archived, .rejected, .ioFailed, .interrupted, .cancelled:
      .unknown
    }
  }
}

extension AWSError {
  /// How the process ends on it.
  var status: ExitStatus {
    switch code {
    case .regionMissing, .notFound: .configuration
    case .credentials: cause.map(FailurePolicy.status(of:)) ?? .unknown
    case .accessDenied, .throttled, .credentialsInvalid, .credentialsExpired, .clockSkewed, .unsupported,
      .unreachable, .tlsFailed, .timedOut, .connectionBroken, .serverFailed, .malformedAnswer, .rejected,
      .cancelled:
      .unknown
    }
  }
}

extension WorkloadError {
  /// How the process ends on it.
  var status: ExitStatus {
    switch code {
    case .invalidPlan: .usage
    case .ledger: cause.map(FailurePolicy.status(of:)) ?? .unknown
    case .source: cause.map(FailurePolicy.status(of:)) ?? .unknown
    case .tableMissing, .tableNotOurs, .tableOfAnotherPipeline, .notATable, .incompatibleColumns,
      .permissionDenied, .sourceIsStandby:
      .configuration
    case .writerActive: .locked
    case .ledgerBehind, .retriesExhausted, .rowsChanged, .interrupted, .cancelled, .busy: .unknown
    }
  }
}

extension ReplicatorError {
  /// How the process ends on it.
  var status: ExitStatus {
    switch code {
    case .invalidTask, .logicalReplicationOff, .unsupportedServer, .slotOfAnother, .noTables, .invalidTarget,
      .startPositionOutOfReach, .publicationMissing:
      .configuration
    case .truthFile, .statisticsFile: .usage
    case .slotInUse: .locked
    case .storage: cause.map(FailurePolicy.status(of:)) ?? .unknown
    case .sourceUnreachable, .sourceRefused, .noReplicationSlotFree, .slotMissing, .slotInvalidated,
      .connectionLost, .commitNotVisible, .malformedValue, .malformedRow, .malformedStream, .encoding, .spool,
      .statisticsUnreadable:
      .unknown
    }
  }
}

extension EngineError.Code {
  /// How the process ends on it.
  var status: ExitStatus {
    switch self {
    case .invalidOutput, .unsupported, .inventoryUnsupported: .configuration
    case .needsConsent: .usage
    // Nothing was judged, whatever the reason.
    case .notInstalled, .wrongVersion, .failed, .killed, .notStarted, .overBudget, .halfWritten,
      .malformedTable, .otherTable, .inventoryIncomplete:
      .unknown
    }
  }
}

extension LocalServerError.Code {
  /// How the process ends on it.
  var status: ExitStatus {
    switch self {
    case .notInstalled, .notThere, .noUser, .noDirectory: .configuration
    case .notStarted, .refused: .unknown
    }
  }
}
