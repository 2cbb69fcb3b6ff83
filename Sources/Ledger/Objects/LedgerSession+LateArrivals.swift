import GRDB
package import Time

/// Operations that objects brought later than they should have.
package struct LateArrivals: Sendable {
  /// One of them.
  package struct Arrival: Sendable {
    /// The operation.
    package let operation: KnownOperation
    /// The key of the object, and the row's place in it, from 0.
    package let object: String, row: Int64
  }

  /// How many there are, and in how many objects.
  package var count = 0, objects = 0
  /// The first of them, at most `Finding.namedRows`.
  package var first: [Arrival] = []
  /// The longest lag, in microseconds.
  package var longest: Int64 = 0
  /// The commit times of the first and of the last.
  package var spanStart: Timestamp?, spanEnd: Timestamp?
}

extension LedgerSession {
  /// What objects that `run` or a later one read brought with a lag beyond `limit` microseconds.
  package func lateArrivals(
    table: Int64, observedSince run: RunID, beyond limit: Int64
  ) throws -> LateArrivals {
    // CROSS JOIN keeps SQLite to this order: it begins with what was read now, and never with all deliveries.
    let statement = try db.cachedStatement(
      sql: """
        select k.key, d.row, d.lag, \(LedgerSession.operationColumns)
        from observation b cross join object k on k.id = b.object_id
          cross join delivery d on d.object_id = b.object_id
          cross join operation o on o.transaction_id = d.transaction_id and o.ordinal = d.ordinal
          cross join source_transaction t on t.id = o.transaction_id
        where b.run_id >= ? and k.table_id = ? and d.lag > ?
        order by k.place, k.key, d.row
        """)
    var arrivals = LateArrivals()
    var object: String?
    let rows = try Row.fetchCursor(statement, arguments: [run.rawValue, table, limit])
    while let row = try rows.next() {
      let operation = try LedgerSession.operation(row)
      let key: String = row["key"]
      if key != object { arrivals.objects += 1 }
      object = key
      arrivals.count += 1
      arrivals.longest = max(arrivals.longest, row["lag"])
      if let commit = operation.commit {
        arrivals.spanStart = min(arrivals.spanStart ?? commit.earliest, commit.earliest)
        arrivals.spanEnd = max(arrivals.spanEnd ?? commit.latest, commit.latest)
      }
      if arrivals.first.count < Finding.namedRows {
        arrivals.first.append(LateArrivals.Arrival(operation: operation, object: key, row: row["row"]))
      }
    }
    return arrivals
  }
}
