import Ledger
import Reporting
import Time
import Workload

/// What `write` prints.
struct WriteReport: Encodable {
  let format = "lakecanary.write"
  let version = 1
  let pipeline: String
  let tables: [Table]

  struct Table: Encodable {
    let table: String
    let ending: String
    let written, notPossible: Counts
    let transactions, retries, reconnects: Int
    let settled: Settled
    let tableCreated: Bool
    let seed: UInt64
    let startedAt, finishedAt: String
  }

  struct Counts: Encodable {
    let inserts, updates, deletes: Int

    init(_ counts: OperationCounts) {
      (inserts, updates, deletes) = (counts.inserts, counts.updates, counts.deletes)
    }
  }

  struct Settled: Encodable {
    let committed, aborted, stillInProgress: Int
  }

  init(pipeline: String, _ written: [TableWriteSummary]) {
    self.pipeline = pipeline
    tables = written.map { table in
      let summary = table.summary
      return Table(
        table: table.table.description, ending: summary.ending.rawValue, written: Counts(summary.written),
        notPossible: Counts(summary.notPossible), transactions: summary.transactions,
        retries: summary.retries, reconnects: summary.reconnects,
        settled: Settled(
          committed: summary.settlement.committed, aborted: summary.settlement.aborted,
          stillInProgress: summary.settlement.stillInProgress),
        tableCreated: summary.tableCreated, seed: summary.seed, startedAt: summary.startedAt.description,
        finishedAt: summary.finishedAt.description)
    }
  }

  var text: String {
    tables.map { table in
      var parts = [
        "\(SafeText.shown(table.table)): \(Self.text(table.written)) in "
          + FigureText.counted(Int64(table.transactions), "transaction")
      ]
      if table.tableCreated { parts.append("table made") }
      let impossible = table.notPossible.updates + table.notPossible.deletes
      if impossible > 0 {
        parts.append("\(Self.text(table.notPossible)) left out, as no row of ours was there")
      }
      let settled = table.settled
      if settled.committed + settled.aborted + settled.stillInProgress > 0 {
        parts.append(
          "of earlier transactions \(settled.committed) found committed, \(settled.aborted) aborted, "
            + "\(settled.stillInProgress) still in progress")
      }
      parts.append("seed \(table.seed)")
      return parts.joined(separator: "; ") + "\n"
    }.joined()
  }

  private static func text(_ counts: Counts) -> String {
    let parts = [(counts.inserts, "insert"), (counts.updates, "update"), (counts.deletes, "delete")]
      .filter { $0.0 > 0 }.map { FigureText.counted(Int64($0.0), $0.1) }
    return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
  }
}
