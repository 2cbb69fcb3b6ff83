import Ledger
import Postgres
import Time

/// Finds out what became of transactions that the ledger holds as intended, and records it.
///
/// To be run by the only writer of the pipeline, before it writes anything itself: then whatever is unsettled
/// came from sessions that have ended, and nothing was written after it.
struct Settler {
  let session: SourceSession
  let ledger: LedgerStore
  /// PostgreSQL's clock against the ledger's.
  let offset: ClockOffset

  /// Settles all; says which were committed.
  func run() throws(WorkloadError) -> (settlement: Settlement, committed: Set<SourceTransactionID>) {
    var settlement = Settlement()
    var committed: Set<SourceTransactionID> = []
    for transaction in try unsettled() {
      let fate = try fate(of: transaction)
      switch fate {
      case .inProgress: settlement.stillInProgress += 1
      case .committed(let time, let byRows):
        try record { () throws(LedgerError) in
          try ledger.markCommitted(transaction.id, lsn: nil, commitTime: time)
        }
        committed.insert(transaction.id)
        settlement.committed += 1
        if byRows { settlement.decidedByRows += 1 }
      case .aborted(let byRows):
        try record { () throws(LedgerError) in try ledger.markAborted(transaction.id) }
        settlement.aborted += 1
        if byRows { settlement.decidedByRows += 1 }
      }
    }
    return (settlement, committed)
  }

  private enum Fate {
    case committed(CommitTime, byRows: Bool)
    case aborted(byRows: Bool)
    case inProgress
  }

  private func unsettled() throws(WorkloadError) -> [UnsettledTransaction] {
    do throws(LedgerError) { return try ledger.unsettledTransactions() } catch {
      throw WorkloadError(.ledger, cause: error)
    }
  }

  private func record(_ body: () throws(LedgerError) -> Void) throws(WorkloadError) {
    do throws(LedgerError) { try body() } catch { throw WorkloadError(.ledger, cause: error) }
  }

  private func fate(of transaction: UnsettledTransaction) throws(WorkloadError) -> Fate {
    let xid = TransactionID(rawValue: transaction.xid)
    do throws(PostgresError) {
      switch try status(of: xid) {
      case .committed: return .committed(try commitTime(of: xid, transaction), byRows: false)
      case .aborted: return .aborted(byRows: false)
      case .inProgress: return .inProgress
      case nil: break
      }
    } catch { throw WorkloadError(error, table: transaction.table) }
    let operations: [IntendedOperation]
    do throws(LedgerError) { operations = try ledger.operations(of: transaction.id) } catch {
      throw WorkloadError(.ledger, cause: error)
    }
    do throws(PostgresError) {
      return try rowsShow(operations, in: transaction.table)
        ? .committed(try bounds(of: transaction), byRows: true) : .aborted(byRows: true)
    } catch { throw WorkloadError(error, table: transaction.table) }
  }

  /// Nil where the server has forgotten the transaction, or never gave out its id: it was restored from an
  /// older state.
  private func status(of xid: TransactionID) throws(PostgresError) -> TransactionStatus? {
    do throws(PostgresError) {
      return try session.connection.status(of: xid)
    } catch {
      // invalid_parameter_value: an id of the future (src/backend/access/transam/xact.c, pg_xact_status).
      guard error.sqlState?.rawValue == "22023" else { throw error }
      return nil
    }
  }

  private func commitTime(
    of xid: TransactionID, _ transaction: UnsettledTransaction
  ) throws(PostgresError) -> CommitTime {
    if try session.connection.setting("track_commit_timestamp") == "on" {
      let exact = try session.connection.query(
        "select pg_xact_commit_timestamp((\(bind: xid))::xid)"
      ).single(as: Timestamp?.self)
      if let exact { return CommitTime(exactly: exact) }
    }
    return try bounds(of: transaction)
  }

  /// Not before the intent was recorded, by a clock that is off by `offset`, and not after now.
  private func bounds(of transaction: UnsettledTransaction) throws(PostgresError) -> CommitTime {
    let now = try session.connection.query("select clock_timestamp()").single(as: Timestamp.self)
    return CommitTime(
      earliest: min(transaction.recordedAt + offset.offset - offset.uncertainty, now), latest: now)
  }

  /// Whether the rows show that a transaction of these operations was committed.
  ///
  /// It was the last to write, so each row stands as it left it, unless somebody else changed it. A row with
  /// the version that it wrote, or a later one, proves the commit; a row that should be there, should be gone,
  /// or has an older version speaks against it.
  private func rowsShow(_ operations: [IntendedOperation], in table: TableName) throws(PostgresError) -> Bool
  {
    var contradictions = 0
    for start in stride(from: 0, to: operations.count, by: Settler.page) {
      let page = operations[start..<min(start + Settler.page, operations.count)]
      let versions = try versions(of: page, in: table)
      for operation in page {
        switch (operation.kind, versions[operation.sequence]) {
        case (.insert, let version?), (.update, let version?):
          if version >= operation.version { return true }
          contradictions += 1
        case (.insert, nil), (.update, nil), (.delete, _?): contradictions += 1
        case (.delete, nil): continue
        }
      }
    }
    return contradictions == 0 && !operations.isEmpty
  }

  /// How many rows are looked for at once.
  private static let page = 1_000

  private func versions(
    of operations: ArraySlice<IntendedOperation>, in table: TableName
  ) throws(PostgresError) -> [Int64: Timestamp] {
    do throws(PostgresError) {
      return try session.versions(ofSequences: operations.map(\.sequence), in: table)
    } catch {
      // The table was dropped since: none of its rows is there.
      guard error.sqlState == .undefinedTable || error.sqlState == .undefinedSchema else { throw error }
      return [:]
    }
  }
}
