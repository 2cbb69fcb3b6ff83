import Postgres
import Time

/// Which batches are open, when each is to be closed, and how far the log may be confirmed.
///
/// A value without I/O or clock: events go in, and what to do about them comes out. Tables are numbers that the
/// caller gives out. The rule that makes it safe: a batch remembers where the last whole transaction ended when
/// its first change came (its floor), and nothing beyond the floor of a batch that is not durable is confirmed.
struct BatchPlan: Sendable {
  /// When a batch is closed.
  struct Limits: Hashable, Sendable {
    /// From its first change on (`CdcMaxBatchInterval`).
    var interval: Duration
    /// Bytes of its changes before encoding (`CdcMinFileSize`).
    var byteCount: Int
    /// Bytes in memory of all open batches together; beyond it the largest is closed.
    var totalByteCount: Int
  }

  enum Reason: Hashable, Sendable {
    case interval
    case byteCount
    /// Too much memory was held by all batches together.
    case memory
    /// The columns changed.
    case columns
    case stop
  }

  /// A batch that was closed and is not durable yet.
  struct BatchID: Hashable, Sendable {
    fileprivate let number: Int
  }

  private struct OpenBatch {
    let floor: LSN
    let deadline: Timestamp
    var byteCount = 0
    /// What of it is held in memory.
    var heldByteCount = 0
  }

  let limits: Limits
  /// The end of the last whole transaction, or of what the server said holds nothing for us.
  private(set) var received: LSN
  private var open: [Int: OpenBatch] = [:]
  private var pending: [BatchID: LSN] = [:]
  private var totalByteCount = 0
  private var lastID = 0

  init(limits: Limits, from position: LSN) {
    self.limits = limits
    received = position
  }

  /// A change of a table came; says which table's batch to close now, if any.
  mutating func change(of table: Int, byteCount: Int, at now: Timestamp) -> (table: Int, reason: Reason)? {
    let size: Int
    if let index = open.index(forKey: table) {
      open.values[index].byteCount += byteCount
      open.values[index].heldByteCount += byteCount
      size = open.values[index].byteCount
    } else {
      open[table] = OpenBatch(
        floor: received, deadline: now + limits.interval, byteCount: byteCount,
        heldByteCount: byteCount)
      size = byteCount
    }
    totalByteCount += byteCount
    if size >= limits.byteCount { return (table, .byteCount) }
    if totalByteCount >= limits.totalByteCount,
      let largest = open.max(by: { $0.value.heldByteCount < $1.value.heldByteCount })
    {
      return (largest.key, .memory)
    }
    return nil
  }

  /// Something of a table's batch was moved to the disk, or was found to be smaller than its changes were.
  mutating func holds(_ byteCount: Int, for table: Int) {
    guard let index = open.index(forKey: table) else { return }
    totalByteCount += byteCount - open.values[index].heldByteCount
    open.values[index].heldByteCount = byteCount
  }

  /// A transaction is whole.
  mutating func transactionEnded(at end: LSN) {
    received = max(received, end)
  }

  /// Between transactions, the server has nothing for us up to here.
  mutating func idle(at end: LSN) {
    received = max(received, end)
  }

  /// A table's batch was closed and its object is on its way; nil where the table has none.
  mutating func closed(_ table: Int) -> BatchID? {
    guard let batch = open.removeValue(forKey: table) else { return nil }
    totalByteCount -= batch.heldByteCount
    lastID += 1
    let id = BatchID(number: lastID)
    pending[id] = batch.floor
    return id
  }

  /// The object of a closed batch is durable.
  mutating func durable(_ id: BatchID) {
    pending[id] = nil
  }

  /// Up to where everything is durable.
  var confirmable: LSN {
    var lowest = received
    for batch in open.values { lowest = min(lowest, batch.floor) }
    for floor in pending.values { lowest = min(lowest, floor) }
    return lowest
  }

  /// The tables whose batches have lasted long enough, those that began first before the others.
  func due(at now: Timestamp) -> [Int] {
    open.filter { $0.value.deadline <= now }
      .sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }.map(\.key)
  }

  /// When the next batch is due.
  var nextDeadline: Timestamp? { open.values.map(\.deadline).min() }

  /// The tables that have an open batch.
  var openTables: [Int] { open.keys.sorted() }

  var hasPending: Bool { !pending.isEmpty }
}
