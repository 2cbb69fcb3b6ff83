import GRDB
import Reconciliation
import Synchronization
import TestSupport
import Testing
import Time

@testable import Ledger

/// Every statement that a run, a report and a pruning really make searches by an index: none walks through a
/// table that grows.
@Suite struct QueryPlanTests {
  /// Tables that stay small, and indexes that hold no more than what is open.
  private static let small = [
    "CONSTANT ROW", "pipeline", "source_table", "bucket", "inventory", "generation", "daily", " s ",
    "subquery",
    "finding", " f ", "SCAN f", "SCAN s", "table_total", "operation_count", "json_each", "sqlite_schema",
    "source_transaction_unsettled", "operation_unsettled", "object_unread", "object_absent",
  ]

  /// A history with something of everything, reconciled, judged and pruned.
  private func play(_ simulation: inout Simulation) async throws {
    try simulation.commit(inserts: 12)
    simulation.clock.advance(by: .seconds(10))
    simulation.load(rowsPerObject: 4)
    simulation.clock.advance(by: .seconds(10))
    for _ in 0..<5 {
      try simulation.commit(inserts: 3, updates: 3, deletes: 1)
      simulation.flush()
    }
    try simulation.commit(inserts: 2)
    var rows = simulation.takeRows()
    rows.removeFirst()
    simulation.write(rows + [rows[0]])
    try simulation.commit(inserts: 1)
    simulation.flush()
    try await simulation.reconcile(verifying: false)
    simulation.bucket.remove(simulation.bucket.keys[1])
    try await simulation.reconcile(verifying: false)
    simulation.clock.advance(by: .seconds(40 * 86_400))
    try simulation.commit(inserts: 2)
    try await simulation.reconcile(verifying: false)
    _ = try simulation.ledger.prune(settledBefore: simulation.clock.now() - .seconds(20 * 86_400))
    _ = try simulation.ledger.findings()
    _ = try simulation.ledger.runs(limit: 10)
  }

  @Test func noStatementScansATableThatGrows() async throws {
    var simulation = try Simulation(seed: 5)
    let seen = Mutex<Set<String>>([])
    let collect: @Sendable (Database.TraceEvent) -> Void = { event in
      if case .statement(let statement) = event { seen.withLock { _ = $0.insert(statement.sql) } }
    }
    let ledger = simulation.ledger
    try ledger.write { session in session.db.trace(options: .statement, collect) }
    try ledger.read { session in session.db.trace(options: .statement, collect) }
    try await play(&simulation)
    let statements = seen.withLock { $0 }.filter { text in
      ["select", "update", "delete", "insert"].contains { text.lowercased().hasPrefix($0) }
    }
    #expect(statements.count > 50, "the trace saw what was done")
    #expect(statements.contains { $0.contains("from delivery d join object o") })
    var plans: [String] = []
    try ledger.write { session in
      session.db.trace(options: .statement, nil)
      for text in statements.sorted() {
        let numbered = (1...9).filter { text.contains("?\($0)") }.max()
        let count = numbered ?? text.count { $0 == "?" }
        let none: [(any DatabaseValueConvertible)?] = Array(repeating: nil, count: count)
        let plan = try Row.fetchAll(
          session.db, sql: "explain query plan " + text, arguments: StatementArguments(none))
        for step in plan {
          let detail: String = step["detail"]
          guard detail.hasPrefix("SCAN"), !Self.small.contains(where: detail.contains) else { continue }
          // Ends with the first object that is there.
          guard !text.hasSuffix("order by last_modified limit 1") else { continue }
          plans.append("\(detail): \(text)")
        }
      }
    }
    #expect(plans.isEmpty, "\(plans.joined(separator: "\n"))")
  }
}
