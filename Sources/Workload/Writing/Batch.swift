import Ledger
import Time

/// The rows of one transaction.
struct Batch {
  /// A row of ours that a customer's move changes.
  struct Update {
    let row: LiveRow
    let version: Timestamp
    let address: Address

    /// The row after the update.
    var customer: Customer {
      Customer(
        createdAt: row.createdAt, updatedAt: version, identity: row.identity,
        person: Person(name: row.name, address: address, email: row.email))
    }
  }

  /// The sequence numbers of the rows to insert, which are made up as they are sent.
  var inserts: Range<Int64>
  var updates: [Update]
  var deletes: [LiveRow]

  var counts: OperationCounts {
    OperationCounts(inserts: inserts.count, updates: updates.count, deletes: deletes.count)
  }
}

extension IntendedOperation {
  init(insertOf customer: Customer) {
    self.init(
      kind: .insert, sequence: customer.identity.sequence, version: customer.updatedAt,
      digest: customer.digest)
  }

  init(_ update: Batch.Update) {
    self.init(
      kind: .update, sequence: update.row.identity.sequence, version: update.version,
      digest: update.customer.digest)
  }

  init(deleteOf row: LiveRow) {
    self.init(
      kind: .delete, sequence: row.identity.sequence, version: row.version, digest: RowDigest(bytes: []))
  }
}
