import GRDB
package import Time

extension LedgerSession {
  /// The generation that a table is in; nil before its first object.
  package func currentGeneration(bucket: Int64, table: Int64) throws -> Generation? {
    try generation(bucket: bucket, table: table, before: .max)
  }

  /// The last generation of a table with a number below `number`.
  package func generation(bucket: Int64, table: Int64, before number: Int) throws -> Generation? {
    let statement = try db.cachedStatement(
      sql: """
        select * from generation where bucket_id = ? and table_id = ? and number < ?
        order by number desc limit 1
        """)
    return try Row.fetchOne(statement, arguments: [bucket, table, number]).map { row in
      Generation(
        id: row["id"], number: row["number"], startedAt: Timestamp(microseconds: row["started_at"]),
        loadObjects: row["load_objects"], loadFirstModified: LedgerSession.time(row["load_first_modified"]),
        loadLastModified: LedgerSession.time(row["load_last_modified"]),
        loadLastTransaction: row["load_last_transaction"], firstChange: row["first_cdc_transaction"],
        lastChange: row["last_cdc_transaction"], lastPlace: row["last_place"],
        firstCommit: LedgerSession.time(row["first_cdc_commit"]),
        lastCommit: LedgerSession.time(row["last_cdc_commit"]),
        lastForeignCommit: LedgerSession.time(row["last_foreign_commit"]))
    }
  }

  package func startGeneration(
    bucket: Int64, table: Int64, run: RunID, now: Timestamp
  ) throws -> Generation {
    let number = (try currentGeneration(bucket: bucket, table: table)?.number ?? 0) + 1
    try execute(
      "insert into generation (bucket_id, table_id, number, started_at, run_id) values (?, ?, ?, ?, ?)",
      [bucket, table, number, now.microseconds, run.rawValue])
    guard let started = try currentGeneration(bucket: bucket, table: table) else {
      throw LedgerError(.corrupt, path: path)
    }
    return started
  }

  package func record(_ generation: Generation) throws {
    try execute(
      """
      update generation set load_objects = ?, load_first_modified = ?, load_last_modified = ?,
        load_last_transaction = ?, first_cdc_transaction = ?, last_cdc_transaction = ?,
        first_cdc_commit = ?, last_cdc_commit = ?, last_foreign_commit = ?, last_place = ?
      where id = ?
      """,
      [
        generation.loadObjects, generation.loadFirstModified?.microseconds,
        generation.loadLastModified?.microseconds, generation.loadLastTransaction, generation.firstChange,
        generation.lastChange, generation.firstCommit?.microseconds, generation.lastCommit?.microseconds,
        generation.lastForeignCommit?.microseconds, generation.lastPlace, generation.id,
      ])
  }

  package func setGeneration(_ generation: Int64, ofObject id: Int64) throws {
    try execute("update object set generation_id = ? where id = ?", [generation, id])
  }

  /// Begins to record what an object holds, forgetting what an earlier reading of it said.
  package func begin(_ object: Int64, inGeneration generation: Int64) throws {
    _ = try takeBackDeliveries(ofObject: object, to: .open)
    try execute("update object set generation_id = ?, state = 1 where id = ?", [generation, object])
  }
}
