public import Ledger
import Postgres
public import Time

/// Writes fake rows to a table of the source, and every operation to the ledger.
///
/// One PostgreSQL session on a thread of its own, one transaction after another, so that the order of the
/// ledger is the order of commits. It changes and deletes only rows that carry the pipeline's tag, and writes
/// only to a table that lakecanary made for the pipeline, or that is declared shared.
public actor Writer {
  let ledger: LedgerStore
  let table: WrittenTable
  let limits: WriterLimits
  let clock: any WallClock
  let onStep: @Sendable (WriteStep) throws -> Void
  private let conninfo: @Sendable () -> String
  private let executor = ThreadExecutor(name: "workload")
  let queue = LedgerQueue()

  var versions: VersionClock
  private var session: SourceSession?
  private var preparation: Preparation?
  private(set) var hasCommitTimestamps = false
  private var isWriting = false

  /// A writer; it connects when it is first used.
  ///
  /// - Parameters:
  ///   - conninfo: what libpq takes; asked for whenever a connection is made, since a password may be short-lived.
  ///   - ledger: open for writing; it stays the caller's.
  ///   - table: where to write.
  ///   - limits: how long to wait and how often to try.
  ///   - clock: paces the writing.
  ///   - onStep: is told each step of each transaction. Where it throws, the writer stops as if it were killed
  ///     there: nothing is rolled back or marked.
  public init(
    conninfo: @escaping @Sendable () -> String, ledger: LedgerStore, table: WrittenTable,
    limits: WriterLimits = WriterLimits(),
    clock: any WallClock, onStep: @escaping @Sendable (WriteStep) throws -> Void = { _ in }
  ) {
    self.conninfo = conninfo
    self.ledger = ledger
    self.table = table
    self.limits = limits
    self.clock = clock
    self.onStep = onStep
    versions = VersionClock(clock)
  }

  /// A writer that connects by the same string every time.
  public init(
    conninfo: String, ledger: LedgerStore, table: WrittenTable, limits: WriterLimits = WriterLimits(),
    clock: any WallClock, onStep: @escaping @Sendable (WriteStep) throws -> Void = { _ in }
  ) {
    self.init(
      conninfo: { conninfo }, ledger: ledger, table: table, limits: limits, clock: clock, onStep: onStep)
  }

  /// The thread on which this actor runs, since libpq blocks.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Connects, makes or checks the table, and settles what earlier runs left; `write` does so too.
  ///
  /// - Throws: `WorkloadError`.
  @discardableResult
  public func prepare() async throws(WorkloadError) -> Preparation {
    if let preparation, session?.connection.isUsable == true { return preparation }
    return try connect().preparation
  }

  /// Settles what earlier runs left, and writes nothing: the table need not even be there.
  ///
  /// - Throws: `WorkloadError`.
  public func settle() async throws(WorkloadError) -> Settlement {
    let session = try openSession()
    defer { session.close() }
    let offset = try reaching { () throws(PostgresError) in try session.measureOffset(to: clock) }
    return try Settler(session: session, ledger: ledger, offset: offset).run().settlement
  }

  /// Writes by a plan.
  ///
  /// Cancelling the task ends it after the transaction that is under way, without an error.
  ///
  /// - Parameters:
  ///   - plan: what to write.
  ///   - progress: is told after every transaction, on the writer's thread.
  /// - Throws: `WorkloadError`. What was written before is in the ledger, and an intent whose fate is unknown
  ///   is settled by the next run.
  public func write(
    _ plan: WritePlan, progress: @escaping @Sendable (WriteProgress) -> Void = { _ in }
  ) async throws(WorkloadError) -> WriteSummary {
    try plan.validate()
    guard !isWriting else { throw WorkloadError(.busy, table: table.name) }
    isWriting = true
    defer { isWriting = false }
    return try await WriteRun.start(plan, progress: progress, writer: self)
  }

  /// Ends the session; the ledger stays open, since it is the caller's.
  public func close() {
    session?.close()
    session = nil
  }

  /// The session that writes, made again where it was lost; with what was settled then.
  ///
  /// - Returns: nil in place of what was settled where the session was there already.
  func connectedSession() throws(WorkloadError) -> (session: SourceSession, settled: Settled?) {
    if let session, session.connection.isUsable { return (session, nil) }
    let made = try connect()
    return (made.session, made.settled)
  }

  /// The session that writes, where it is there and was not lost.
  var usableSession: SourceSession? { session?.connection.isUsable == true ? session : nil }

  typealias Settled = (settlement: Settlement, committed: Set<SourceTransactionID>)

  /// Settles by the session that writes.
  func settle(by session: SourceSession) throws(WorkloadError) -> Settled {
    let offset = try reaching { () throws(PostgresError) in try session.measureOffset(to: clock) }
    let settled = try Settler(session: session, ledger: ledger, offset: offset).run()
    // What is still under way may be committed after what would be written now, against the ledger's order.
    guard settled.settlement.stillInProgress == 0 else {
      throw WorkloadError(.writerActive(processID: nil), table: table.name)
    }
    return settled
  }

  /// Refuses to write where the table has rows of ours with numbers from `next` on, which the ledger would give
  /// again.
  func requireNewestLedger(_ next: Int64) throws(WorkloadError) {
    guard let session, next <= RowIdentity.maximumSequence else { return }
    let isBehind = try reaching { () throws(PostgresError) in try session.hasRows(fromSequence: next) }
    if isBehind { throw WorkloadError(.ledgerBehind, table: table.name) }
  }

  /// Records in the ledger that transactions are committed, and that others were never begun.
  func confirm(
    _ confirmations: [Confirmation], withdrawing withdrawn: [SourceTransactionID] = []
  ) throws(WorkloadError) {
    try recording { () throws(LedgerError) in
      try ledger.confirm(confirmations, withdrawing: withdrawn, table: table.name)
    }
    try confirmed(confirmations.count)
  }

  /// Tells the step hook of transactions that the ledger holds as committed.
  func confirmed(_ count: Int) throws(WorkloadError) {
    for _ in 0..<count {
      do { try onStep(.confirmed) } catch {
        close()
        throw WorkloadError(.interrupted(.confirmed), table: table.name, cause: error)
      }
    }
  }

  private func connect() throws(WorkloadError)
    -> (session: SourceSession, preparation: Preparation, settled: Settled)
  {
    close()
    let session = try openSession()
    do throws(WorkloadError) {
      let isStandby = try reaching { () throws(PostgresError) in
        try session.connection.query("select pg_is_in_recovery()").single(as: Bool.self)
      }
      guard !isStandby else { throw WorkloadError(.sourceIsStandby, table: table.name) }
      let mark = TableMark(tag: ledger.pipelineTag, pipeline: ledger.pipelineName)
      let created = try TablePreparation(table: table, mark: mark).run(on: session.connection)
      let offset = try reaching { () throws(PostgresError) in try session.measureOffset(to: clock) }
      versions.offset = offset.offset
      hasCommitTimestamps = try reaching { () throws(PostgresError) in
        try session.connection.setting("track_commit_timestamp") == "on"
      }
      try recording { () throws(LedgerError) in
        try ledger.declareTable(TableDeclaration(name: table.name, isShared: table.isShared))
      }
      let settled = try settle(by: session)
      try recording { () throws(LedgerError) in try ledger.openJournal() }
      self.session = session
      let preparation = Preparation(
        tableCreated: created || self.preparation?.tableCreated == true, settlement: settled.settlement,
        serverVersion: session.connection.serverVersion, clockOffset: offset)
      self.preparation = preparation
      return (session, preparation, settled)
    } catch {
      session.close()
      throw error
    }
  }

  private func openSession() throws(WorkloadError) -> SourceSession {
    let session = try reaching { () throws(PostgresError) in
      try SourceSession(conninfo: conninfo(), table: table.name, tag: ledger.pipelineTag, limits: limits)
    }
    do throws(PostgresError) {
      try session.becomeOnlyWriter()
    } catch {
      defer { session.close() }
      guard error.sqlState == .lockNotAvailable else { throw WorkloadError(error, table: table.name) }
      // Best effort: it only makes the message better.
      let holder = (try? session.otherWriter()) ?? nil
      throw WorkloadError(.writerActive(processID: holder), table: table.name)
    }
    return session
  }

  func reaching<Value>(_ body: () throws(PostgresError) -> Value) throws(WorkloadError) -> Value {
    do throws(PostgresError) { return try body() } catch { throw WorkloadError(error, table: table.name) }
  }

  func recording<Value>(_ body: () throws(LedgerError) -> Value) throws(WorkloadError) -> Value {
    do throws(LedgerError) { return try body() } catch {
      throw WorkloadError(.ledger, table: table.name, cause: error)
    }
  }
}
