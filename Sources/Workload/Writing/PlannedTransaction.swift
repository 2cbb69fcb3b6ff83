import Ledger

/// A small transaction that is decided to the last value before it is begun, so that the ledger can hold it, with
/// others, ahead of time.
struct PlannedTransaction {
  /// What is drawn by lot, at one point of the plan.
  struct Draw {
    var schedule: WriteSchedule
    var people: PersonGenerator
  }

  let inserts: [Customer]
  let updates: [Batch.Update]
  let deletes: [LiveRow]
  /// Updates and deletes that were found impossible with it.
  let impossible: OperationCounts
  /// As it was before this transaction was planned.
  let before: Draw
  /// As it was after it.
  let after: Draw

  var counts: OperationCounts {
    OperationCounts(inserts: inserts.count, updates: updates.count, deletes: deletes.count)
  }

  /// In the order of their execution.
  var operations: OperationList {
    var operations = OperationList()
    for update in updates { operations.append(IntendedOperation(update)) }
    for row in deletes { operations.append(IntendedOperation(deleteOf: row)) }
    for customer in inserts { operations.append(IntendedOperation(insertOf: customer)) }
    return operations
  }

  /// The rows that it changes or takes away.
  var changedRows: [RowIdentity] { updates.map(\.row.identity) + deletes.map(\.identity) }
}

/// Planned transactions that the ledger holds, or is about to.
struct TransactionGroup {
  let transactions: [PlannedTransaction]
  /// Ends with their numbers in the ledger.
  let recording: LedgerWrite<[SourceTransactionID]>
  /// How many transactions before them are confirmed with it.
  let confirmedCount: Int
}
