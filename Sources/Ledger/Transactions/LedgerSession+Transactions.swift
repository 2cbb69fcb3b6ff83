import Foundation
import GRDB
package import Time

/// A table of the ledger with its number.
package struct KnownTable: Hashable, Sendable {
  package let id: Int64
  package let declaration: TableDeclaration
}

/// The place of an operation: its transaction, and its number in it from 0.
package struct OperationID: Hashable, Sendable, Comparable {
  package let transaction: Int64
  package let ordinal: Int64

  package init(transaction: Int64, ordinal: Int64) {
    self.transaction = transaction
    self.ordinal = ordinal
  }

  package static func < (lhs: OperationID, rhs: OperationID) -> Bool {
    (lhs.transaction, lhs.ordinal) < (rhs.transaction, rhs.ordinal)
  }
}

extension LedgerSession {
  /// Runs a statement that is kept prepared.
  func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  /// How many rows the last statement changed.
  var changes: Int { db.changesCount }

  package func declare(_ table: TableDeclaration) throws -> KnownTable {
    try execute(
      """
      insert into source_table (schema_name, table_name, columns, key_column, version_column, is_shared)
      values (?, ?, ?, ?, ?, ?)
      on conflict do update set columns = excluded.columns, key_column = excluded.key_column,
        version_column = excluded.version_column, is_shared = excluded.is_shared
      """,
      [
        table.name.schema, table.name.name, try JSONText.encode(table.columns), table.keyColumn,
        table.versionColumn, table.isShared,
      ])
    guard let known = try self.table(table.name) else { throw LedgerError(.corrupt, path: path) }
    try execute("insert or ignore into table_total (table_id) values (?)", [known.id])
    return known
  }

  package func table(_ name: TableName) throws -> KnownTable? {
    let statement = try db.cachedStatement(
      sql: "select * from source_table where schema_name = ? and table_name = ?")
    return try Row.fetchOne(statement, arguments: [name.schema, name.name]).map(LedgerSession.table)
  }

  package func tables() throws -> [KnownTable] {
    try Row.fetchAll(db, sql: "select * from source_table order by schema_name, table_name")
      .map(LedgerSession.table)
  }

  private static func table(_ row: Row) throws -> KnownTable {
    KnownTable(
      id: row["id"],
      declaration: TableDeclaration(
        name: TableName(schema: row["schema_name"], name: row["table_name"]),
        columns: try JSONText.decode([String].self, from: row["columns"]), keyColumn: row["key_column"],
        versionColumn: row["version_column"], isShared: row["is_shared"]))
  }

  package func nextSequence() throws -> Int64 {
    try Int64.fetchOne(db.cachedStatement(sql: "select next_sequence from pipeline")) ?? 0
  }

  func recordIntent(
    xid: UInt64, table: Int64, operations: [IntendedOperation], now: Timestamp
  ) throws -> SourceTransactionID {
    try execute(
      "insert into source_transaction (table_id, xid, state, recorded_at) values (?, ?, 0, ?)",
      [table, Int64(bitPattern: xid), now.microseconds])
    let id = db.lastInsertedRowID
    let insert = try db.cachedStatement(sql: "insert into operation values (?, ?, ?, ?, ?, ?, ?, 0)")
    for (ordinal, operation) in operations.enumerated() {
      try insert.execute(arguments: [
        id, ordinal, table, operation.kind.number, operation.sequence, operation.version.microseconds,
        Data(operation.digest.bytes),
      ])
    }
    return SourceTransactionID(rawValue: id)
  }

  func markCommitted(_ id: SourceTransactionID, lsn: UInt64?, commitTime: CommitTime) throws {
    let state = try transactionState(id)
    guard state != 2 else { throw LedgerError(.contradictsSettled(id.rawValue), path: path) }
    try execute(
      "update source_transaction set state = 1, lsn = ?, earliest = ?, latest = ? where id = ?",
      [
        lsn.map { Int64(bitPattern: $0) }, commitTime.earliest.microseconds, commitTime.latest.microseconds,
        id.rawValue,
      ])
    if state == 0 {
      try execute("update operation set state = 1 where transaction_id = ? and state = 0", [id.rawValue])
    }
  }

  func markAborted(_ id: SourceTransactionID) throws {
    switch try transactionState(id) {
    case 0:
      try execute("update source_transaction set state = 2 where id = ?", [id.rawValue])
      try execute("update operation set state = 6 where transaction_id = ?", [id.rawValue])
    case 1: throw LedgerError(.contradictsSettled(id.rawValue), path: path)
    default: break
    }
  }

  /// Settles an intent by the bucket's evidence: a row of the transaction was replicated, so it was committed.
  package func settleByEvidence(_ transaction: Int64, commit: CommitTime) throws {
    let id = SourceTransactionID(rawValue: transaction)
    guard try transactionState(id) == 0 else { return }
    try markCommitted(id, lsn: nil, commitTime: commit)
  }

  /// When the last transaction was committed, by PostgreSQL's clock; nil before the first.
  package func lastCommitTime() throws -> Timestamp? {
    LedgerSession.time(
      try Int64.fetchOne(db.cachedStatement(sql: "select max(latest) from source_transaction")))
  }

  private func transactionState(_ id: SourceTransactionID) throws -> Int {
    let statement = try db.cachedStatement(sql: "select state from source_transaction where id = ?")
    guard let state = try Int.fetchOne(statement, arguments: [id.rawValue]) else {
      throw LedgerError(.unknownTransaction(id.rawValue), path: path)
    }
    return state
  }

  func unsettledTransactions() throws -> [UnsettledTransaction] {
    try Row.fetchAll(
      db,
      sql: """
        select t.id, t.xid, t.recorded_at, s.schema_name, s.table_name,
          (select count(*) from operation o where o.transaction_id = t.id) as operations
        from source_transaction t join source_table s on s.id = t.table_id
        where t.state = 0 order by t.id
        """
    ).map { row in
      UnsettledTransaction(
        id: SourceTransactionID(rawValue: row["id"]), xid: UInt64(bitPattern: row["xid"] as Int64),
        table: TableName(schema: row["schema_name"], name: row["table_name"]),
        recordedAt: Timestamp(microseconds: row["recorded_at"]), operationCount: row["operations"])
    }
  }
}
