import Foundation
import GRDB
import Time

/// What a writer knows of a transaction once PostgreSQL has committed it.
package struct Confirmation: Hashable, Sendable {
  package let id: SourceTransactionID
  /// PostgreSQL's number for it.
  package let xid: UInt64
  /// Any position at or after the commit record.
  package let lsn: UInt64
  package let commitTime: CommitTime
  /// Its inserts, updates and deletes.
  package let counts: [Int]

  package init(
    id: SourceTransactionID, xid: UInt64, lsn: UInt64, commitTime: CommitTime, counts: [Int]
  ) {
    (self.id, self.xid, self.lsn, self.commitTime, self.counts) = (id, xid, lsn, commitTime, counts)
  }
}

/// Operations of a transaction that is being recorded, or what comes in their place.
package enum OperationBlock: Sendable {
  case operations(OperationList)
  case end
  /// Nothing of the transaction is to be recorded.
  case giveUp
}

/// What became of a transaction that was found unsettled.
package enum TransactionFate: Hashable, Sendable {
  case committed(CommitTime)
  case aborted
}

extension LedgerStore {
  /// Records a transaction as intended, and those before it as committed: durably, by one flush to the disk.
  ///
  /// - Parameters:
  ///   - xid: PostgreSQL's number for it.
  ///   - next: gives the operations in the order in which they were executed, some at a time. It may block:
  ///     nothing else is written to the ledger meanwhile.
  /// - Throws: `LedgerError`, with code `closed` where `next` gave up; nothing is recorded then.
  package func recordIntent(
    xid: UInt64, table: TableName, confirming confirmations: [Confirmation],
    operations next: () -> OperationBlock
  ) throws(LedgerError) -> SourceTransactionID {
    let now = clock.now()
    return try write { session in
      let table = try session.number(of: table)
      try session.confirm(confirmations, table: table)
      let id = try session.recordIntent(xid: xid, table: table, now: now)
      var ordinal = 0
      while true {
        switch next() {
        case .operations(let operations):
          try session.add(operations, to: id, table: table, after: ordinal)
          ordinal += operations.count
        case .end: return id
        case .giveUp: throw LedgerError(.closed, path: path, detail: "a write was given up")
        }
      }
    }
  }

  /// Records transactions that are to be begun one after the other, before PostgreSQL has given them numbers, and
  /// those before them as committed: durably, by one flush to the disk.
  ///
  /// Each one's number goes into the journal (`journal(_:of:)`) before its COMMIT is sent.
  package func recordIntents(
    _ transactions: [OperationList], table: TableName, confirming confirmations: [Confirmation]
  ) throws(LedgerError) -> [SourceTransactionID] {
    let now = clock.now()
    return try write { session in
      let table = try session.number(of: table)
      try session.confirm(confirmations, table: table)
      return try transactions.map { operations in
        let id = try session.recordIntent(xid: nil, table: table, now: now)
        try session.add(operations, to: id, table: table)
        return id
      }
    }
  }

  /// Records transactions as committed, and takes back those that were never begun; durable on return.
  package func confirm(
    _ confirmations: [Confirmation], withdrawing withdrawn: [SourceTransactionID] = [], table: TableName
  ) throws(LedgerError) {
    guard !confirmations.isEmpty || !withdrawn.isEmpty else { return }
    try write { session in
      try session.confirm(confirmations, table: try session.number(of: table))
      for id in withdrawn { try session.withdraw(id) }
    }
  }

  /// Records what became of transactions that were unsettled; durable on return.
  package func settle(_ fates: [(transaction: UnsettledTransaction, fate: TransactionFate)])
    throws(LedgerError)
  {
    guard !fates.isEmpty else { return }
    try write { session in
      for (transaction, fate) in fates {
        let xid: UInt64? = if case .begun(let xid) = transaction.start { xid } else { nil }
        switch fate {
        case .committed(let time):
          try session.markCommitted(transaction.id, xid: xid, lsn: nil, commitTime: time)
        case .aborted: try session.markAborted(transaction.id, xid: xid)
        }
      }
    }
  }

  /// Makes the journal ready; to be called once nothing is unsettled.
  package func openJournal() throws(LedgerError) {
    try journal.open()
  }

  /// Writes down PostgreSQL's number for an intended transaction, so that no SIGKILL loses it.
  package func journal(_ xid: UInt64, of id: SourceTransactionID) throws(LedgerError) {
    try journal.record(xid, of: id.rawValue)
  }

  /// The operations of a transaction, in the order in which they were executed.
  package func operations(of id: SourceTransactionID) throws(LedgerError) -> [IntendedOperation] {
    try read { session in
      try session.operations(
        """
        select kind, sequence, version, digest from operation where transaction_id = ? order by ordinal
        """, [id.rawValue])
    }
  }

  /// The operations of all transactions known to be committed, in the order of commits.
  package func committedOperations() throws(LedgerError) -> [IntendedOperation] {
    try read { session in
      try session.operations(
        """
        select kind, sequence, version, digest from operation
        where transaction_id in (select id from source_transaction where state = 1)
        order by transaction_id, ordinal
        """)
    }
  }

  /// All transactions known to be committed, in the order of commits.
  package func committedTransactions() throws(LedgerError) -> [SourceTransactionID] {
    try read { session in
      try Int64.fetchAll(session.db, sql: "select id from source_transaction where state = 1 order by id")
        .map(SourceTransactionID.init(rawValue:))
    }
  }

  /// The times of all transactions known to be committed, in the order of commits.
  package func commitTimes() throws(LedgerError) -> [CommitTime] {
    try read { session in
      try Row.fetchAll(
        session.db, sql: "select earliest, latest from source_transaction where state = 1 order by id"
      ).map { row in
        CommitTime(
          earliest: Timestamp(microseconds: row["earliest"]), latest: Timestamp(microseconds: row["latest"]))
      }
    }
  }
}

extension LedgerSession {
  /// The number of a table, which is declared where it is not known.
  fileprivate func number(of table: TableName) throws -> Int64 {
    let known = try Int64.fetchOne(
      db.cachedStatement(sql: "select id from source_table where schema_name = ? and table_name = ?"),
      arguments: [table.schema, table.name])
    return try known ?? declare(TableDeclaration(name: table)).id
  }

  fileprivate func confirm(_ confirmations: [Confirmation], table: Int64) throws {
    for confirmation in confirmations {
      try markCommitted(
        confirmation.id, xid: confirmation.xid, lsn: confirmation.lsn, commitTime: confirmation.commitTime,
        counts: confirmation.counts, table: table)
    }
  }

  func reserveSequences(_ count: Int) throws -> Range<Int64> {
    let next = try nextSequence()
    guard Int64(count) <= RowIdentity.maximumSequence - next + 1 else {
      throw LedgerError(.sequencesExhausted, path: path)
    }
    try execute("update pipeline set next_sequence = ?", [next + Int64(count)])
    return next..<next + Int64(count)
  }

  fileprivate func operations(_ sql: String, _ arguments: StatementArguments = []) throws
    -> [IntendedOperation]
  {
    try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments).map { row in
      guard let kind = OperationKind(number: row["kind"]) else { throw LedgerError(.corrupt, path: path) }
      return IntendedOperation(
        kind: kind, sequence: row["sequence"], version: Timestamp(microseconds: row["version"]),
        digest: RowDigest(bytes: Array(row["digest"] as Data)))
    }
  }
}
