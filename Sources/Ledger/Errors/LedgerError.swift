/// What went wrong with a ledger: a code, the file, and what SQLite or the system said of it.
///
/// The text names the mend; it holds no value of any row.
public struct LedgerError: Error, Hashable, Sendable {
  /// What went wrong, told by extended result codes and errno values, never by texts.
  public enum Code: Hashable, Sendable {
    /// Another process writes this ledger.
    case locked
    /// There is no such file, and the ledger was to be read only.
    case absent
    /// The file is not a SQLite database.
    case notADatabase
    /// A SQLite database, but of another program.
    case notALedger
    /// SQLite found the file damaged.
    case corrupt
    /// The ledger was made by a newer lakecanary.
    case newerSchema(found: Int, known: Int)
    /// The ledger was made by an older lakecanary and was to be read only.
    case olderSchema(found: Int, known: Int)
    /// The ledger belongs to another pipeline.
    case otherPipeline(found: String)
    /// No room on the file system (SQLITE_FULL, ENOSPC, EDQUOT).
    case diskFull
    /// The file, its directory or its file system cannot be written, or the store is open for reading only.
    case readOnly
    /// The file or its directory may not be opened by this user.
    case permissionDenied
    /// The system failed to read or write the file.
    case inputOutput
    /// A reader or a checkpoint of another process held the file for longer than the time allowed.
    case busy
    /// The ledger knows no transaction of this number.
    case unknownTransaction(Int64)
    /// The ledger knows no run of this number.
    case unknownRun(Int64)
    /// The ledger knows no finding of this number.
    case unknownFinding(Int64)
    /// A finding was to be resolved by hand whose operations are still lost.
    case stillLost(FindingID, operations: Int)
    /// A transaction that is committed was to be aborted, or the other way round.
    case contradictsSettled(Int64)
    /// All 2^42 sequence numbers of the pipeline are used up.
    case sequencesExhausted
    /// The store was closed.
    case closed
    /// Any other failure of SQLite.
    case sqlite(extendedCode: Int32)
  }

  /// What went wrong.
  public let code: Code
  /// The ledger's file.
  public let path: String
  /// SQLite's message, or the system's for an errno; nil where the code says it all.
  public let detail: String?

  init(_ code: Code, path: String, detail: String? = nil) {
    self.code = code
    self.path = path
    self.detail = detail
  }
}

extension LedgerError: CustomStringConvertible {
  /// One line: what happened, to which file, and the mend.
  public var description: String {
    guard let detail, !detail.isEmpty else { return "\(happening); \(mend)" }
    return "\(happening) (\(detail)); \(mend)"
  }

  private var happening: String {
    switch code {
    case .locked: "another run is writing the ledger \(path)"
    case .absent: "there is no ledger at \(path)"
    case .notADatabase: "\(path) is not a SQLite database"
    case .notALedger: "\(path) is a SQLite database of another program, not a ledger"
    case .corrupt: "the ledger \(path) is damaged"
    case .newerSchema(let found, let known):
      "the ledger \(path) has schema version \(found), this lakecanary knows versions up to \(known)"
    case .olderSchema(let found, let known):
      "the ledger \(path) has schema version \(found), older than version \(known) of this lakecanary"
    case .otherPipeline(let found): "the ledger \(path) belongs to the pipeline \"\(found)\""
    case .diskFull: "no room is left for the ledger \(path)"
    case .readOnly: "the ledger \(path) cannot be written"
    case .permissionDenied: "the ledger \(path) may not be opened"
    case .inputOutput: "the ledger \(path) could not be read or written"
    case .busy: "the ledger \(path) is held by another process"
    case .unknownTransaction(let id): "the ledger \(path) has no transaction \(id)"
    case .unknownRun(let id): "the ledger \(path) has no run \(id)"
    case .unknownFinding(let id): "the ledger \(path) has no finding \(id)"
    case .stillLost(let id, let operations):
      "finding \(id.rawValue) of the ledger \(path) cannot be resolved by hand: \(operations) of its operations are "
        + "still not in the bucket"
    case .contradictsSettled(let id): "transaction \(id) of the ledger \(path) is settled the other way"
    case .sequencesExhausted: "the ledger \(path) has given out all of its sequence numbers"
    case .closed: "the ledger \(path) is closed"
    case .sqlite(let code): "SQLite failed with code \(code) on the ledger \(path)"
    }
  }

  private var mend: String {
    switch code {
    case .locked: "wait for it to end, or end it"
    case .absent: "run `lakecanary run` or `lakecanary write` first, or correct the path"
    case .notADatabase, .notALedger: "correct the path, or move the file away"
    case .corrupt:
      "restore it from a copy, or move it and the files beside it away to begin anew; rows written so far "
        + "then count as rows of others"
    case .newerSchema: "use the lakecanary that made it, or a newer one"
    case .olderSchema: "run a command that writes (`lakecanary run`), which brings it up to date"
    case .otherPipeline: "give each pipeline a ledger of its own"
    case .diskFull: "make room on its file system, then run again"
    case .readOnly: "make the file and its directory writable for this user"
    case .permissionDenied: "give this user the right to read and write the file and its directory"
    case .inputOutput: "look at the file system and the disk"
    case .busy: "end what holds it, then run again"
    case .unknownTransaction, .contradictsSettled: "this is an error of the program: please report it"
    case .unknownRun: "`lakecanary report --history` lists the runs"
    case .unknownFinding: "`lakecanary findings` lists them"
    case .stillLost: "`lakecanary findings acknowledge` leaves it out of the verdict"
    case .sequencesExhausted: "begin a new ledger"
    case .closed: "open it again"
    case .sqlite: "look the code up at sqlite.org/rescode.html"
    }
  }
}
