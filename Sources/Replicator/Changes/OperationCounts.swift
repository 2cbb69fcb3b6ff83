import DMS
import Time

/// Rows by what they do.
struct OperationCounts {
  var inserts = 0
  var updates = 0
  var deletes = 0

  var total: Int { inserts + updates + deletes }

  mutating func count(_ operation: ChangeOperation) {
    switch operation {
    case .insert: inserts += 1
    case .update: updates += 1
    case .delete: deletes += 1
    }
  }
}

extension TableStatistics {
  mutating func count(_ operation: ChangeOperation, at time: Timestamp) {
    switch operation {
    case .insert: inserts += 1
    case .update: updates += 1
    case .delete: deletes += 1
    }
    lastUpdateTime = time
  }

  mutating func apply(_ counts: OperationCounts) {
    appliedInserts += counts.inserts
    appliedUpdates += counts.updates
    appliedDeletes += counts.deletes
  }
}
