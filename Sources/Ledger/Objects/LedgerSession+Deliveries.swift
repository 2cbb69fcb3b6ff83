import Foundation
import GRDB
package import Time

extension LedgerSession {
  /// All operations recorded of a row, in the order in which they were executed.
  package func operations(ofSequence sequence: Int64) throws -> [KnownOperation] {
    let statement = try db.cachedStatement(
      sql: LedgerSession.selectOperation + " where o.sequence = ? order by o.transaction_id, o.ordinal")
    return try Row.fetchAll(statement, arguments: [sequence]).map(LedgerSession.operation)
  }

  package func operation(_ id: OperationID) throws -> KnownOperation? {
    let statement = try db.cachedStatement(
      sql: LedgerSession.selectOperation + " where o.transaction_id = ? and o.ordinal = ?")
    return try Row.fetchOne(statement, arguments: [id.transaction, id.ordinal])
      .map(LedgerSession.operation)
  }

  /// Operations of a table that are committed and not settled, after the one given, in order.
  package func unsettledOperations(
    table: Int64, after: OperationID?, limit: Int
  ) throws -> [KnownOperation] {
    let statement = try db.cachedStatement(
      sql: LedgerSession.selectOperation + """
         where o.table_id = ? and o.transaction_id >= ? and (o.transaction_id, o.ordinal) > (?, ?)
          and o.state in (0, 1, 4, 7) and +t.state = 1
        order by o.transaction_id, o.ordinal limit ?
        """)
    return try Row.fetchAll(
      statement,
      arguments: [
        table, after?.transaction ?? 0, after?.transaction ?? 0, after?.ordinal ?? -1, limit,
      ]
    ).map(LedgerSession.operation)
  }

  /// The inserts of a table that were committed in a range of transactions, in order.
  package func inserts(
    table: Int64, after: Int64, through: Int64, limit: Int
  ) throws -> [KnownOperation] {
    let statement = try db.cachedStatement(
      sql: LedgerSession.selectOperation + """
         where o.transaction_id > ? and o.transaction_id <= ? and o.table_id = ? and o.kind = 0 and t.state = 1
        order by o.transaction_id, o.ordinal limit ?
        """)
    return try Row.fetchAll(statement, arguments: [after, through, table, limit]).map(LedgerSession.operation)
  }

  /// The operations of a table whose commit may lie in a span of time, in order.
  package func operations(
    table: Int64, committedFrom start: Timestamp, to end: Timestamp
  ) throws -> [KnownOperation] {
    let statement = try db.cachedStatement(
      sql: LedgerSession.selectOperation + """
         where t.latest >= ? and t.latest <= ? and t.earliest <= ? and t.table_id = ? and t.state = 1
        order by o.transaction_id, o.ordinal
        """)
    // No two readings of the clock around a COMMIT are a day apart.
    return try Row.fetchAll(
      statement,
      arguments: [
        start.microseconds, (end + .seconds(86_400)).microseconds, end.microseconds, table,
      ]
    ).map(LedgerSession.operation)
  }

  package func setState(_ state: OperationState, of id: OperationID) throws {
    let known = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          select o.table_id, o.kind, max(o.state, t.state = 1)
          from operation o join source_transaction t on t.id = o.transaction_id
          where o.transaction_id = ? and o.ordinal = ?
          """),
      arguments: [id.transaction, id.ordinal])
    guard let known else { return }
    let (table, kind, old): (Int64, Int, Int) = (known[0], known[1], known[2])
    guard old != state.rawValue else { return }
    var counts = [0, 0, 0]
    counts[kind] = 1
    try count(counts, table: table, from: old, to: state.rawValue)
    try execute(
      "update operation set state = ? where transaction_id = ? and ordinal = ?",
      [state.rawValue, id.transaction, id.ordinal])
  }

  /// Whether the operation was met in an object of `generation` that is still there: of changes, or a load.
  package func isDelivered(_ id: OperationID, inGeneration generation: Int64, byLoad: Bool) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        select 1 from delivery d join object o on o.id = d.object_id
        where d.transaction_id = ? and d.ordinal = ? and o.generation_id = ? and d.flags & 1 = ?
          and o.state = 1 limit 1
        """)
    return try Int.fetchOne(
      statement, arguments: [id.transaction, id.ordinal, generation, byLoad ? 1 : 0]) != nil
  }

  package func add(_ delivery: DeliveryRecord) throws {
    try execute(
      """
      insert or replace into delivery
        (transaction_id, ordinal, object_id, row, lag, flags, altered, stamp_lag, seen_lag)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        delivery.operation.transaction, delivery.operation.ordinal, delivery.object, delivery.row,
        delivery.lagMicroseconds, delivery.flags.rawValue, Int64(bitPattern: delivery.altered),
        delivery.stampLagMicroseconds, delivery.seenLagMicroseconds,
      ])
  }

  /// How many operations an object delivered.
  package func deliveryCount(ofObject object: Int64) throws -> Int {
    let statement = try db.cachedStatement(sql: "select count(*) from delivery where object_id = ?")
    return try Int.fetchOne(statement, arguments: [object]) ?? 0
  }

  /// Records what an object that was begun holds beside deliveries.
  package func record(
    _ observation: ObservationRecord, of object: Int64, table: Int64, run: RunID, now: Timestamp
  ) throws {
    var schema: Int64?
    if let columns = observation.schema {
      try execute("insert or ignore into object_schema (table_id, columns) values (?, ?)", [table, columns])
      schema = try Int64.fetchOne(
        db.cachedStatement(sql: "select id from object_schema where table_id = ? and columns = ?"),
        arguments: [table, columns])
    }
    try execute(
      "insert or replace into observation values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        object, schema, observation.level, observation.rows, observation.inserts, observation.updates,
        observation.deletes, observation.unmarked, observation.ours, observation.firstCommit?.microseconds,
        observation.lastCommit?.microseconds, observation.bytesRead, now.microseconds, run.rawValue,
      ])
  }

  /// Takes back what an object that is no longer there delivered; its operations that no other object holds
  /// go to `state`.
  ///
  /// - Returns: how many operations went there.
  package func takeBackDeliveries(of operation: OperationID) throws {
    try execute(
      "delete from delivery where transaction_id = ? and ordinal = ?",
      [operation.transaction, operation.ordinal])
    try setState(.reopened, of: operation)
  }

  package func takeBackDeliveries(ofObject object: Int64, to state: OperationState) throws -> Int {
    let statement = try db.cachedStatement(
      sql: "select distinct transaction_id, ordinal from delivery where object_id = ?")
    let operations = try Row.fetchAll(statement, arguments: [object]).map { row in
      OperationID(transaction: row["transaction_id"], ordinal: row["ordinal"])
    }
    guard !operations.isEmpty else { return 0 }
    try execute("delete from delivery where object_id = ?", [object])
    var count = 0
    for id in operations {
      let others = try Row.fetchOne(
        db.cachedStatement(
          sql: """
            select sum(d.flags & 1 = 0) as changes, sum(d.flags & 1 = 1) as loads
            from delivery d where d.transaction_id = ? and d.ordinal = ?
            """), arguments: [id.transaction, id.ordinal])
      let changes: Int = others?["changes"] ?? 0
      let loads: Int = others?["loads"] ?? 0
      if changes > 0 {
        try setState(.delivered, of: id)
      } else if loads > 0 {
        try setState(.covered, of: id)
      } else {
        try setState(state, of: id)
        count += 1
      }
    }
    return count
  }

  /// The first object of changes of a generation that delivered a transaction after `transaction`, and that
  /// transaction: what proves that an operation is lost.
  package func proof(
    after transaction: Int64, table: Int64, generation: Int64
  ) throws -> (object: KnownObject, transaction: Int64, row: Int64)? {
    let statement = try db.cachedStatement(
      sql: """
        select d.transaction_id, d.object_id, d.row from delivery d join object o on o.id = d.object_id
        where d.transaction_id > ? and o.table_id = ? and o.generation_id = ? and d.flags & 1 = 0
        order by d.transaction_id limit 1
        """)
    guard let row = try Row.fetchOne(statement, arguments: [transaction, table, generation]),
      let object = try object(row["object_id"])
    else { return nil }
    return (object, row["transaction_id"], row["row"])
  }

  /// The lags of the operations met first in objects that `run` or a later one read.
  package func lags(table: Int64, observedSince run: RunID) throws -> LagSamples {
    let statement = try db.cachedStatement(
      sql: """
        select d.lag, d.stamp_lag, d.seen_lag from observation b cross join object o on o.id = b.object_id
          cross join delivery d on d.object_id = b.object_id
        where b.run_id >= ? and o.table_id = ? and d.lag is not null
        """)
    var samples = LagSamples()
    let rows = try Row.fetchCursor(statement, arguments: [run.rawValue, table])
    while let row = try rows.next() { samples.append(row) }
    return samples
  }

  /// How many objects of a table `run` or a later one read.
  package func objectsRead(table: Int64, since run: RunID) throws -> Int {
    let statement = try db.cachedStatement(
      sql: """
        select count(*) from observation b cross join object o on o.id = b.object_id
        where b.run_id >= ? and o.table_id = ?
        """)
    return try Int.fetchOne(statement, arguments: [run.rawValue, table]) ?? 0
  }

  package func add(_ totals: TableTotals, to table: Int64) throws {
    try execute(
      """
      update table_total set objects = objects + ?, rows = rows + ?, foreign_rows = foreign_rows + ?,
        duplicates = duplicates + ?, altered = altered + ?, out_of_order = out_of_order + ?,
        unexpected = unexpected + ?
      where table_id = ?
      """,
      [
        totals.objects, totals.rows, totals.foreignRows, totals.duplicates, totals.altered,
        totals.outOfOrder, totals.unexpected, table,
      ])
  }

  package func totals(of table: Int64) throws -> TableTotals {
    var totals = TableTotals()
    let statement = try db.cachedStatement(sql: "select * from table_total where table_id = ?")
    guard let row = try Row.fetchOne(statement, arguments: [table]) else { return totals }
    totals.objects = row["objects"]
    totals.rows = row["rows"]
    totals.foreignRows = row["foreign_rows"]
    totals.duplicates = row["duplicates"]
    totals.altered = row["altered"]
    totals.outOfOrder = row["out_of_order"]
    totals.unexpected = row["unexpected"]
    return totals
  }

  /// How many operations of a table are in each state, by kind.
  package func operationCounts(table: Int64) throws -> [OperationState: [OperationKind: Int]] {
    let statement = try db.cachedStatement(
      sql: "select kind, state, count from operation_count where table_id = ?")
    return try Row.fetchAll(statement, arguments: [table]).reduce(into: [:]) { counts, row in
      guard let state = OperationState(rawValue: row["state"]), let kind = OperationKind(number: row["kind"])
      else { return }
      counts[state, default: [:]][kind] = row["count"]
    }
  }

  /// Whether a row of the table that was inserted before `time` may be there: it was not deleted, nor brought by an object
  /// of `generation`; or operations were pruned, and it is not known.
  package func mayHaveRows(
    table: Int64, insertedBefore time: Timestamp, beside generation: Int64
  ) throws -> Bool {
    if try prunedBefore() != nil { return true }
    let statement = try db.cachedStatement(
      sql: """
        select 1 from operation o join source_transaction t on t.id = o.transaction_id
        where o.table_id = ? and o.kind = 0 and o.state <> 6 and ifnull(t.earliest, t.recorded_at) < ?
          and not exists (
            select 1 from operation d where d.sequence = o.sequence and d.table_id = o.table_id and d.kind = 2
              and d.state not in (0, 6))
          and not exists (
            select 1 from delivery v join object b on b.id = v.object_id
            where v.transaction_id = o.transaction_id and v.ordinal = o.ordinal and b.generation_id = ?)
        limit 1
        """)
    return try Int.fetchOne(statement, arguments: [table, time.microseconds, generation]) != nil
  }

  /// Whether operations with a version before this may have been pruned; nil: none were.
  package func prunedBefore() throws -> Timestamp? {
    LedgerSession.time(
      try Int64.fetchOne(db.cachedStatement(sql: "select pruned_before from pipeline")))
  }

  /// Of an operation `o` and its transaction `t`, what `operation(_:)` reads.
  static let operationColumns =
    "o.*, t.xid, t.earliest, t.latest, t.recorded_at, t.state as transaction_state"

  private static let selectOperation = """
    select \(operationColumns)
    from operation o join source_transaction t on t.id = o.transaction_id
    """

  static func operation(_ row: Row) throws -> KnownOperation {
    guard let kind = OperationKind(number: row["kind"]), var state = OperationState(rawValue: row["state"])
    else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "unknown kind or state"))
    }
    if state == .intended, row["transaction_state"] == 1 { state = .open }
    var commit: CommitTime?
    if let earliest = time(row["earliest"]), let latest = time(row["latest"]) {
      commit = CommitTime(earliest: earliest, latest: latest)
    }
    let xid: Int64 = row["xid"]
    return KnownOperation(
      id: OperationID(transaction: row["transaction_id"], ordinal: row["ordinal"]), table: row["table_id"],
      kind: kind, sequence: row["sequence"], version: Timestamp(microseconds: row["version"]),
      digest: RowDigest(bytes: [UInt8](row["digest"] as Data)), state: state,
      xid: xid == 0 ? nil : UInt64(bitPattern: xid), commit: commit,
      recordedAt: Timestamp(microseconds: row["recorded_at"]))
  }
}
