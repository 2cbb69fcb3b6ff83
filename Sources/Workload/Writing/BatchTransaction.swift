import Ledger
import Postgres
import Time

/// One large transaction: its statements, the ledger's intent, COMMIT, in this order.
///
/// The ledger's confirmation comes with the intent of the next transaction, since each flush of the ledger to the
/// disk costs about as much as one of PostgreSQL's. Updates and deletes come before inserts, so that the rows to
/// insert can stream in last, while the server is at work on them and the ledger, on its own thread, records them.
struct BatchTransaction {
  let session: SourceSession
  let ledger: LedgerStore
  let queue: LedgerQueue
  let onStep: @Sendable (WriteStep) throws -> Void
  /// Whether PostgreSQL knows the exact times of commits.
  let hasCommitTimestamps: Bool

  /// How it ended.
  enum Outcome {
    case committed(Confirmation)
    /// COMMIT was sent and no answer came, or none that is clear: `Settler` finds out.
    case unknown(SourceTransactionID, WorkloadError)
  }

  /// How many bytes of a COPY are made up before they are sent.
  private static let chunkSize = 1 << 16

  /// Carries the transaction out.
  ///
  /// - Parameter confirmations: of transactions before, which the ledger does not hold yet; none once it does.
  /// - Throws: `WorkloadError`; nothing is committed then, and the ledger says so, but for the code
  ///   `interrupted`, after which everything is left as it is.
  func run(
    _ batch: Batch, people: inout PersonGenerator, versions: inout VersionClock,
    confirming confirmations: inout [Confirmation]
  ) throws(WorkloadError) -> Outcome {
    var intent: SourceTransactionID?
    let xid: TransactionID
    do {
      xid = try execute(
        batch, people: &people, versions: &versions, confirming: &confirmations, intent: &intent)
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
    return try commit(xid, intent, batch.counts)
  }

  private func execute(
    _ batch: Batch, people: inout PersonGenerator, versions: inout VersionClock,
    confirming confirmations: inout [Confirmation], intent: inout SourceTransactionID?
  ) throws -> TransactionID {
    let statements = try session.prepared()
    var expected: [Int] = []
    let results = try session.connection.pipeline { pipeline in
      try pipeline.append(statements.begin, [])
      try pipeline.append("select pg_current_xact_id()")
      try step(.begun)
      for statement in batch.statements(statements) {
        try pipeline.append(statement.prepared, statement.parameters)
        expected.append(statement.rows)
      }
    }
    let xid = try results[1].single(as: TransactionID.self)
    guard zip(results.dropFirst(2), expected).allSatisfy({ $0.affectedRows == $1 }) else {
      throw WorkloadError(.rowsChanged, table: session.table)
    }
    let channel = OperationChannel()
    let recording = record(xid, confirming: confirmations, from: channel)
    do {
      var operations = OperationList()
      for update in batch.updates { operations.append(IntendedOperation(update)) }
      for row in batch.deletes { operations.append(IntendedOperation(deleteOf: row)) }
      channel.send(operations)
      try copy(batch.inserts, people: &people, versions: &versions, to: channel)
      try step(.statementsSent)
    } catch {
      channel.giveUp()
      _ = try? recording.wait()
      throw error
    }
    channel.end()
    intent = try recording.wait()
    for _ in confirmations.indices { try step(.confirmed) }
    confirmations.removeAll()
    try step(.intentRecorded)
    try step(.xidRecorded)
    return xid
  }

  private func record(
    _ xid: TransactionID, confirming confirmations: [Confirmation], from channel: OperationChannel
  ) -> LedgerWrite<SourceTransactionID> {
    let (ledger, table) = (ledger, session.table)
    return queue.begin { () throws(LedgerError) in
      // Whoever sends must not wait for a write that has failed.
      defer { channel.giveUp() }
      return try ledger.recordIntent(
        xid: xid.rawValue, table: table, confirming: confirmations, operations: { channel.receive() })
    }
  }

  /// Streams rows in.
  private func copy(
    _ sequences: Range<Int64>, people: inout PersonGenerator, versions: inout VersionClock,
    to channel: OperationChannel
  ) throws {
    guard !sequences.isEmpty else { return }
    var next = sequences.lowerBound
    let count = try session.connection.copyIn(
      """
      copy \(qualified: session.table.schema, session.table.name)
        (created_at, updated_at, customer_id, name, region, country, lat, lng, email, phone)
      from stdin (format binary)
      """
    ) {
      if next == sequences.upperBound { return nil }
      var operations = OperationList()
      operations.reserveCapacity(512)
      let capacity = BatchTransaction.chunkSize + BinaryCopy.longestRow
      let piece = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, byteCount in
        var data = BinaryCopy(UnsafeMutableRawBufferPointer(buffer))
        if next == sequences.lowerBound { data.appendHeader() }
        while next < sequences.upperBound, data.count < BatchTransaction.chunkSize {
          let customer = customer(next, &people, &versions)
          data.append(customer)
          operations.append(.insert, next, customer.updatedAt) { customer.writeDigest(to: &$0) }
          next += 1
        }
        if next == sequences.upperBound { data.appendTrailer() }
        byteCount = data.count
      }
      channel.send(operations)
      return piece
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

  private func commit(
    _ xid: TransactionID, _ intent: SourceTransactionID, _ counts: OperationCounts
  ) throws(WorkloadError) -> Outcome {
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
    return .committed(
      Confirmation(
        id: intent, xid: xid.rawValue, lsn: lsn.rawValue, commitTime: commitTime, counts: counts.byKind))
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
