import Ledger
import Postgres
import Time

/// A connection to the source with all that a writer asks of it prepared.
final class SourceSession {
  let connection: Connection
  let table: TableName
  let keys: KeyRange
  private let tag: PipelineTag
  private var statements: Statements?

  /// What is prepared once the table is known to be there.
  struct Statements {
    let probe: PreparedStatement
    let sweep: PreparedStatement
    let insert: PreparedStatement
    let update: PreparedStatement
    let updateMany: PreparedStatement
    let delete: PreparedStatement
    let deleteMany: PreparedStatement
    // Of transactions that follow one another without a round trip between them.
    let begin: PreparedStatement
    let commit: PreparedStatement
    let commitAndBegin: PreparedStatement
    let marks: PreparedStatement
    let commitTime: PreparedStatement
    let insertMarked: PreparedStatement
    let updateMarked: PreparedStatement
    let deleteMarked: PreparedStatement
  }

  /// What a transaction's last statement tells: its number, a place in the log, the time.
  static let marks: SQL = "pg_current_xact_id(), pg_current_wal_insert_lsn(), clock_timestamp()"

  init(conninfo: String, table: TableName, tag: PipelineTag, limits: WriterLimits) throws(PostgresError) {
    func milliseconds(_ duration: Duration) -> String { String(max(1, duration.microseconds / 1_000)) }
    let settings: [(String, String)] = [
      ("client_encoding", "UTF8"), ("datestyle", "ISO"), ("timezone", "UTC"), ("search_path", "pg_catalog"),
      ("statement_timeout", milliseconds(limits.statementTimeout)),
      ("lock_timeout", milliseconds(limits.lockTimeout)),
      // Should this machine vanish, the server lets go of what it holds.
      ("idle_in_transaction_session_timeout", milliseconds(limits.statementTimeout)),
    ]
    connection = try Connection(
      conninfo,
      options: ConnectionOptions(
        applicationName: "lakecanary", answerTimeout: limits.statementTimeout + .seconds(15),
        settings: settings.map { ConnectionOptions.Setting(name: $0.0, value: $0.1) }))
    self.table = table
    self.tag = tag
    keys = KeyRange(tag: tag)
    // What the server has acknowledged must outlive its crash, or the ledger would hold more than the source.
    try connection.query(
      """
      select set_config('synchronous_commit', 'on', false)
      where current_setting('synchronous_commit') in ('off', 'local')
      """)
  }

  func close() {
    connection.close()
  }

  /// Becomes the one session that writes for the pipeline, once those before it have ended.
  ///
  /// A writer that was killed leaves a session that may still be at work; only when it is gone is the end of
  /// its transactions known.
  ///
  /// - Throws: `PostgresError` with `server(55P03)` where another one stays.
  func becomeOnlyWriter() throws(PostgresError) {
    try connection.query("select pg_advisory_lock(\(bind: lockKey))")
  }

  /// The process id of the session that writes for the pipeline.
  func otherWriter() throws(PostgresError) -> Int? {
    // The server shows a key of 64 bits as two halves (PostgreSQL documentation, "pg_locks").
    let holders = try connection.query(
      """
      select pid from pg_locks
      where locktype = 'advisory' and granted and objsubid = 1
        and classid::int8 = \(bind: lockKey >> 32) and objid::int8 = \(bind: lockKey & 0xFFFF_FFFF)
        and database = (select oid from pg_database where datname = current_database())
      """)
    return try holders.first?.decode(0, as: Int.self)
  }

  /// "lc", then the tag.
  private var lockKey: Int64 { 0x6C63 << 48 | Int64(tag.value) }

  /// PostgreSQL's clock against `clock`: the best of three readings.
  func measureOffset(to clock: any WallClock) throws(PostgresError) -> ClockOffset {
    var best: ClockOffset?
    for _ in 0..<3 {
      let before = clock.now()
      let theirs = try connection.query("select clock_timestamp()").single(as: Timestamp.self)
      let after = clock.now()
      let half = (after - before) / 2
      let reading = ClockOffset(offset: theirs - (before + half), uncertainty: half + .microseconds(1))
      if reading.uncertainty < best?.uncertainty ?? .seconds(1_000_000_000) { best = reading }
    }
    return best ?? ClockOffset(offset: .zero, uncertainty: .zero)
  }

  // MARK: Rows

  /// Whatever is prepared; prepared now where it is not.
  func prepared() throws(PostgresError) -> Statements {
    if let statements { return statements }
    let name: SQL = "\(qualified: table.schema, table.name)"
    let row: SQL = "customer_id, created_at, updated_at, name, email"
    let insert: SQL = """
      insert into \(name) (created_at, updated_at, customer_id, name, region, country, lat, lng, email, phone)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      """
    let update: SQL = """
      update \(name) set updated_at = $3, region = $4, country = $5, lat = $6, lng = $7, phone = $8
      where customer_id = $1 and updated_at = $2
      """
    let delete: SQL = "delete from \(name) where customer_id = $1 and updated_at = $2"
    let made = Statements(
      probe: try connection.prepare(
        """
        select found.* from unnest($1::uuid[]) as probe (key) cross join lateral (
          select \(row) from \(name) where customer_id >= probe.key and customer_id <= $2
          order by customer_id limit 1) as found
        """),
      sweep: try connection.prepare(
        """
        select \(row) from \(name) where customer_id > $1 and customer_id <= $2
        order by customer_id limit $3
        """),
      insert: try connection.prepare(insert), update: try connection.prepare(update),
      updateMany: try connection.prepare(
        """
        update \(name) as row set updated_at = change.version, region = change.region,
          country = change.country, lat = change.lat, lng = change.lng, phone = change.phone
        from unnest($1::uuid[], $2::timestamp[], $3::timestamp[], $4::varchar[], $5::varchar[], $6::float8[],
          $7::float8[], $8::varchar[]) as change (key, previous, version, region, country, lat, lng, phone)
        where row.customer_id = change.key and row.updated_at = change.previous
        """),
      delete: try connection.prepare(delete),
      deleteMany: try connection.prepare(
        """
        delete from \(name) as row using unnest($1::uuid[], $2::timestamp[]) as gone (key, version)
        where row.customer_id = gone.key and row.updated_at = gone.version
        """),
      begin: try connection.prepare("begin isolation level read committed read write"),
      commit: try connection.prepare("commit"),
      commitAndBegin: try connection.prepare("commit and chain"),
      marks: try connection.prepare("select \(SourceSession.marks)"),
      commitTime: try connection.prepare("select pg_xact_commit_timestamp(($1::xid8)::xid)"),
      insertMarked: try connection.prepare("\(insert) returning \(SourceSession.marks)"),
      updateMarked: try connection.prepare("\(update) returning \(SourceSession.marks)"),
      deleteMarked: try connection.prepare("\(delete) returning \(SourceSession.marks)"))
    statements = made
    return made
  }

  /// The row at or after each key, of ours, in no order; a row may come more than once.
  func probe(_ probes: [[UInt8]]) throws(PostgresError) -> [LiveRow] {
    var array = ArrayText()
    for key in probes { array.append(UUIDText.of(key)) }
    return try live(connection.query(try prepared().probe, [.text(array.text), .uuid(keys.upper)]))
  }

  /// The rows after `lower` up to `upper`, at most `limit`: those of ours, how many there were in all, and the
  /// key of the last.
  func sweep(
    from lower: [UInt8], to upper: [UInt8], limit: Int
  ) throws(PostgresError) -> (rows: [LiveRow], count: Int, lastKey: [UInt8]?) {
    let found = try connection.query(
      try prepared().sweep, [.uuid(lower), .uuid(upper), .int64(Int64(limit))])
    return (try live(found), found.count, try found.last?.decode(0, as: [UInt8].self))
  }

  private func live(_ result: QueryResult) throws(PostgresError) -> [LiveRow] {
    var rows: [LiveRow] = []
    for row in result {
      if let live = try LiveRow(row, tag: tag) { rows.append(live) }
    }
    return rows
  }

  /// Whether the table has a row of ours with a sequence number of `sequence` or more.
  ///
  /// Keys of others may look like ours but for the checksum, so they are looked at some at a time.
  func hasRows(fromSequence sequence: Int64) throws(PostgresError) -> Bool {
    var next = RowIdentity(tag: tag, sequence: sequence).description
    var comparison: SQL = ">="
    while true {
      let found = try connection.query(
        """
        select customer_id from \(qualified: table.schema, table.name)
        where customer_id \(comparison) \(bind: next)::uuid
          and customer_id <= \(bind: UUIDText.of(keys.upper))::uuid
        order by customer_id limit 1000
        """)
      var last: [UInt8]?
      for row in found {
        let key = try row.decode(0, as: [UInt8].self)
        if let identity = RowIdentity(bytes: key), identity.tag == tag { return true }
        last = key
      }
      guard let last, found.count == 1_000 else { return false }
      next = UUIDText.of(last)
      comparison = ">"
    }
  }

  /// The versions of rows of ours by their sequence numbers; those that are not there are left out.
  func versions(ofSequences sequences: [Int64], in table: TableName) throws(PostgresError)
    -> [Int64: Timestamp]
  {
    var array = ArrayText()
    for sequence in sequences { array.append(RowIdentity(tag: tag, sequence: sequence).description) }
    let found = try connection.query(
      """
      select customer_id, updated_at from \(qualified: table.schema, table.name)
      where customer_id = any (\(bind: array.text)::uuid[])
      """)
    var versions: [Int64: Timestamp] = [:]
    for row in found {
      let key = try row.decode(0, as: [UInt8].self)
      if let identity = RowIdentity(bytes: key) {
        versions[identity.sequence] = try row.decode(1, as: Timestamp?.self) ?? Timestamp(microseconds: .min)
      }
    }
    return versions
  }
}

/// The text of a uuid's 16 bytes, hyphens left out, as PostgreSQL takes it too.
enum UUIDText {
  static func of(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
