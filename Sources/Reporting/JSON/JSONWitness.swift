import Ledger
import Time

/// What DMS, or the replicator in its place, said of its task, as JSON.
struct JSONWitness: Encodable {
  let task, askedAt: String
  let teller, status, stopReason, stoppedAt, freshStart: String?
  let sourceLatencySeconds, targetLatencySeconds, incomingChanges: Double?
  let tables: [Table]
  let problems: [String]

  struct Table: Encodable {
    let table, state: String
    let fullLoadRows, inserts, updates, deletes: Int64
    let reloaded: Bool
    let loadedAt: String?

    init(_ table: TaskWitness.Table) {
      (self.table, state) = (table.table.description, table.state)
      (fullLoadRows, inserts) = (table.fullLoadRows, table.inserts)
      (updates, deletes, reloaded) = (table.updates, table.deletes, table.wasReloaded)
      loadedAt = table.loadedAt?.description
    }
  }

  init(_ witness: TaskWitness) {
    (task, askedAt) = (witness.task, witness.askedAt.description)
    teller = witness.teller?.rawValue
    (status, stopReason) = (witness.status, witness.stopReason)
    (stoppedAt, freshStart) = (witness.stoppedAt?.description, witness.freshStart?.description)
    (sourceLatencySeconds, targetLatencySeconds) = (witness.sourceLatency, witness.targetLatency)
    incomingChanges = witness.incomingChanges
    tables = witness.tables.map(Table.init)
    problems = witness.problems
  }
}
