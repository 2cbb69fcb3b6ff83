import GRDB
import GRDBSQLite
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

  /// Records a transaction as intended; `xid` is nil where PostgreSQL has given it no number yet.
  func recordIntent(xid: UInt64?, table: Int64, now: Timestamp) throws -> SourceTransactionID {
    try execute(
      "insert into source_transaction (table_id, xid, state, recorded_at) values (?, ?, 0, ?)",
      [table, Int64(bitPattern: xid ?? 0), now.microseconds])
    return SourceTransactionID(rawValue: db.lastInsertedRowID)
  }

  /// Adds operations to an intended transaction, behind the `ordinal` that it has.
  func add(
    _ operations: OperationList, to id: SourceTransactionID, table: Int64, after ordinal: Int = 0
  ) throws {
    var first = 0
    // Some rows at a time: what a statement costs is shared by them.
    for rows in [LedgerSession.rowsOfStatement, 1] where operations.count - first >= rows {
      let values = (0..<rows).map { row -> String in
        let place = 3 + 5 * row
        return "(?1, ?\(place), ?2, ?\(place + 1), ?\(place + 2), ?\(place + 3), ?\(place + 4), 0)"
      }.joined(separator: ", ")
      let insert = try db.cachedStatement(sql: "insert into operation values \(values)")
      while operations.count - first >= rows {
        try insert.insert(operations, first..<first + rows, to: id, table: table, after: ordinal, db)
        first += rows
      }
    }
    try count(operations.counts, table: table, from: nil, to: 0)
  }

  /// How many operations a statement adds at once, where there are so many.
  private static let rowsOfStatement = 32

  /// Moves operations of each kind from one state to another in the counts that reports read.
  ///
  /// Whoever records operations or changes their states calls it: a trigger for each of a million costs more than
  /// they do.
  func count(_ counts: [Int], table: Int64, from old: Int?, to new: Int) throws {
    for (kind, count) in counts.enumerated() where count > 0 {
      if let old {
        try execute(
          "update operation_count set count = count - ? where table_id = ? and kind = ? and state = ?",
          [count, table, kind, old])
      }
      try execute(
        """
        insert into operation_count values (?, ?, ?, ?)
          on conflict do update set count = count + excluded.count
        """, [table, kind, new, count])
    }
  }

  /// The operations of each kind that a transaction holds as intended, and its table.
  private func intended(_ id: SourceTransactionID) throws -> (counts: [Int], table: Int64) {
    var counts = [0, 0, 0]
    var table: Int64 = 0
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          select table_id, kind, count(*) from operation where transaction_id = ? and state = 0
          group by table_id, kind
          """), arguments: [id.rawValue])
    for row in rows {
      table = row[0]
      counts[row[1]] = row[2]
    }
    return (counts, table)
  }

  func markCommitted(
    _ id: SourceTransactionID, xid: UInt64? = nil, lsn: UInt64?, commitTime: CommitTime,
    counts known: [Int]? = nil, table knownTable: Int64? = nil
  ) throws {
    let state = try transactionState(id)
    guard state != 2 else { throw LedgerError(.contradictsSettled(id.rawValue), path: path) }
    try execute(
      """
      update source_transaction set state = 1, xid = coalesce(?, xid), lsn = ?, earliest = ?, latest = ?
      where id = ?
      """,
      [
        xid.map { Int64(bitPattern: $0) }, lsn.map { Int64(bitPattern: $0) },
        commitTime.earliest.microseconds, commitTime.latest.microseconds, id.rawValue,
      ])
    guard state == 0 else { return }
    let moved: (counts: [Int], table: Int64)
    if let known, let knownTable { moved = (known, knownTable) } else { moved = try intended(id) }
    // The operations stay as they are: those of a transaction that is committed are open.
    try count(moved.counts, table: moved.table, from: 0, to: 1)
  }

  func markAborted(_ id: SourceTransactionID, xid: UInt64? = nil) throws {
    switch try transactionState(id) {
    case 0:
      let (counts, table) = try intended(id)
      try execute(
        "update source_transaction set state = 2, xid = coalesce(?, xid) where id = ?",
        [xid.map { Int64(bitPattern: $0) }, id.rawValue])
      try execute("update operation set state = 6 where transaction_id = ?", [id.rawValue])
      try count(counts, table: table, from: 0, to: 6)
    case 1: throw LedgerError(.contradictsSettled(id.rawValue), path: path)
    default: break
    }
  }

  /// Takes back an intent of which it is certain that it was never begun: it leaves no trace.
  func withdraw(_ id: SourceTransactionID) throws {
    guard try transactionState(id) == 0 else {
      throw LedgerError(.contradictsSettled(id.rawValue), path: path)
    }
    try execute("delete from operation where transaction_id = ?", [id.rawValue])
    try execute("delete from source_transaction where id = ?", [id.rawValue])
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

  func unsettledTransactions(_ journal: TransactionJournal) throws -> [UnsettledTransaction] {
    try Row.fetchAll(
      db,
      sql: """
        select t.id, t.xid, t.recorded_at, s.schema_name, s.table_name,
          (select count(*) from operation o where o.transaction_id = t.id) as operations
        from source_transaction t join source_table s on s.id = t.table_id
        where t.state = 0 order by t.id
        """
    ).map { row in
      let id: Int64 = row["id"]
      let xid = UInt64(bitPattern: row["xid"] as Int64)
      return UnsettledTransaction(
        id: SourceTransactionID(rawValue: id), start: xid == 0 ? journal.start(of: id) : .begun(xid: xid),
        table: TableName(schema: row["schema_name"], name: row["table_name"]),
        recordedAt: Timestamp(microseconds: row["recorded_at"]), operationCount: row["operations"])
    }
  }
}

extension Statement {
  /// Runs an insertion of operations; bound without GRDB's boxes, since a bulk write has a million of them.
  fileprivate func insert(
    _ operations: OperationList, _ rows: Range<Int>, to id: SourceTransactionID, table: Int64,
    after ordinal: Int, _ db: Database
  ) throws {
    let statement = sqliteStatement
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    sqlite3_bind_int64(statement, 1, id.rawValue)
    sqlite3_bind_int64(statement, 2, table)
    try operations.digests.withUnsafeBytes { digests in
      var place: Int32 = 3
      for index in rows {
        let start = index == 0 ? 0 : operations.digestEnds[index - 1]
        let count = operations.digestEnds[index] - start
        sqlite3_bind_int64(statement, place, Int64(ordinal + index))
        sqlite3_bind_int64(statement, place + 1, Int64(operations.kinds[index]))
        sqlite3_bind_int64(statement, place + 2, operations.sequences[index])
        sqlite3_bind_int64(statement, place + 3, operations.versions[index])
        if count == 0 {
          sqlite3_bind_zeroblob(statement, place + 4, 0)
        } else {
          // The bytes outlive the step, which is all that SQLITE_STATIC (nil) asks.
          sqlite3_bind_blob(
            statement, place + 4, digests.baseAddress.map { $0 + start }, Int32(count), nil)
        }
        place += 5
      }
      guard sqlite3_step(statement) == SQLITE_DONE else {
        throw DatabaseError(
          resultCode: ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection)),
          message: db.lastErrorMessage)
      }
    }
  }
}
