package import Time

/// What an object is by its name.
package enum ObjectKind: Int, Hashable, Sendable {
  /// Rows of a full load.
  case load = 0
  /// Rows of changes.
  case changes = 1
  /// Named as DMS names nothing.
  case other = 2
}

/// What became of an object.
package enum ObjectState: Int, Hashable, Sendable {
  /// Listed, not read yet.
  case listed = 0
  /// Read, and what it holds recorded.
  case observed = 1
  /// Read, and found to be no whole file.
  case unreadable = 2
  /// Written over: the key has another ETag now.
  case replaced = 3
  /// No longer listed.
  case vanished = 4
  /// Not in a listing that has not come to its end; the end makes it vanished.
  case absent = 5
}

/// An object as a listing names it.
package struct ListedEntry: Hashable, Sendable {
  package var key: String
  package var etag: String
  package var size: Int64
  package var lastModified: Timestamp
  package var kind: ObjectKind
  /// A load's number; of changes, the time in the name, in microseconds of UTC.
  package var place: Int64

  package init(
    key: String, etag: String, size: Int64, lastModified: Timestamp, kind: ObjectKind, place: Int64
  ) {
    (self.key, self.etag, self.size) = (key, etag, size)
    (self.lastModified, self.kind, self.place) = (lastModified, kind, place)
  }
}

/// An object as the ledger knows it.
package struct KnownObject: Hashable, Sendable {
  package let id: Int64
  package let entry: ListedEntry
  package let state: ObjectState
  package let generation: Int64?
  /// The number of the listing, of its table, that named it first.
  package let listing: Int64
  /// When that listing was, by this machine's clock.
  package let firstListedAt: Timestamp

  /// Whether it holds the changes of all tables (`PreserveTransactions`).
  package var isOfAllTables: Bool {
    entry.kind == .changes && (entry.key.split(separator: "/").last?.hasPrefix("CDC_TXN-") ?? false)
  }
}

/// What the ledger keeps of an object that was read.
package struct ObservationRecord: Hashable, Sendable {
  package var schema: String?
  package var level: Int
  package var rows: Int64
  package var inserts: Int64
  package var updates: Int64
  package var deletes: Int64
  /// Rows without an Op.
  package var unmarked: Int64
  package var ours: Int64
  package var firstCommit: Timestamp?
  package var lastCommit: Timestamp?
  package var bytesRead: Int64

  package init(
    schema: String?, level: Int, rows: Int64, inserts: Int64, updates: Int64, deletes: Int64,
    unmarked: Int64, ours: Int64, firstCommit: Timestamp?, lastCommit: Timestamp?, bytesRead: Int64
  ) {
    (self.schema, self.level, self.rows) = (schema, level, rows)
    (self.inserts, self.updates, self.deletes, self.unmarked) = (inserts, updates, deletes, unmarked)
    (self.ours, self.firstCommit, self.lastCommit) = (ours, firstCommit, lastCommit)
    self.bytesRead = bytesRead
  }
}

/// What is known of a table's listings.
package struct InventoryState: Hashable, Sendable {
  /// How many listings were begun; the number of the last one.
  package var listings: Int64 = 0
  package var lastFullAt: Timestamp?
  /// The latest time in a name of changes.
  package var newestPlace: Timestamp?
  /// The table's own columns in the object read last.
  package var columns: String?
  /// How many objects the last whole listing missed that nothing explains yet, and the run that listed.
  package var absentCount: Int?
  package var absentRun: RunID?
  /// The load whose numbers were looked at last, and nothing is to be said of it any more; nil otherwise.
  package var checkedLoad: String?
  /// Objects of changes that were written before this, by the bucket's clock, were settled and dropped.
  package internal(set) var forgottenBefore: Timestamp?
}

/// A table's life between two loads.
package struct Generation: Hashable, Sendable {
  package let id: Int64
  package let number: Int
  package var startedAt: Timestamp
  package var loadObjects: Int
  /// LastModified of the first and the last of the load's objects, by the bucket's clock.
  package var loadFirstModified: Timestamp?
  package var loadLastModified: Timestamp?
  /// The last transaction of which a load's row is the exact trace.
  package var loadLastTransaction: Int64?
  /// The first and the last transaction met in objects of changes.
  package var firstChange: Int64?
  package var lastChange: Int64?
  /// The latest time in a name of changes that were read, in microseconds.
  package var lastPlace: Int64?
  /// The earliest and latest commit time of any row of changes, by PostgreSQL's clock.
  package var firstCommit: Timestamp?
  package var lastCommit: Timestamp?
  /// The latest commit time of a row of others.
  package var lastForeignCommit: Timestamp?

  package var hasLoad: Bool { loadObjects > 0 }
  /// Whether objects of changes were read, which DMS writes only when the load is whole.
  package var hasChanges: Bool { firstCommit != nil || firstChange != nil }
}

/// An operation as the ledger knows it, with its transaction.
package struct KnownOperation: Hashable, Sendable {
  package let id: OperationID
  package let table: Int64
  package let kind: OperationKind
  package let sequence: Int64
  package let version: Timestamp
  package let digest: RowDigest
  package var state: OperationState
  /// PostgreSQL's number for the transaction; nil where it is not known.
  package let xid: UInt64?
  /// The bounds of the commit; nil of an intent.
  package let commit: CommitTime?
  /// When the intent was recorded, by this machine's clock.
  package let recordedAt: Timestamp

  package init(
    id: OperationID, table: Int64, kind: OperationKind, sequence: Int64, version: Timestamp,
    digest: RowDigest, state: OperationState, xid: UInt64?, commit: CommitTime?, recordedAt: Timestamp
  ) {
    (self.id, self.table, self.kind, self.sequence, self.version) = (id, table, kind, sequence, version)
    (self.digest, self.state, self.xid, self.commit) = (digest, state, xid, commit)
    self.recordedAt = recordedAt
  }
}

/// What is special about a delivery.
package struct DeliveryFlags: OptionSet, Hashable, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// By a row of a full load.
  package static let covered = DeliveryFlags(rawValue: 1)
  /// The operation was delivered before.
  package static let duplicate = DeliveryFlags(rawValue: 2)
  /// A later transaction was delivered before.
  package static let outOfOrder = DeliveryFlags(rawValue: 4)
  /// The row's commit time is not its transaction's.
  package static let wrongTimestamp = DeliveryFlags(rawValue: 8)
  /// The row's Op is not what was executed.
  package static let wrongOperation = DeliveryFlags(rawValue: 16)
}

/// An operation met in an object.
package struct DeliveryRecord: Hashable, Sendable {
  package var operation: OperationID
  package var object: Int64
  package var row: Int64
  /// From the row's timestamp, or where it has none from the commit, to when the object was there.
  package var lagMicroseconds: Int64?
  /// How far the row's timestamp is past the commit; nil of a row without one.
  package var stampLagMicroseconds: Int64?
  /// From when the object was there to when a listing named it.
  package var seenLagMicroseconds: Int64?
  package var flags: DeliveryFlags
  /// One bit a column of the table's digest.
  package var altered: UInt64

  package init(
    operation: OperationID, object: Int64, row: Int64, lagMicroseconds: Int64?,
    stampLagMicroseconds: Int64? = nil, seenLagMicroseconds: Int64? = nil, flags: DeliveryFlags,
    altered: UInt64
  ) {
    (self.operation, self.object, self.row) = (operation, object, row)
    (self.lagMicroseconds, self.flags, self.altered) = (lagMicroseconds, flags, altered)
    (self.stampLagMicroseconds, self.seenLagMicroseconds) = (stampLagMicroseconds, seenLagMicroseconds)
  }
}

/// Counts over a table's life, and how much an object adds to them.
package struct TableTotals: Hashable, Sendable {
  package var objects: Int64 = 0
  package var rows: Int64 = 0
  package var foreignRows: Int64 = 0
  package var duplicates: Int64 = 0
  package var altered: Int64 = 0
  package var outOfOrder: Int64 = 0
  package var unexpected: Int64 = 0

  package init() {}
}
