import Foundation
import GRDB
import Ledger
import Time

/// What the ledger's own tables say, read beside the judge.
struct LedgerRecord {
  struct Operation {
    let name: String
    let state: Int
    let table: String
    let committedBy: Timestamp?

    var key: String { String(name.dropFirst(2)) }
    // By the numbers that the ledger's file has.
    var isOpen: Bool { state <= 1 }
    var isCovered: Bool { state == 3 }
    var isExcluded: Bool { state == 5 }
  }

  /// All operations that were not rolled back.
  private(set) var operations: [Operation] = []
  /// By key of an object, how many objects of that name were listed.
  private(set) var lives: [String: Int] = [:]
  /// By `I KEY`, how many operations of that name findings call lost.
  private(set) var losses: [String: Int] = [:]
  /// By key of an object, the operations that it delivered, and those of them whose lag counts.
  private(set) var deliveries: [String: Set<String>] = [:], timed: [String: Set<String>] = [:]
  /// The keys of objects that a listing missed.
  private(set) var vanished: Set<String> = []

  init(path: String, tag: PipelineTag) throws {
    let database = try DatabaseQueue(path: path)
    defer { try? database.close() }
    func name(_ row: Row) -> String {
      let kind = ["I", "U", "D"][row["kind"] as Int]
      return "\(kind) \(RowIdentity(tag: tag, sequence: row["sequence"]))"
    }
    try database.read { db in
      for row in try Row.fetchAll(db, sql: "select key, count(*) as n from object group by key") {
        lives[row["key"]] = row["n"]
      }
      operations = try Row.fetchAll(
        db,
        sql: """
          select o.kind, o.sequence, o.state, s.table_name, t.latest from operation o
          join source_transaction t on t.id = o.transaction_id join source_table s on s.id = o.table_id
          where t.state <> 2
          """
      ).map { row in
        Operation(
          name: name(row), state: row["state"], table: row["table_name"],
          committedBy: (row["latest"] as Int64?).map(Timestamp.init(microseconds:)))
      }
      let lost = try Row.fetchAll(
        db,
        sql: """
          select o.kind, o.sequence from loss l
          join operation o on o.transaction_id = l.transaction_id and o.ordinal = l.ordinal
          """)
      losses = Dictionary(lost.map { (name($0), 1) }, uniquingKeysWith: +)
      let delivered = try Row.fetchAll(
        db,
        sql: """
          select o.kind, o.sequence, k.key, d.lag from delivery d join object k on k.id = d.object_id
          join operation o on o.transaction_id = d.transaction_id and o.ordinal = d.ordinal
          """)
      for row in delivered {
        deliveries[row["key"], default: []].insert(name(row))
        if row["lag"] as Int64? != nil { timed[row["key"], default: []].insert(name(row)) }
      }
      vanished = Set(try String.fetchAll(db, sql: "select key from object where state = 4"))
    }
    known = Dictionary(grouping: operations, by: \.name)
  }

  private var known: [String: [Operation]] = [:]

  /// Whether an operation is the ledger's, and none of somebody else's row.
  func isOurs(_ name: String) -> Bool { known[name] != nil }

  /// Whether an operation of the name is explained by a full load.
  func isCovered(_ name: String) -> Bool {
    known[name]?.contains { $0.isCovered } ?? false
  }

  /// Whether the row was deleted by us.
  func isDeleted(_ key: String) -> Bool { known["D " + key] != nil }
}
