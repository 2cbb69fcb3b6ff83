import GRDB
package import Time

extension LedgerStore {
  /// Records that a run begins.
  public func beginRun(command: String, settings: String) throws(LedgerError) -> RunID {
    let now = clock.now()
    return try write { session in
      try session.execute(
        "insert into run (command, settings, started_at) values (?, ?, ?)",
        [command, settings, now.microseconds])
      return RunID(rawValue: session.db.lastInsertedRowID)
    }
  }

  /// Records how a run ended.
  ///
  /// - Throws: `.unknownRun`.
  public func finishRun(_ id: RunID, outcome: RunOutcome) throws(LedgerError) {
    let now = clock.now()
    try write { session in
      try session.execute(
        "update run set finished_at = ?, outcome = ?, is_judged = ? where id = ?",
        [now.microseconds, try JSONText.encode(outcome), outcome.evidence != nil, id.rawValue])
      if session.changes == 0 { throw LedgerError(.unknownRun(id.rawValue), path: session.path) }
    }
  }

  /// The runs before `before`, or the last ones, newest first.
  public func runs(limit: Int, before: RunID? = nil) throws(LedgerError) -> [RunRecord] {
    try read { session in
      try Row.fetchAll(
        session.db, sql: "select * from run where id < ? order by id desc limit ?",
        arguments: [before?.rawValue ?? .max, limit]
      ).map(LedgerStore.record)
    }
  }

  /// The run of this number, or nil.
  public func run(_ id: RunID) throws(LedgerError) -> RunRecord? {
    try read { session in
      try Row.fetchOne(session.db, sql: "select * from run where id = ?", arguments: [id.rawValue])
        .map(LedgerStore.record)
    }
  }

  /// The newest run that came to a verdict, or nil.
  public func latestRun() throws(LedgerError) -> RunRecord? {
    try read { session in
      let rows = try Row.fetchCursor(
        session.db, sql: "select * from run where outcome is not null order by id desc")
      while let row = try rows.next() {
        let record = try LedgerStore.record(row)
        if record.outcome?.verdict != nil { return record }
      }
      return nil
    }
  }

  /// When a bucket was listed last, as far as the ledger tells: the whole of a table, or an object that was not known.
  ///
  /// - Parameter location: the bucket's; tables that have it under a name of their own, `location#table`, count too.
  package func lastListing(ofBucket location: String) throws(LedgerError) -> Timestamp? {
    try read { session in
      try Int64.fetchOne(
        session.db,
        sql: """
          with known as (select id from bucket where location = ?1 or substr(location, 1, length(?1) + 1) = ?1 || '#')
          select max(at) from (
            select max(first_listed_at) as at from object where bucket_id in known
            union all select max(last_full_at) from inventory where bucket_id in known)
          """, arguments: [location]
      ).map(Timestamp.init(microseconds:))
    }
  }

  private static func record(_ row: Row) throws -> RunRecord {
    let finishedAt: Int64? = row["finished_at"]
    let outcome: String? = row["outcome"]
    return RunRecord(
      id: RunID(rawValue: row["id"]), command: row["command"], settings: row["settings"],
      startedAt: Timestamp(microseconds: row["started_at"]),
      finishedAt: finishedAt.map(Timestamp.init(microseconds:)),
      outcome: try outcome.map { try JSONText.decode(RunOutcome.self, from: $0) })
  }
}

extension LedgerSession {
  /// The first run after the last one before `run` that came to a verdict: what it and later ones observed was
  /// never judged.
  package func firstUnjudged(before run: RunID) throws -> RunID {
    let statement = try db.cachedStatement(
      sql: "select id from run where is_judged = 1 and id < ? order by id desc limit 1")
    return RunID(rawValue: (try Int64.fetchOne(statement, arguments: [run.rawValue]) ?? 0) + 1)
  }

  /// When a run began; nil of one that is not recorded any more.
  package func start(of run: RunID) throws -> Timestamp? {
    let statement = try db.cachedStatement(sql: "select started_at from run where id = ?")
    return LedgerSession.time(try Int64.fetchOne(statement, arguments: [run.rawValue]))
  }
}
