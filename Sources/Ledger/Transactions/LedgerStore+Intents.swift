import Foundation
import GRDB
import Time

/// What a writer knows of a transaction once PostgreSQL has committed it.
package struct Confirmation: Hashable, Sendable {
  package let id: SourceTransactionID
  /// Any position at or after the commit record.
  package let lsn: UInt64
  package let commitTime: CommitTime

  package init(id: SourceTransactionID, lsn: UInt64, commitTime: CommitTime) {
    self.id = id
    self.lsn = lsn
    self.commitTime = commitTime
  }
}

extension LedgerStore {
  /// Records a transaction as intended, as `recordIntent` does, and the one before it as committed: durably, by
  /// one flush to the disk in place of two.
  package func recordIntent(
    xid: UInt64, table: TableName, operations: [IntendedOperation], confirming confirmation: Confirmation?
  ) throws(LedgerError) -> SourceTransactionID {
    let now = clock.now()
    return try write { session in
      if let confirmation {
        try session.markCommitted(
          confirmation.id, lsn: confirmation.lsn, commitTime: confirmation.commitTime)
      }
      let id = try session.tableID(table) ?? session.declare(TableDeclaration(name: table)).id
      return try session.recordIntent(xid: xid, table: id, operations: operations, now: now)
    }
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
  /// The number of a table, without what is declared of it.
  fileprivate func tableID(_ table: TableName) throws -> Int64? {
    try Int64.fetchOne(
      db.cachedStatement(sql: "select id from source_table where schema_name = ? and table_name = ?"),
      arguments: [table.schema, table.name])
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
