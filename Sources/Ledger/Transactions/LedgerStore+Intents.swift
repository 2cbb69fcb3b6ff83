import Foundation
import GRDB
import Time

extension LedgerStore {
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
