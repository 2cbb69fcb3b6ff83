import DMS
import Foundation
import GRDB
import Ledger
import ObjectStorage
import Reconciliation
import TestSupport
import Time

/// A ledger that knows many objects and operations already, made by statements of its own.
struct ScaledLedger {
  let path: String
  let objects: Int
  let operations: Int

  static let table = TableName(schema: "public", name: "customers")
  static let start = Timestamp(seconds: 1_500_000_000)
  static let step = Duration.seconds(60)
  static let settings = "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true"
  private static let perTransaction = 10

  /// Makes the file: all operations were delivered by the objects, evenly.
  func make() throws {
    let clock = ManualClock(ScaledLedger.start)
    let store = try LedgerStore.open(path: path, pipeline: "scale", clock: clock)
    try store.declareTable(TableDeclaration(name: ScaledLedger.table, isShared: true))
    _ = try store.reserveSequences(operations)
    try store.close()
    let database = try DatabaseQueue(path: path)
    try database.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
      try db.inTransaction {
        try fill(db)
        return .commit
      }
      try db.execute(sql: "PRAGMA wal_checkpoint(truncate)")
    }
    try database.close()
  }

  private func fill(_ db: Database) throws {
    let (start, step) = (ScaledLedger.start.microseconds, ScaledLedger.step.microseconds)
    let transactions = operations / ScaledLedger.perTransaction
    let span = step * Int64(objects) / Int64(max(1, transactions))
    try db.execute(sql: "insert into bucket (id, location) values (1, 's3://made')")
    try db.execute(
      sql: """
        insert into generation (id, bucket_id, table_id, number, started_at, first_cdc_transaction,
          last_cdc_transaction, first_cdc_commit, last_cdc_commit, last_place)
        values (1, 1, 1, 1, ?, 1, ?, ?, ?, ?)
        """,
      arguments: [
        start, transactions, start, start + step * Int64(objects - 1), start + step * Int64(objects - 1),
      ])
    try db.execute(
      sql: "insert into inventory values (1, 1, 1, ?, ?, ?, null, null, null, null)",
      arguments: [
        start + step * Int64(objects), start + step * Int64(objects - 1),
        "customer_id byteArray",
      ])
    try db.execute(
      sql: """
        with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)
        insert into source_transaction
        select i, 1, 700 + i, 1, null, ?2 + i * ?3, ?2 + i * ?3, ?2 + i * ?3 from n
        """, arguments: [transactions, start, span])
    try db.execute(
      sql: """
        with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ?1)
        insert into operation
        select 1 + i / 10, i % 10, 1, 0, i, ?2 + i * 7, zeroblob(40), 2 from n
        """, arguments: [operations, start])
    try db.execute(
      sql: "insert into operation_count values (1, 0, 2, ?)", arguments: [operations])
    try db.execute(
      sql: "insert into object_schema (id, table_id, columns) values (1, 1, 'customer_id byteArray')")
    let bucket = MadeBucket(
      table: ScaledLedger.table, settings: try EndpointSettings(parsing: ScaledLedger.settings),
      start: ScaledLedger.start, step: ScaledLedger.step, count: objects)
    let object = try db.cachedStatement(
      sql: "insert into object values (?, 1, 1, 1, ?, ?, 1000, ?, 1, ?, 1, 1, ?)")
    let observation = try db.cachedStatement(
      sql: "insert into observation values (?, 1, 2, 10, 10, 0, 0, 0, 10, ?, ?, 1000, ?, 0)")
    for number in 0..<objects {
      let closed = bucket.closed(number).microseconds
      try object.execute(arguments: [number + 1, bucket.key(number), "\(number)", closed, closed, closed])
      try observation.execute(arguments: [number + 1, closed - step, closed, closed])
    }
    try db.execute(
      sql: """
        with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ?1)
        insert into delivery
        select 1 + i / 10, i % 10, 1 + i * ?2 / ?1, i, 1000000, 0, 0, 0, 0 from n
        """, arguments: [operations, objects])
  }
}

/// One run: objects and operations that are new are reconciled.
struct ScaledRun {
  let ledger: LedgerStore
  let bucket: MadeBucket
  let clock: ManualClock
  let configuration: ReconcilerConfiguration

  init(_ path: String, known: Int) throws {
    clock = ManualClock(ScaledLedger.start + ScaledLedger.step * known)
    ledger = try LedgerStore.open(path: path, pipeline: "scale", clock: clock)
    try ledger.declareTable(TableDeclaration(name: ScaledLedger.table, isShared: true))
    let settings = try EndpointSettings(parsing: ScaledLedger.settings)
    bucket = MadeBucket(
      table: ScaledLedger.table, settings: settings, start: ScaledLedger.start, step: ScaledLedger.step,
      count: known)
    var configuration = ReconcilerConfiguration(bucket: "s3://made", settings: settings)
    configuration.fullListingEvery = .seconds(10_000_000_000)
    self.configuration = configuration
  }

  /// Commits operations, has them delivered by the last of so many new objects, and reconciles.
  func run(newObjects: Int, newOperations: Int) async throws -> ReconciliationResult {
    let known = bucket.count
    var rows: [Int: [ObservedRow]] = [:]
    for start in stride(from: 0, to: newOperations, by: 10) {
      let place = known + newObjects - 1 - (newOperations - start) / 10
      let commit = bucket.closed(place) - .seconds(1)
      clock.set(commit)
      let operations = try ledger.reserveSequences(min(10, newOperations - start)).map { sequence in
        IntendedOperation(
          kind: .insert, sequence: sequence, version: commit + .microseconds(sequence % 1_000),
          digest: RowDigest(bytes: Array(repeating: 0, count: 40)))
      }
      let id = try ledger.recordIntent(
        xid: UInt64(bucket.count + start), table: ScaledLedger.table, operations: operations)
      try ledger.markCommitted(id, lsn: nil, commitTime: CommitTime(exactly: commit))
      rows[place] = operations.enumerated().map { index, operation in
        ObservedRow(
          place: Int64(index), op: .operation(.insert), sequence: operation.sequence,
          version: operation.version,
          commit: commit, digest: nil)
      }
    }
    bucket.grow(by: newObjects, rows: rows)
    clock.set(bucket.closed(bucket.count))
    let run = try ledger.beginRun(command: "reconcile", settings: "")
    let result = try await Reconciler(
      store: bucket, ledger: ledger, configuration: configuration, clock: clock, source: bucket
    ).run(run)
    try ledger.finishRun(run, outcome: result.outcome)
    return result
  }
}
