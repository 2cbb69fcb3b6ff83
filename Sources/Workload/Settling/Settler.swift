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
    let unsettled: [UnsettledTransaction]
    do throws(LedgerError) { unsettled = try ledger.unsettledTransactions() } catch {
      throw WorkloadError(.ledger, cause: error)
    }
    var fates = try fatesByRows(of: unsettled)
    for transaction in unsettled {
      guard case .begun(let xid) = transaction.start else { continue }
      fates[transaction.id] = try fate(of: transaction, TransactionID(rawValue: xid))
    }
    var settlement = Settlement()
    var committed: Set<SourceTransactionID> = []
    var settled: [(transaction: UnsettledTransaction, fate: TransactionFate)] = []
    for transaction in unsettled {
      switch fates[transaction.id] {
      case .committed(let time, let byRows)?:
        committed.insert(transaction.id)
        settlement.committed += 1
        if byRows { settlement.decidedByRows += 1 }
        settled.append((transaction, .committed(time)))
      case .aborted(let byRows)?:
        settlement.aborted += 1
        if byRows { settlement.decidedByRows += 1 }
        settled.append((transaction, .aborted))
      case .inProgress?, nil: settlement.stillInProgress += 1
      }
    }
    do throws(LedgerError) { try ledger.settle(settled) } catch {
      throw WorkloadError(.ledger, cause: error)
    }
    return (settlement, committed)
  }

  private enum Fate {
    case committed(CommitTime, byRows: Bool)
    case aborted(byRows: Bool)
    case inProgress
  }

  /// The fates of transactions that have no number in the ledger or its journal.
  ///
  /// They were to be executed one after the other, each only once the one before it was committed, and one that
  /// failed was taken back durably before another was begun. So one that is proved committed proves those before
  /// it. One that was never begun is not committed, and rows are looked for all the same: the journal might have
  /// been left behind when the ledger was copied.
  private func fatesByRows(
    of unsettled: [UnsettledTransaction]
  ) throws(WorkloadError) -> [SourceTransactionID: Fate] {
    var fates: [SourceTransactionID: Fate] = [:]
    var isProved = false
    for transaction in unsettled.reversed() {
      if case .begun = transaction.start { continue }
      let evidence = isProved ? Evidence.proof : try evidence(of: transaction)
      let isUnknown = transaction.start == .unknown
      isProved = isProved || evidence == .proof || isUnknown && evidence == .consistent
      if isProved {
        do throws(PostgresError) {
          fates[transaction.id] = .committed(try bounds(of: transaction), byRows: true)
        } catch { throw WorkloadError(error, table: transaction.table) }
      } else {
        fates[transaction.id] = .aborted(byRows: isUnknown)
      }
    }
    return fates
  }

  private func fate(
    of transaction: UnsettledTransaction, _ xid: TransactionID
  ) throws(WorkloadError) -> Fate {
    do throws(PostgresError) {
      switch try status(of: xid) {
      case .committed: return .committed(try commitTime(of: xid, transaction), byRows: false)
      case .aborted: return .aborted(byRows: false)
      case .inProgress: return .inProgress
      case nil: break
      }
    } catch { throw WorkloadError(error, table: transaction.table) }
    let evidence = try evidence(of: transaction)
    guard evidence != .contradiction else { return .aborted(byRows: true) }
    do throws(PostgresError) { return .committed(try bounds(of: transaction), byRows: true) } catch {
      throw WorkloadError(error, table: transaction.table)
    }
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

  /// What the rows say of whether a transaction was committed.
  private enum Evidence {
    /// A row has a version that it wrote, or a later one.
    case proof
    /// Rows that it took away are gone, and nothing speaks against it.
    case consistent
    /// A row that should be there, should be gone, or has an older version.
    case contradiction
  }

  /// It was among the last to write, so each row stands as it left it, unless somebody else changed it.
  private func evidence(of transaction: UnsettledTransaction) throws(WorkloadError) -> Evidence {
    let operations: [IntendedOperation]
    do throws(LedgerError) { operations = try ledger.operations(of: transaction.id) } catch {
      throw WorkloadError(.ledger, cause: error)
    }
    var contradictions = operations.isEmpty ? 1 : 0
    for start in stride(from: 0, to: operations.count, by: Settler.page) {
      let page = operations[start..<min(start + Settler.page, operations.count)]
      let versions: [Int64: Timestamp]
      do throws(PostgresError) { versions = try self.versions(of: page, in: transaction.table) } catch {
        throw WorkloadError(error, table: transaction.table)
      }
      for operation in page {
        switch (operation.kind, versions[operation.sequence]) {
        case (.insert, let version?), (.update, let version?):
          if version >= operation.version { return .proof }
          contradictions += 1
        case (.insert, nil), (.update, nil), (.delete, _?): contradictions += 1
        case (.delete, nil): continue
        }
      }
    }
    return contradictions == 0 ? .consistent : .contradiction
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
