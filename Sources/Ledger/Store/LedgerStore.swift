import Foundation
import GRDB
import Synchronization
public import Time

/// A pipeline's ledger: one SQLite file (WAL, 0600), one writer, any number of readers.
///
/// The writer holds an exclusive lock on `<path>.lock` until it closes the store or ends.
public final class LedgerStore: Sendable {
  /// What a ledger is opened for.
  public enum Mode: Hashable, Sendable {
    /// To write and read; one process at a time.
    case readWrite
    /// To read, beside a writer if need be; takes no lock.
    case readOnly
  }

  /// The ledger's file.
  public let path: String
  /// The pipeline that the ledger belongs to.
  public let pipelineName: String
  /// What tells this pipeline's rows from others.
  public let pipelineTag: PipelineTag
  /// What the ledger was opened for.
  public let mode: Mode

  let clock: any WallClock
  let journal: TransactionJournal
  private let hook = Mutex<(@Sendable (WriteMoment) throws -> Void)?>(nil)
  private let database: any DatabaseWriter
  private let lock: WriterLock?

  private init(
    path: String, pipeline: Pipeline, mode: Mode, clock: any WallClock, database: any DatabaseWriter,
    lock: WriterLock?
  ) {
    self.path = path
    pipelineName = pipeline.name
    pipelineTag = pipeline.tag
    self.mode = mode
    self.clock = clock
    journal = TransactionJournal(path: path + "-xids")
    self.database = database
    self.lock = lock
  }

  /// Opens the ledger of `pipeline`; for writing it is made and brought up to date where need be.
  ///
  /// - Throws: `LedgerError`: `.locked`, `.absent`, `.notADatabase`, `.notALedger`, `.corrupt`,
  ///   `.newerSchema`, `.olderSchema`, `.otherPipeline`, and what the file system said.
  public static func open(
    path: String, pipeline: String, mode: Mode = .readWrite, clock: any WallClock
  ) throws(LedgerError) -> LedgerStore {
    switch mode {
    case .readWrite:
      let path = resolved(path)
      let lock = try WriterLock(lockPath: path + ".lock", ledgerPath: path)
      try createPrivately(path)
      let (database, found) = try openForWriting(path, pipeline: pipeline, now: clock.now())
      return LedgerStore(
        path: path, pipeline: found, mode: mode, clock: clock, database: database, lock: lock)
    case .readOnly:
      guard access(path, F_OK) == 0 else { throw LedgerError(errno: errno, path: path) }
      let (database, found) = try openForReading(path, pipeline: pipeline)
      return LedgerStore(path: path, pipeline: found, mode: mode, clock: clock, database: database, lock: nil)
    }
  }

  /// Closes the file and lets the lock go; further calls throw.
  ///
  /// - Throws: `LedgerError` where SQLite cannot close it.
  public func close() throws(LedgerError) {
    defer {
      journal.close()
      lock?.release()
    }
    do { try database.close() } catch { throw LedgerError(error, path: path) }
  }

  /// Runs `body` in one transaction: all of it is recorded, or nothing.
  ///
  /// - Parameter durably: whether it is on the disk on return. What the bucket will say again need not be: a
  ///   failing machine may lose the last of it, and the next durable write makes all before it durable.
  package func write<Value>(
    durably: Bool = true, _ body: (LedgerSession) throws -> Value
  ) throws(LedgerError) -> Value {
    guard mode == .readWrite else { throw LedgerError(.readOnly, path: path, detail: "opened for reading") }
    let hook = hook.withLock { $0 }
    do {
      let value = try database.writeWithoutTransaction { db in
        // Before the transaction: within one, SQLite keeps the level it began with.
        try db.cachedStatement(sql: "PRAGMA synchronous = \(durably ? "FULL" : "NORMAL")").execute()
        var value: Value?
        try db.inTransaction(.immediate) {
          value = try body(LedgerSession(db: db, path: path))
          try hook?(.beforeCommit)
          return .commit
        }
        guard let value else { throw LedgerError(.inputOutput, path: path) }
        return value
      }
      try hook?(.afterCommit)
      return value
    } catch { throw LedgerError(error, path: path) }
  }

  /// The moments of a write at which a test may let it fail: as a kill would before it is durable, and as a
  /// kill, or a lost answer, would after.
  package enum WriteMoment: Hashable, Sendable {
    case beforeCommit, afterCommit
  }

  /// Has `hook` called at every moment of every write; what it throws is what the write throws.
  package func onWrite(_ hook: (@Sendable (WriteMoment) throws -> Void)?) {
    self.hook.withLock { $0 = hook }
  }

  /// Runs `body` on one state of the ledger, as the last finished transaction left it.
  package func read<Value>(_ body: (LedgerSession) throws -> Value) throws(LedgerError) -> Value {
    do {
      return try database.read { db in try body(LedgerSession(db: db, path: path)) }
    } catch { throw LedgerError(error, path: path) }
  }
}

/// A ledger inside one transaction; not for use after the closure that it was given to.
package struct LedgerSession {
  let db: Database
  let path: String
}

private struct Pipeline {
  let name: String
  let tag: PipelineTag
}

extension LedgerStore {
  /// The path with its links followed, so that two names of one file share one lock.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// Makes an empty file of mode 0600; SQLite gives the files that it makes beside it the same mode.
  private static func createPrivately(_ path: String) throws(LedgerError) {
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw LedgerError(errno: errno, path: path) }
    Foundation.close(descriptor)
  }

  private static func openForWriting(
    _ path: String, pipeline name: String, now: Timestamp
  ) throws(LedgerError) -> (any DatabaseWriter, Pipeline) {
    do {
      var configuration = Configuration()
      configuration.label = "ledger"
      configuration.busyMode = .timeout(10)
      configuration.maximumReaderCount = 2
      // 16 MB: a bulk write that does not fit is written twice, to the log and from there again.
      configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA cache_size = -16000") }
      // Looked at before GRDB turns on WAL, so that a file of another program is left as it was.
      try DatabaseQueue(path: path, configuration: configuration).inspected { db in
        try checkIdentity(of: db, path: path, mayBeEmpty: true)
      }
      let database = try DatabasePool(path: path, configuration: configuration)
      do {
        // GRDB sets NORMAL for WAL, which may lose the last transactions when the machine fails.
        try database.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        try LedgerSchema.migrator.migrate(database)
        return (database, try database.write { db in try pipeline(name, in: db, path: path, now: now) })
      } catch {
        try? database.close()
        throw error
      }
    } catch { throw LedgerError(error, path: path) }
  }

  private static func openForReading(
    _ path: String, pipeline name: String
  ) throws(LedgerError) -> (any DatabaseWriter, Pipeline) {
    do {
      var configuration = Configuration()
      configuration.label = "ledger"
      configuration.readonly = true
      configuration.busyMode = .timeout(10)
      let database = try DatabaseQueue(path: path, configuration: configuration)
      do {
        let found = try database.read { db in
          try checkIdentity(of: db, path: path, mayBeEmpty: false)
          return try pipeline(name, in: db, path: path, now: nil)
        }
        return (database, found)
      } catch {
        try? database.close()
        throw error
      }
    } catch { throw LedgerError(error, path: path) }
  }

  /// Throws unless the database is a ledger of a version known here, or empty.
  private static func checkIdentity(of db: Database, path: String, mayBeEmpty: Bool) throws {
    let applicationID = try Int.fetchOne(db, sql: "PRAGMA application_id")
    let objects = try Int.fetchOne(db, sql: "select count(*) from sqlite_schema") ?? 0
    if objects == 0, mayBeEmpty { return }
    guard applicationID == LedgerSchema.applicationID else { throw LedgerError(.notALedger, path: path) }
    let applied = try LedgerSchema.migrator.appliedIdentifiers(db)
    let found = applied.compactMap { Int($0) }.max() ?? 0
    if found > LedgerSchema.version {
      throw LedgerError(.newerSchema(found: found, known: LedgerSchema.version), path: path)
    }
    if found < LedgerSchema.version, !mayBeEmpty {
      throw LedgerError(.olderSchema(found: found, known: LedgerSchema.version), path: path)
    }
  }

  /// The ledger's pipeline; `now` makes it where the ledger is new.
  private static func pipeline(_ name: String, in db: Database, path: String, now: Timestamp?) throws
    -> Pipeline
  {
    if let row = try Row.fetchOne(db, sql: "select name, tag from pipeline") {
      let found: String = row["name"]
      guard found == name else { throw LedgerError(.otherPipeline(found: found), path: path) }
      return Pipeline(name: found, tag: PipelineTag(UInt64(bitPattern: row["tag"] as Int64)))
    }
    guard let now else { throw LedgerError(.notALedger, path: path) }
    var generator = SystemRandomNumberGenerator()
    let tag = PipelineTag.random(using: &generator)
    try db.execute(
      sql: "insert into pipeline (id, name, tag, created_at, next_sequence) values (1, ?, ?, ?, 0)",
      arguments: [name, Int64(tag.value), now.microseconds])
    return Pipeline(name: name, tag: tag)
  }
}

extension DatabaseQueue {
  /// Runs `body`, then closes the file, whatever `body` did.
  fileprivate func inspected(_ body: (Database) throws -> Void) throws {
    do { try read(body) } catch {
      try? close()
      throw error
    }
    try close()
  }
}
