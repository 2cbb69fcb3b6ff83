import GRDB
package import Time

/// An object of changes of which the number of rows and the span of commit times are known.
package struct CountedObject: Hashable, Sendable {
  package let object: KnownObject
  package let rows: Int64
  package let inserts: Int64
  package let updates: Int64
  package let deletes: Int64
  package let firstCommit: Timestamp
  package let lastCommit: Timestamp
}

extension LedgerSession {
  package func countedObject(_ id: Int64) throws -> CountedObject? {
    try counted(db.cachedStatement(sql: LedgerSession.selectCounted + " where o.id = ?"), [id])
  }

  /// The last object of changes of a generation before the name of `place` and, of those that share it, `key`.
  package func countedObject(before place: Int64, key: String = "", generation: Int64) throws
    -> CountedObject?
  {
    try counted(
      db.cachedStatement(
        sql: LedgerSession.selectCounted + """
           where o.generation_id = ? and o.kind = 1 and (o.place, o.key) < (?, ?) and o.state = 1
          order by o.place desc, o.key desc limit 1
          """), [generation, place, key])
  }

  /// The first object of changes of a generation after the name of `place` and, of those that share it, `key`.
  package func countedObject(after place: Int64, key: String, generation: Int64) throws -> CountedObject? {
    try counted(
      db.cachedStatement(
        sql: LedgerSession.selectCounted + """
           where o.generation_id = ? and o.kind = 1 and (o.place, o.key) > (?, ?) and o.state = 1
          order by o.place, o.key limit 1
          """), [generation, place, key])
  }

  /// LastModified of the object of changes of a generation that is first by name.
  package func firstChangesModified(generation: Int64) throws -> Timestamp? {
    try Int64.fetchOne(
      db.cachedStatement(
        sql: "select last_modified from object where generation_id = ? and kind = 1 order by place limit 1"),
      arguments: [generation]
    ).map(Timestamp.init(microseconds:))
  }

  private static let selectCounted = """
    select o.id, b.rows, b.inserts, b.updates, b.deletes, b.first_commit, b.last_commit
    from object o join observation b on b.object_id = o.id
    """

  private func counted(_ statement: Statement, _ arguments: StatementArguments) throws -> CountedObject? {
    guard let row = try Row.fetchOne(statement, arguments: arguments),
      let first = LedgerSession.time(row["first_commit"]), let last = LedgerSession.time(row["last_commit"]),
      let object = try object(row["id"])
    else { return nil }
    return CountedObject(
      object: object, rows: row["rows"], inserts: row["inserts"], updates: row["updates"],
      deletes: row["deletes"], firstCommit: first, lastCommit: last)
  }
}
