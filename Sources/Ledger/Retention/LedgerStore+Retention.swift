import GRDB
public import Time

/// What a pruning dropped.
public struct PruneSummary: Hashable, Sendable, Codable {
  /// Operations, with their deliveries.
  public var operations = 0
  /// Transactions.
  public var transactions = 0
  /// Objects that are no longer in the bucket, and what was observed of old ones.
  public var objects = 0
  /// Runs.
  public var runs = 0
  /// Findings that were resolved.
  public var findings = 0

  /// Nothing dropped.
  public init() {}
}

extension LedgerStore {
  /// Drops what was settled on days before the one that `settledBefore` is in; what is open stays for ever,
  /// and so do the figures of each day.
  ///
  /// Goes in small transactions, each of which leaves the ledger whole.
  public func prune(settledBefore: Timestamp) throws(LedgerError) -> PruneSummary {
    var summary = PruneSummary()
    let end = DayKey.day(of: settledBefore)
    var next = Int64.min / DayKey.microseconds
    // Each day is looked at once, by itself: what is not settled is never gone through again for the next one.
    while let day = try read({ [next] session in try session.firstDay(from: next, before: end) }) {
      next = day + 1
      guard try read({ session in try session.hasSettled(day: day) }) else { continue }
      let (operations, transactions) = try write { session in try session.prune(day: day) }
      summary.operations += operations
      summary.transactions += transactions
    }
    let cutoff = end * DayKey.microseconds
    let rest = try write { session in
      try session.execute("update pipeline set pruned_until = ?", [end])
      return try session.pruneHistory(before: cutoff)
    }
    summary.objects += rest.objects
    summary.runs += rest.runs
    summary.findings += rest.findings
    return summary
  }
}

extension LedgerStore {
  /// Prunes as `prune` does, once a day: a day is dropped as a whole, so that a second time there is next to nothing.
  public func pruneDaily(settledBefore: Timestamp) throws(LedgerError) -> PruneSummary {
    let done = try read { session in
      try Int64.fetchOne(session.db.cachedStatement(sql: "select pruned_until from pipeline"))
    }
    guard let done, done >= DayKey.day(of: settledBefore) else {
      return try prune(settledBefore: settledBefore)
    }
    return PruneSummary()
  }
}

extension LedgerSession {
  /// Of a transaction `t`: all of its operations are settled, in a way that no later object undoes.
  static let isSettled = """
    not exists (select 1 from operation u where u.transaction_id = t.id and u.state in (0, 1, 4, 7))
    """

  /// The first day from `start` on, and before `end`, on which a transaction was committed.
  func firstDay(from start: Int64, before end: Int64) throws -> Int64? {
    let statement = try db.cachedStatement(
      sql: "select latest from source_transaction where latest >= ? and latest < ? order by latest limit 1")
    return try Int64.fetchOne(
      statement, arguments: [start * DayKey.microseconds, end * DayKey.microseconds]
    ).map { latest in DayKey.day(of: Timestamp(microseconds: latest)) }
  }

  /// Whether any transaction of a day is settled.
  func hasSettled(day: Int64) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        select 1 from source_transaction t
        where t.latest >= ? and t.latest < ? and t.state = 1 and \(LedgerSession.isSettled) limit 1
        """)
    return try Int.fetchOne(
      statement, arguments: [day * DayKey.microseconds, (day + 1) * DayKey.microseconds]) != nil
  }

  /// Drops a day's settled transactions, and adds what they came to to the figures of the day.
  func prune(day: Int64) throws -> (operations: Int, transactions: Int) {
    for (table, figures) in try figures(ofDay: day, settledOnly: true) {
      let stored = try Row.fetchOne(
        db.cachedStatement(sql: "select * from daily where day = ? and table_id = ?"),
        arguments: [day, table]
      ).map(DayFigures.init)
      let sum = stored.map { $0.adding(figures) } ?? figures
      try execute(
        "insert or replace into daily values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
          day, table, sum.committed, sum.delivered, sum.missing, sum.duplicates, sum.altered, sum.lag?.p50,
          sum.lag?.p95, sum.lag?.max,
        ])
    }
    let bounds = StatementArguments([day * DayKey.microseconds, (day + 1) * DayKey.microseconds])
    let dropped = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          select count(*) as n, max(o.version) as newest
          from source_transaction t join operation o on o.transaction_id = t.id
          where t.latest >= ? and t.latest < ? and t.state = 1 and \(LedgerSession.isSettled)
          """), arguments: bounds)
    if let newest: Int64 = dropped?["newest"] {
      try execute(
        "update pipeline set pruned_before = max(ifnull(pruned_before, ?1), ?1)", [newest + 1])
    }
    try execute(
      """
      delete from source_transaction as t
      where t.latest >= ? and t.latest < ? and t.state = 1 and \(LedgerSession.isSettled)
      """, bounds)
    return (dropped?["n"] ?? 0, changes)
  }

  /// Drops what lies before a time beside the operations: aborted transactions, objects that are gone (but those of the
  /// current load, whose numbers would miss them), observations, runs and resolved findings.
  func pruneHistory(before cutoff: Int64) throws -> PruneSummary {
    var summary = PruneSummary()
    try execute("delete from source_transaction where state = 2 and recorded_at < ?", [cutoff])
    try execute(
      """
      delete from observation
      where run_id < (select id from run where started_at >= ? order by started_at limit 1)
      """, [cutoff])
    try execute(
      """
      delete from object where state in (3, 4) and last_modified < ?
        and not exists (select 1 from delivery d where d.object_id = object.id)
        and not (state = 4 and kind = 0 and generation_id in (
          select max(id) from generation group by bucket_id, table_id))
      """, [cutoff])
    summary.objects = changes
    summary.objects += try forgetObjects(before: cutoff)
    try execute(
      "delete from run where started_at < ? and id < (select max(id) from run)", [cutoff])
    summary.runs = changes
    // What is lost still has its finding.
    try execute(
      """
      delete from finding where state = 'resolved' and resolved_at < ?
        and not exists (select 1 from loss l where l.finding_id = finding.id)
      """, [cutoff])
    summary.findings = changes
    return summary
  }

  /// Drops objects of changes all of whose operations were dropped, and remembers not to read them again.
  private func forgetObjects(before cutoff: Int64) throws -> Int {
    let forgettable = """
      kind = 1 and state = 1 and last_modified < ?1
        and not exists (select 1 from delivery d where d.object_id = object.id)
      """
    let tables = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          select distinct bucket_id, table_id from object indexed by object_by_time where \(forgettable)
          """),
      arguments: [cutoff])
    for row in tables {
      try execute(
        "update inventory set forgotten_before = ?1 where bucket_id = ?2 and table_id = ?3",
        [cutoff, row["bucket_id"] as Int64, row["table_id"] as Int64])
    }
    guard !tables.isEmpty else { return 0 }
    try execute("delete from object indexed by object_by_time where \(forgettable)", [cutoff])
    return changes
  }
}
