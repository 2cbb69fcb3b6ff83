import Ledger
import Postgres
import Time

/// One transaction: its statements, the ledger's intent, COMMIT, in this order.
///
/// The ledger's confirmation comes after it, or with the intent of the next transaction, since each flush of the
/// ledger to the disk costs about as much as one of PostgreSQL's. Updates and deletes come before inserts, so
/// that the rows to insert can stream in last, while the server is at work on them and the ledger records them.
struct BatchTransaction {
  let session: SourceSession
  let ledger: LedgerStore
  let onStep: @Sendable (WriteStep) throws -> Void
  /// Whether PostgreSQL knows the exact times of commits.
  let hasCommitTimestamps: Bool

  /// How it ended.
  enum Outcome {
    case committed(Confirmation)
    /// COMMIT was sent and no answer came, or none that is clear: `Settler` finds out.
    case unknown(SourceTransactionID, WorkloadError)
  }

  /// From how many rows on COPY is faster than single inserts in one round trip.
  private static let copyThreshold = 16
  /// How many bytes of a COPY are made up before they are sent.
  private static let chunkSize = 1 << 16

  /// Carries the transaction out.
  ///
  /// - Parameter confirmation: of the transaction before, where the ledger does not hold it yet; nil once it
  ///   does.
  /// - Throws: `WorkloadError`; nothing is committed then, and the ledger says so, but for the code
  ///   `interrupted`, after which everything is left as it is.
  func run(
    _ batch: Batch, people: inout PersonGenerator, versions: inout VersionClock,
    confirming confirmation: inout Confirmation?
  ) throws(WorkloadError) -> Outcome {
    var intent: SourceTransactionID?
    let xid: TransactionID
    do {
      xid = try execute(
        batch, people: &people, versions: &versions, confirming: &confirmation, intent: &intent)
    } catch {
      let failure = workloadError(error)
      if case .interrupted = failure.code {
        session.close()
      } else {
        try abandon(intent)
      }
      throw failure
    }
    guard let intent else { preconditionFailure("a transaction was executed without an intent") }
    return try commit(xid, intent)
  }

  private func execute(
    _ batch: Batch, people: inout PersonGenerator, versions: inout VersionClock,
    confirming confirmation: inout Confirmation?, intent: inout SourceTransactionID?
  ) throws -> TransactionID {
    let statements = try session.prepared()
    let copies = batch.inserts.count >= BatchTransaction.copyThreshold
    var operations =
      batch.updates.map { IntendedOperation($0) } + batch.deletes.map(IntendedOperation.init(deleteOf:))
    var single: [Customer] = []
    if !copies {
      for sequence in batch.inserts { single.append(customer(sequence, &people, &versions)) }
      operations += single.map(IntendedOperation.init(insertOf:))
    }
    var expected: [Int] = []
    let results = try session.connection.pipeline { pipeline in
      try pipeline.append("begin isolation level read committed read write")
      try pipeline.append("select pg_current_xact_id()")
      try step(.begun)
      for statement in batch.statements(statements) {
        try pipeline.append(statement.prepared, statement.parameters)
        expected.append(statement.rows)
      }
      for customer in single {
        try pipeline.append(statements.insert, customer.parameters)
        expected.append(1)
      }
    }
    let xid = try results[1].single(as: TransactionID.self)
    guard zip(results.dropFirst(2), expected).allSatisfy({ $0.affectedRows == $1 }) else {
      throw WorkloadError(.rowsChanged, table: session.table)
    }
    if copies {
      try copy(batch.inserts, people: &people, versions: &versions, operations: &operations) { operations in
        try record(operations, of: xid, confirming: &confirmation, intent: &intent)
      }
    } else {
      try record(operations, of: xid, confirming: &confirmation, intent: &intent)
    }
    try step(.intentRecorded)
    return xid
  }

  private func record(
    _ operations: [IntendedOperation], of xid: TransactionID, confirming confirmation: inout Confirmation?,
    intent: inout SourceTransactionID?
  ) throws {
    try step(.statementsSent)
    intent = try ledger.recordIntent(
      xid: xid.rawValue, table: session.table, operations: operations, confirming: confirmation)
    if confirmation != nil {
      confirmation = nil
      try step(.confirmed)
    }
  }

  /// Streams rows in; `onEnd` runs once all are made up, while the server still takes them in.
  private func copy(
    _ sequences: Range<Int64>, people: inout PersonGenerator, versions: inout VersionClock,
    operations: inout [IntendedOperation], onEnd: ([IntendedOperation]) throws -> Void
  ) throws {
    var data = BinaryCopy()
    data.appendHeader()
    var next = sequences.lowerBound
    var isAtEnd = false
    operations.reserveCapacity(operations.count + sequences.count)
    let count = try session.connection.copyIn(
      """
      copy \(qualified: session.table.schema, session.table.name)
        (created_at, updated_at, customer_id, name, region, country, lat, lng, email, phone)
      from stdin (format binary)
      """
    ) {
      if isAtEnd { return nil }
      while next < sequences.upperBound, data.bytes.count < BatchTransaction.chunkSize {
        let customer = customer(next, &people, &versions)
        data.append(customer)
        operations.append(IntendedOperation(insertOf: customer))
        next += 1
      }
      if next == sequences.upperBound {
        isAtEnd = true
        data.appendTrailer()
        try onEnd(operations)
      }
      return data.take()
    }
    // A trigger or a rule of the table may have swallowed rows.
    guard count == sequences.count else { throw WorkloadError(.rowsChanged, table: session.table) }
  }

  private func customer(
    _ sequence: Int64, _ people: inout PersonGenerator, _ versions: inout VersionClock
  ) -> Customer {
    let version = versions.next()
    return Customer(
      createdAt: version, updatedAt: version,
      identity: RowIdentity(tag: ledger.pipelineTag, sequence: sequence), person: people.next())
  }

  private func commit(_ xid: TransactionID, _ intent: SourceTransactionID) throws(WorkloadError) -> Outcome {
    let results: [QueryResult]
    let commitTime: CommitTime
    let lsn: LSN
    do {
      results = try session.connection.pipeline { pipeline in
        try pipeline.append("select clock_timestamp()")
        try pipeline.append("commit")
        if hasCommitTimestamps {
          try pipeline.append(
            """
            select pg_current_wal_insert_lsn(), clock_timestamp(),
              pg_xact_commit_timestamp((\(bind: xid))::xid)
            """)
        } else {
          try pipeline.append(
            "select pg_current_wal_insert_lsn(), clock_timestamp(), null::timestamptz")
        }
      }
      guard results[1].commandTag == "COMMIT" else {
        throw WorkloadError(.rowsChanged, table: session.table)
      }
      let row = try results[2].onlyRow()
      lsn = try row.decode(0)
      if let exact = try row.decode(2, as: Timestamp?.self) {
        commitTime = CommitTime(exactly: exact)
      } else {
        commitTime = CommitTime(earliest: try results[0].single(), latest: try row.decode(1))
      }
    } catch {
      return .unknown(intent, workloadError(error))
    }
    do { try step(.committed) } catch {
      session.close()
      throw error
    }
    return .committed(Confirmation(id: intent, lsn: lsn.rawValue, commitTime: commitTime))
  }

  /// Rolls back; COMMIT was never sent, so the transaction is lost even where the connection is.
  private func abandon(_ intent: SourceTransactionID?) throws(WorkloadError) {
    if session.connection.isUsable {
      do { try session.connection.execute("rollback") } catch { session.close() }
    }
    guard let intent else { return }
    do throws(LedgerError) { try ledger.markAborted(intent) } catch {
      throw WorkloadError(.ledger, cause: error)
    }
  }

  private func step(_ step: WriteStep) throws(WorkloadError) {
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
