public import Ledger
import Postgres

/// What went wrong in writing the workload: what happened, to which table, and why.
///
/// The text names the mend; it holds no password and no value of any row.
public struct WorkloadError: Error, Sendable {
  /// The kinds of failure.
  public enum Code: Hashable, Sendable {
    /// A value of the plan makes no sense; the text says which.
    case invalidPlan(String)
    /// PostgreSQL is out of reach, or refused something; the cause is a `PostgresError`.
    case source
    /// The ledger failed; the cause is a `LedgerError`.
    case ledger
    /// There is no such table, and it was not to be made.
    case tableMissing
    /// Somebody else made the table.
    case tableNotOurs
    /// lakecanary made the table, for another pipeline or for a ledger that is no more.
    case tableOfAnotherPipeline(String)
    /// The table holds rows of ours that the ledger has not come to yet: it is not the newest one.
    case ledgerBehind
    /// It is a view, a foreign table or the like.
    case notATable
    /// Columns are missing or of other types; the texts name each.
    case incompatibleColumns([String])
    /// The user lacks a privilege; the cause is a `PostgresError`.
    case permissionDenied
    /// The server is a standby: nothing can be written to it.
    case sourceIsStandby
    /// Another session writes for this pipeline: its process id at the server, where it could be told.
    case writerActive(processID: Int?)
    /// A transaction failed again and again for reasons that should pass; the cause is the last one.
    case retriesExhausted(attempts: Int)
    /// Rows changed under the writer between being chosen and being written, again and again.
    case rowsChanged
    /// The step hook stopped the writer.
    case interrupted(WriteStep)
    /// The task was cancelled before anything was begun.
    case cancelled
    /// `write` was called while it was under way.
    case busy
  }

  /// What went wrong.
  public let code: Code
  /// The table that it is about.
  public let table: TableName?
  /// The error that led to this one.
  public let cause: (any Error)?

  init(_ code: Code, table: TableName? = nil, cause: (any Error)? = nil) {
    self.code = code
    self.table = table
    self.cause = cause
  }

  /// An error of PostgreSQL, a lacking privilege told apart.
  init(_ error: PostgresError, table: TableName?) {
    let isDenied = error.code == .server(.insufficientPrivilege)
    self.init(isDenied ? .permissionDenied : .source, table: table, cause: error)
  }

  /// Whether the same transaction may succeed when it is begun again.
  var isWorthRetrying: Bool {
    if code == .rowsChanged { return true }
    guard let error = cause as? PostgresError, case .server(let state) = error.code else { return false }
    switch state {
    case .serializationFailure, .deadlockDetected, .lockNotAvailable, .queryCanceled: return true
    default: return false
    }
  }

  /// Whether the connection went away, or never came to be, for a reason that may pass.
  var isLostConnection: Bool {
    guard let error = cause as? PostgresError else { return false }
    switch error.code {
    case .connectionLost, .unreachable, .timedOut: return true
    case .connectionRejected: return error.isTransient
    default: return false
    }
  }
}

extension WorkloadError: CustomStringConvertible {
  /// One line: what happened, to which table, and the mend.
  public var description: String {
    let name = table.map { "table \($0)" } ?? "the table"
    let reason = cause.map { ": \($0)" } ?? ""
    switch code {
    case .invalidPlan(let problem): return "the plan cannot be carried out: \(problem)"
    case .source: return "writing to \(name) failed\(reason)"
    case .ledger: return "the ledger failed\(reason)"
    case .tableMissing:
      return "\(name) does not exist; create it, or let lakecanary create it (createTables: true)"
    case .tableNotOurs:
      return "\(name) was not made by lakecanary, so nothing is written to it; name a table that is not "
        + "there yet, or declare this one shared (shared: true) if fake rows among its own do no harm"
    case .tableOfAnotherPipeline(let pipeline):
      return "\(name) belongs to the pipeline \(pipeline) with another ledger, so nothing is written to it; "
        + "use that ledger, drop the table, or declare it shared (shared: true)"
    case .ledgerBehind:
      return "\(name) holds rows of this pipeline of which the ledger knows nothing: it was put back from a "
        + "backup, or another host writes with a copy of it; go on with the newest ledger on one host alone, or "
        + "begin with a new ledger and drop the table"
    case .notATable: return "\(name) is not a table that rows can be written to; name an ordinary table"
    case .incompatibleColumns(let problems):
      return "\(name) does not fit: \(problems.joined(separator: ", ")); "
        + "alter it to the exercise's columns, or name another table"
    case .permissionDenied:
      return "the user may not write to \(name)\(reason)"
    case .sourceIsStandby:
      return "the server is a standby, which takes no writes; connect to the primary"
    case .writerActive(let processID):
      let session = processID.map { "the session with process id \($0)" } ?? "another session"
      let mend = processID.map { " or end it with: select pg_terminate_backend(\($0))" } ?? ""
      return "\(session) writes for this pipeline; wait until it has ended,\(mend)"
    case .retriesExhausted(let attempts):
      return "a transaction on \(name) failed \(attempts) times\(reason); look for what locks or loads it"
    case .rowsChanged:
      return "rows of ours in \(name) are changed by somebody else while they are written; "
        + "find out who writes to it"
    case .interrupted(let step): return "stopped at the step \(step.rawValue)\(reason)"
    case .cancelled: return "cancelled before anything was written to \(name)"
    case .busy: return "this writer is writing already; wait for it, or make another one"
    }
  }
}
