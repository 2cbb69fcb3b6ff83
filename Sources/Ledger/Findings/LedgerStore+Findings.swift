import GRDB
public import Time

extension LedgerStore {
  /// The findings in these states: what is open first, then the gravest and the newest of a gravity first.
  public func findings(
    states: Set<FindingState> = [.open, .acknowledged], limit: Int = 1_000
  ) throws(LedgerError) -> [Finding] {
    try read { session in try session.findings(states: states, limit: limit) }
  }

  /// The finding of this number, or nil.
  public func finding(_ id: FindingID) throws(LedgerError) -> Finding? {
    try read { session in try session.finding(id) }
  }

  /// Says that a finding is known: it is left out of the verdict until `until`, or for good.
  ///
  /// That holds for what the finding says now. Found to be more, it opens again.
  ///
  /// - Returns: the finding as it is acknowledged.
  /// - Throws: `.unknownFinding`.
  @discardableResult
  public func acknowledge(
    _ id: FindingID, reason: String, until: Timestamp?
  ) throws(LedgerError) -> Finding {
    let now = clock.now()
    return try write { session in
      try session.execute(
        """
        update finding set state = 'acknowledged', acknowledged_reason = ?, acknowledged_at = ?,
          acknowledged_until = ?, resolved_at = null, resolution = null
        where id = ?
        """, [reason, now.microseconds, until?.microseconds, id.rawValue])
      guard let finding = try session.finding(id) else {
        throw LedgerError(.unknownFinding(id.rawValue), path: session.path)
      }
      return finding
    }
  }

  /// Says that a finding is settled; found again, it opens again.
  ///
  /// What is lost is looked for no more, and so would not be found again: evidence alone resolves it.
  ///
  /// - Throws: `.unknownFinding`; `.stillLost`.
  public func resolve(_ id: FindingID, reason: String) throws(LedgerError) {
    let now = clock.now()
    try write { session in
      guard try session.finding(id) != nil else {
        throw LedgerError(.unknownFinding(id.rawValue), path: session.path)
      }
      let lost = try session.lossCount(of: id)
      guard lost == 0 else { throw LedgerError(.stillLost(id, operations: lost), path: session.path) }
      try session.resolve(id, because: reason, now: now)
    }
  }
}

extension LedgerSession {
  package func finding(_ id: FindingID) throws -> Finding? {
    try Row.fetchOne(
      db.cachedStatement(sql: LedgerSession.selectFinding + " where f.id = ?"), arguments: [id.rawValue]
    ).map(LedgerSession.finding)
  }

  package func finding(identity: String) throws -> Finding? {
    try Row.fetchOne(
      db.cachedStatement(sql: LedgerSession.selectFinding + " where f.identity = ?"), arguments: [identity]
    ).map(LedgerSession.finding)
  }

  package func findings(states: Set<FindingState>, limit: Int) throws -> [Finding] {
    guard !states.isEmpty else { return [] }
    let names = states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
    return try Row.fetchAll(
      db,
      sql: LedgerSession.selectFinding + """
         where f.state in (\(names))
        order by f.state <> 'open', case f.severity when 'critical' then 0 when 'warning' then 1 else 2 end,
          f.id desc limit ?
        """, arguments: [limit]
    ).map(LedgerSession.finding)
  }

  /// What all findings that are open weigh, the gravest first: one entry for each kind and severity.
  ///
  /// - Parameters:
  ///   - now: an acknowledgement that ends by then holds no more.
  ///   - start: leave out what is about rows committed before, or was last found before.
  package func openWeights(asOf now: Timestamp, since start: Timestamp? = nil) throws -> [FindingWeight] {
    // The columns beside min(id) are those of the row that has it.
    let statement = try db.cachedStatement(
      sql: """
        select kind, severity, summary, min(id) as id, sum(row_count) as row_count
        from finding indexed by finding_unresolved
        where state in ('open', 'acknowledged') and (state = 'open' or acknowledged_until <= ?1)
          and (?2 is null or ifnull(span_end, last_seen) >= ?2)
        group by kind, severity
        """)
    return try Row.fetchAll(statement, arguments: [now.microseconds, start?.microseconds]).map { row in
      FindingWeight(
        first: FindingID(rawValue: row["id"]), kind: try LedgerSession.named(row["kind"]),
        severity: try LedgerSession.named(row["severity"]), summary: row["summary"],
        rowCount: row["row_count"])
    }.sorted { ($1.severity, $0.first) < ($0.severity, $1.first) }
  }

  /// The findings not resolved that `run` found first.
  package func findings(firstFoundBy run: RunID) throws -> [FindingID] {
    try Int64.fetchAll(
      db.cachedStatement(
        sql: """
          select id from finding where state in ('open', 'acknowledged') and first_run = ? order by id
          """),
      arguments: [run.rawValue]
    ).map(FindingID.init(rawValue:))
  }

  /// The findings that evidence or a person resolved at `time` or later.
  package func findings(resolvedSince time: Timestamp) throws -> [Finding] {
    try Row.fetchAll(
      db.cachedStatement(
        sql: LedgerSession.selectFinding
          + " where f.state = 'resolved' and f.resolved_at >= ? order by f.id"),
      arguments: [time.microseconds]
    ).map(LedgerSession.finding)
  }

  /// The findings not resolved of one kind, oldest first.
  package func unresolvedFindings(_ kind: FindingKind) throws -> [Finding] {
    try Row.fetchAll(
      db.cachedStatement(
        sql: LedgerSession.selectFinding
          + " where f.kind = ? and f.state in ('open', 'acknowledged') order by f.id"),
      arguments: [kind.rawValue]
    ).map(LedgerSession.finding)
  }

  /// Records what was found: a new finding, or more of a known one.
  ///
  /// One that was resolved opens again; one that is acknowledged does so where there is more of it than was
  /// acknowledged.
  ///
  /// - Returns: its number, and whether it is new or open again.
  package func report(_ report: FindingReport, run: RunID, now: Timestamp) throws -> (
    id: FindingID, isNew: Bool
  ) {
    let rows = try JSONText.encode(Array(report.rows.prefix(Finding.namedRows)))
    let values: [(any DatabaseValueConvertible)?] = [
      report.severity.rawValue, report.summary, report.rowCount, rows, report.spanStart?.microseconds,
      report.spanEnd?.microseconds, now.microseconds, run.rawValue,
    ]
    if let known = try finding(identity: report.identity) {
      try execute(
        """
        update finding set severity = ?, summary = ?, row_count = ?, rows = ?, span_start = ?, span_end = ?,
          last_seen = ?, last_run = ?
        where id = ?
        """, StatementArguments(values + [known.id.rawValue]))
      // What comes back begins anew: since when it is, and who knows of it.
      try execute(
        """
        update finding set state = 'open', first_seen = last_seen, first_run = last_run, resolved_at = null,
          resolution = null, acknowledged_reason = null, acknowledged_at = null, acknowledged_until = null
        where id = ? and state = 'resolved'
        """, [known.id.rawValue])
      let exceeds = known.state == .acknowledged && !known.covers(report)
      if exceeds { try execute("update finding set state = 'open' where id = ?", [known.id.rawValue]) }
      return (known.id, known.state == .resolved || exceeds)
    }
    try execute(
      """
      insert into finding (severity, summary, row_count, rows, span_start, span_end, last_seen, last_run,
        first_seen, first_run, state, identity, kind, table_id, object)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?)
      """,
      StatementArguments(
        values + [
          now.microseconds, run.rawValue, report.identity, report.kind.rawValue, report.table, report.object,
        ]))
    return (FindingID(rawValue: db.lastInsertedRowID), true)
  }

  package func resolve(_ id: FindingID, because reason: String, now: Timestamp) throws {
    try execute(
      "update finding set state = 'resolved', resolved_at = ?, resolution = ? where id = ?",
      [now.microseconds, reason, id.rawValue])
  }

  /// Opens the findings again whose acknowledgement has run out.
  package func reopenExpiredFindings(now: Timestamp) throws {
    try execute(
      """
      update finding set state = 'open'
      where state in ('open', 'acknowledged') and state = 'acknowledged' and acknowledged_until <= ?
      """, [now.microseconds])
  }

  private static let selectFinding = """
    select f.*, s.schema_name, s.table_name from finding f left join source_table s on s.id = f.table_id
    """

  private static func finding(_ row: Row) throws -> Finding {
    func time(_ column: String) -> Timestamp? {
      (row[column] as Int64?).map(Timestamp.init(microseconds:))
    }
    let schema: String? = row["schema_name"]
    let table: String? = row["table_name"]
    let reason: String? = row["acknowledged_reason"]
    let firstRun: Int64? = row["first_run"]
    return Finding(
      id: FindingID(rawValue: row["id"]), kind: try named(row["kind"]), severity: try named(row["severity"]),
      state: try named(row["state"]),
      table: schema.flatMap { schema in table.map { TableName(schema: schema, name: $0) } },
      object: row["object"], identity: row["identity"], summary: row["summary"], rowCount: row["row_count"],
      rows: try JSONText.decode([FindingRow].self, from: row["rows"]), spanStart: time("span_start"),
      spanEnd: time("span_end"), firstSeen: Timestamp(microseconds: row["first_seen"]),
      lastSeen: Timestamp(microseconds: row["last_seen"]), firstRun: firstRun.map(RunID.init(rawValue:)),
      acknowledgement: reason.map { reason in
        Finding.Acknowledgement(
          reason: reason, at: time("acknowledged_at") ?? Timestamp(microseconds: row["last_seen"]),
          until: time("acknowledged_until"))
      },
      resolvedAt: time("resolved_at"), resolution: row["resolution"])
  }

  static func named<Value: RawRepresentable<String>>(_ text: String) throws -> Value {
    guard let value = Value(rawValue: text) else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "unknown \(Value.self)"))
    }
    return value
  }
}
