import Foundation
import Ledger
import Postgres
import TestSupport
import Time

@testable import Workload

/// A database, a ledger and a clock for one test.
struct Scene {
  let conninfo: String
  let ledgerPath: String
  let pipeline: String
  let clock: any WallClock
  let table: TableName
  private let leftovers: Leftovers?

  init(
    pipeline: String = "test", clock: any WallClock = SystemWallClock(),
    table: TableName = TableName(schema: "public", name: "customers")
  ) async throws {
    conninfo = try await PostgresFixture.shared.makeDatabase()
    ledgerPath = FileManager.default.temporaryDirectory.path + "/lakecanary-workload-\(UUID()).sqlite"
    self.pipeline = pipeline
    self.clock = clock
    self.table = table
    leftovers = Leftovers(ledgerPath: ledgerPath)
  }

  /// A scene that another process has set.
  init(conninfo: String, ledgerPath: String) {
    self.conninfo = conninfo
    self.ledgerPath = ledgerPath
    pipeline = "test"
    clock = SystemWallClock()
    table = TableName(schema: "public", name: "customers")
    leftovers = nil
  }

  /// The same database with the ledger of another pipeline.
  private init(_ other: Scene, pipeline: String) {
    conninfo = other.conninfo
    ledgerPath = other.ledgerPath + "-\(pipeline)"
    self.pipeline = pipeline
    clock = other.clock
    table = other.table
    leftovers = Leftovers(ledgerPath: ledgerPath)
  }

  func neighbour(_ pipeline: String) -> Scene { Scene(self, pipeline: pipeline) }

  func connect() throws -> Connection { try Connection(conninfo) }

  /// Runs `body` with the ledger open, and closes it after it.
  func withLedger<Value>(_ body: (LedgerStore) async throws -> Value) async throws -> Value {
    let ledger = try LedgerStore.open(path: ledgerPath, pipeline: pipeline, clock: clock)
    let value: Value
    do { value = try await body(ledger) } catch {
      try? ledger.close()
      throw error
    }
    try ledger.close()
    return value
  }

  /// Writes a plan with a ledger and a writer of its own, as a run of the command does.
  @discardableResult
  func write(
    _ plan: WritePlan, shared: Bool = false, create: Bool = true, limits: WriterLimits = WriterLimits(),
    onStep: @escaping @Sendable (WriteStep) throws -> Void = { _ in },
    progress: @escaping @Sendable (WriteProgress) -> Void = { _ in }
  ) async throws -> WriteSummary {
    try await withLedger { ledger in
      let writer = Writer(
        conninfo: conninfo, ledger: ledger,
        table: WrittenTable(name: table, isShared: shared, createIfAbsent: create), limits: limits,
        clock: clock, onStep: onStep)
      let result = await Result { try await writer.write(plan, progress: progress) }
      await writer.close()
      return try result.get()
    }
  }

  /// What the ledger holds as committed, replayed: each row's version and digest, by its sequence number.
  func ledgerRows() async throws -> [Int64: IntendedOperation] {
    try await withLedger { ledger in
      var rows: [Int64: IntendedOperation] = [:]
      for operation in try ledger.committedOperations() {
        switch operation.kind {
        case .insert, .update: rows[operation.sequence] = operation
        case .delete: rows[operation.sequence] = nil
        }
      }
      return rows
    }
  }

  /// What the table holds of ours, read as text, with digests made of that.
  func tableRows() async throws -> [Int64: (version: Timestamp, digest: RowDigest)] {
    let connection = try connect()
    let tag = try await withLedger { $0.pipelineTag }
    var rows: [Int64: (version: Timestamp, digest: RowDigest)] = [:]
    let found = try connection.query(
      """
      select created_at, updated_at, customer_id, name, region, country, lat, lng, email, phone
      from \(qualified: table.schema, table.name)
      """)
    for row in found {
      let key = try row.decode(2, as: String.self)
      guard let identity = RowIdentity(key), identity.tag == tag else { continue }
      let version = try row.decode(1, as: Timestamp.self)
      let digest = RowDigest(of: [
        .timestamp(try row.decode(0, as: Timestamp.self)), .timestamp(version), .text(key),
        .text(try row.decode(3, as: String.self)), .text(try row.decode(4, as: String.self)),
        .text(try row.decode(5, as: String.self)), .double(try row.decode(6, as: Double.self)),
        .double(try row.decode(7, as: Double.self)), .text(try row.decode(8, as: String.self)),
        .text(try row.decode(9, as: String.self)),
      ])
      rows[identity.sequence] = (version, digest)
    }
    return rows
  }

  /// Where ledger and table differ; empty where they tell the same.
  func differences() async throws -> [String] {
    let expected = try await ledgerRows()
    let found = try await tableRows()
    var differences: [String] = []
    for (sequence, operation) in expected {
      guard let row = found[sequence] else {
        differences.append("row \(sequence) is in the ledger alone")
        continue
      }
      if row.version != operation.version { differences.append("row \(sequence) has another version") }
      if row.digest != operation.digest { differences.append("row \(sequence) has another digest") }
    }
    for sequence in found.keys where expected[sequence] == nil {
      differences.append("row \(sequence) is in the table alone")
    }
    return differences
  }
}

/// Removes a ledger's files with the scene that made them.
private final class Leftovers: Sendable {
  private let ledgerPath: String

  init(ledgerPath: String) {
    self.ledgerPath = ledgerPath
  }

  deinit {
    for suffix in ["", "-wal", "-shm", ".lock", "-xids"] {
      try? FileManager.default.removeItem(atPath: ledgerPath + suffix)
    }
  }
}

extension Result where Failure == any Error {
  init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
