import Ledger
import Postgres
import Time

/// Executes the transactions of a group, strictly one after the other, by one round trip for each.
///
/// A round trip carries the COMMIT of one transaction and the statements of the next. Their answer tells the next
/// one's xid, which the ledger's journal holds before its COMMIT goes out with the round trip after: so whatever
/// may have been committed is known by a number that PostgreSQL can be asked about.
struct GroupExecution {
  enum Event {
    /// The transaction of that index is committed.
    case committed(Int, Confirmation)
    /// It was rolled back, and none after it was begun.
    case failed(Int, WorkloadError)
    /// Its COMMIT had no clear answer, and none after it was begun: `Settler` finds out.
    case unknown(Int, WorkloadError)
  }

  private let session: SourceSession
  private let ledger: LedgerStore
  private let onStep: @Sendable (WriteStep) throws -> Void
  private let hasCommitTimestamps: Bool
  private let statements: SourceSession.Statements
  private let transactions: [PlannedTransaction]
  private let ids: [SourceTransactionID]
  private var next = 0
  private var open: Open?
  /// What is to be told after the event that was told.
  private var pending: Event?
  private var hasEnded = false

  /// The transaction whose statements were executed and whose COMMIT was not sent.
  private struct Open {
    let index: Int
    let xid: TransactionID
    /// A time before its commit.
    let time: Timestamp
  }

  /// What a transaction's last statement told.
  private struct Marks {
    let xid: TransactionID
    let lsn: LSN
    let time: Timestamp

    init(_ row: Row) throws(PostgresError) {
      xid = try row.decode(0)
      lsn = try row.decode(1)
      time = try row.decode(2)
    }
  }

  init(
    _ transactions: [PlannedTransaction], ids: [SourceTransactionID], session: SourceSession,
    ledger: LedgerStore, hasCommitTimestamps: Bool, onStep: @escaping @Sendable (WriteStep) throws -> Void
  ) throws(WorkloadError) {
    (self.transactions, self.ids, self.session, self.ledger) = (transactions, ids, session, ledger)
    (self.hasCommitTimestamps, self.onStep) = (hasCommitTimestamps, onStep)
    do throws(PostgresError) { statements = try session.prepared() } catch {
      throw WorkloadError(error, table: session.table)
    }
  }

  /// Goes on until something is to be told; nil once all is.
  ///
  /// - Parameter isStopping: no transaction is begun any more.
  /// - Throws: `WorkloadError` with code `interrupted`, after which everything is left as it is, or `ledger`.
  mutating func advance(isStopping: Bool) throws(WorkloadError) -> Event? {
    if let pending {
      self.pending = nil
      return pending
    }
    do {
      while !hasEnded {
        if next < transactions.count, !isStopping {
          if let event = try executeNext() { return event }
        } else {
          hasEnded = true
          if let open { return try commit(open) }
        }
      }
      return nil
    } catch {
      // The session holds a transaction that is not known to the end: nobody may go on with it.
      session.close()
      throw workloadError(error)
    }
  }

  /// Commits the open transaction and executes the next one.
  private mutating func executeNext() throws -> Event? {
    let index = next
    next += 1
    try step(.intentRecorded)
    try step(.begun)
    let outcome = outcome { pipeline in
      if let open {
        try pipeline.append(statements.commitAndBegin, [])
        if hasCommitTimestamps { try pipeline.append(statements.commitTime, [.transactionID(open.xid)]) }
      } else {
        try pipeline.append(statements.begin, [])
      }
      try append(transactions[index], to: &pipeline)
    }
    if let open, outcome.results.first?.commandTag != "COMMIT" {
      return end(.unknown(open.index, failure(outcome)))
    }
    let asksForTime = open != nil && hasCommitTimestamps
    let own = outcome.results.dropFirst(asksForTime ? 2 : 1)
    guard outcome.failure == nil, let marks = try marks(own, of: transactions[index]) else {
      return try rollBack(index, failure(outcome))
    }
    var event: Event?
    if let open {
      let exact = asksForTime ? try outcome.results[1].single(as: Timestamp?.self) : nil
      event = try committed(open, lsn: marks.lsn, by: marks.time, exactly: exact)
    }
    try step(.statementsSent)
    try ledger.journal(marks.xid.rawValue, of: ids[index])
    try step(.xidRecorded)
    open = Open(index: index, xid: marks.xid, time: marks.time)
    return event
  }

  /// Commits the last transaction.
  private mutating func commit(_ open: Open) throws -> Event {
    let outcome = outcome { pipeline in
      try pipeline.append(statements.commit, [])
      try pipeline.append("select pg_current_wal_insert_lsn(), clock_timestamp()")
      if hasCommitTimestamps { try pipeline.append(statements.commitTime, [.transactionID(open.xid)]) }
    }
    self.open = nil
    guard outcome.failure == nil, outcome.results.first?.commandTag == "COMMIT" else {
      return end(.unknown(open.index, failure(outcome)))
    }
    let row = try outcome.results[1].onlyRow()
    let exact = hasCommitTimestamps ? try outcome.results[2].single(as: Timestamp?.self) : nil
    return try committed(
      open, lsn: try row.decode(0), by: try row.decode(1, as: Timestamp.self), exactly: exact)
  }

  /// Rolls a transaction back; of the one before it, which is committed, the marks are still to be asked for.
  private mutating func rollBack(_ index: Int, _ error: WorkloadError) throws -> Event {
    hasEnded = true
    let outcome = outcome { pipeline in
      try pipeline.append("rollback")
      try pipeline.append("select pg_current_wal_insert_lsn(), clock_timestamp()")
      if let open, hasCommitTimestamps {
        try pipeline.append(statements.commitTime, [.transactionID(open.xid)])
      }
    }
    guard let open else { return .failed(index, error) }
    // It is committed, but when is not known any more: it is settled like one without an answer.
    guard outcome.failure == nil else { return .unknown(open.index, failure(outcome)) }
    self.open = nil
    pending = .failed(index, error)
    let row = try outcome.results[1].onlyRow()
    let exact = hasCommitTimestamps ? try outcome.results[2].single(as: Timestamp?.self) : nil
    return try committed(
      open, lsn: try row.decode(0), by: try row.decode(1, as: Timestamp.self), exactly: exact)
  }

  private func committed(
    _ open: Open, lsn: LSN, by latest: Timestamp, exactly time: Timestamp?
  ) throws -> Event {
    try step(.committed)
    return .committed(
      open.index,
      Confirmation(
        id: ids[open.index], xid: open.xid.rawValue, lsn: lsn.rawValue,
        commitTime: time.map(CommitTime.init(exactly:)) ?? CommitTime(earliest: open.time, latest: latest),
        counts: transactions[open.index].counts.byKind))
  }

  private mutating func end(_ event: Event) -> Event {
    hasEnded = true
    return event
  }

  // MARK: Statements

  /// Adds a transaction's statements: updates, deletes, inserts; the last one tells the marks.
  private func append(_ transaction: PlannedTransaction, to pipeline: inout Pipeline) throws {
    let isSingle = transaction.counts.total == 1
    for update in transaction.updates {
      try pipeline.append(isSingle ? statements.updateMarked : statements.update, update.parameters)
    }
    for row in transaction.deletes {
      try pipeline.append(isSingle ? statements.deleteMarked : statements.delete, row.parameters)
    }
    for customer in transaction.inserts {
      try pipeline.append(isSingle ? statements.insertMarked : statements.insert, customer.parameters)
    }
    if !isSingle { try pipeline.append(statements.marks, []) }
  }

  /// What the last statement told; nil where any of them did not change its row.
  private func marks(
    _ results: ArraySlice<QueryResult>, of transaction: PlannedTransaction
  ) throws -> Marks? {
    let rows = transaction.counts.total == 1 ? results : results.dropLast()
    guard rows.allSatisfy({ $0.affectedRows == 1 }), let row = results.last?.first else { return nil }
    return try Marks(row)
  }

  private func outcome(_ body: (inout Pipeline) throws -> Void) -> PipelineOutcome {
    do { return try session.connection.pipelineOutcome(body) } catch {
      // What could not even be sent has no results; the bodies here throw nothing of their own.
      return PipelineOutcome(results: [], failure: error as? PostgresError)
    }
  }

  private func failure(_ outcome: PipelineOutcome) -> WorkloadError {
    outcome.failure.map { WorkloadError($0, table: session.table) }
      ?? WorkloadError(.rowsChanged, table: session.table)
  }

  private func step(_ step: WriteStep) throws {
    do { try onStep(step) } catch {
      throw WorkloadError(.interrupted(step), table: session.table, cause: error)
    }
  }

  private func workloadError(_ error: any Error) -> WorkloadError {
    switch error {
    case let error as WorkloadError: error
    case let error as PostgresError: WorkloadError(error, table: session.table)
    default: WorkloadError(.ledger, table: session.table, cause: error)
    }
  }
}
