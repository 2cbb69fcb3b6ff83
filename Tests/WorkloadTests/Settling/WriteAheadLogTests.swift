import Ledger
import Postgres
import Synchronization
import TestSupport
import Testing
import Time

@testable import Workload

/// PostgreSQL's own log, read by its own plugin, as the judge of the ledger.
@Suite struct WriteAheadLogTests {
  private struct Stop: Error {}

  /// An operation as both can tell it: of a deleted row the log holds the key alone.
  private struct Told: Hashable {
    let kind: OperationKind
    let sequence: Int64
    let version: Timestamp?
  }

  @Test func theLedgerHoldsTheOperationsOfTheLogInTheOrderOfCommits() async throws {
    let scene = try await Scene()
    let connection = try scene.connect()
    // Made before the slot, so that the log begins with rows.
    try await scene.write(WritePlan(inserts: 0, updates: 0, deletes: 0))
    try await PostgresFixture.shared.makeSlot(
      slot(connection), plugin: "test_decoding", in: scene.conninfo)
    defer { _ = try? connection.query("select pg_drop_replication_slot(\(bind: slot(connection)))") }
    var runs = 0
    for step in WriteStep.allCases {
      for number in [1, 2, 5] {
        let count = Mutex(0)
        _ = await Result {
          try await scene.write(
            WritePlan(
              inserts: 20, updates: 20, deletes: 8, batchSize: runs.isMultiple(of: 2) ? 5 : 48, rate: nil),
            onStep: { reached in
              let isNow = count.withLock { count in
                if reached == step { count += 1 }
                return reached == step && count == number
              }
              if isNow { throw Stop() }
            })
        }
        runs += 1
      }
    }
    try await scene.write(WritePlan(inserts: 5, updates: 5, deletes: 5, batchSize: 3, rate: nil))
    let told = try await ledgerTransactions(scene)
    let logged = try logTransactions(connection)
    #expect(told.count > 20)
    #expect(told == logged)
  }

  private func slot(_ connection: Connection) -> String { "judge_\(connection.database)" }

  private func ledgerTransactions(_ scene: Scene) async throws -> [Set<Told>] {
    try await scene.withLedger { ledger in
      try ledger.committedTransactions().map { transaction in
        Set(
          try ledger.operations(of: transaction).map { operation in
            Told(
              kind: operation.kind, sequence: operation.sequence,
              version: operation.kind == .delete ? nil : operation.version)
          })
      }
    }
  }

  private func logTransactions(_ connection: Connection) throws -> [Set<Told>] {
    let lines = try connection.query(
      """
      select data from pg_logical_slot_get_changes(\(bind: slot(connection)), null, null, 'include-xids', '0')
      """
    ).map { try $0.decode(0, as: String.self) }
    var transactions: [Set<Told>] = []
    for line in lines {
      if line == "BEGIN" {
        transactions.append([])
      } else if line.hasPrefix("table public.customers: ") {
        transactions[transactions.count - 1].insert(try told(line))
      }
    }
    return transactions.filter { !$0.isEmpty }
  }

  private func told(_ line: String) throws -> Told {
    let word = try #require(line.split(separator: " ").dropFirst(2).first)
    let kinds: [Substring: OperationKind] = ["INSERT:": .insert, "UPDATE:": .update, "DELETE:": .delete]
    let kind = try #require(kinds[word])
    let key = try #require(line.firstMatch(of: /customer_id\[uuid\]:'([0-9a-f-]{36})'/))
    let identity = try #require(RowIdentity(key.1))
    let version = try line.firstMatch(of: /updated_at\[timestamp without time zone\]:'([^']*)'/).map {
      match in
      try #require(Timestamp(match.1))
    }
    return Told(kind: kind, sequence: identity.sequence, version: version)
  }
}
