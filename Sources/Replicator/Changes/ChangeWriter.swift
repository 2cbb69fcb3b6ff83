import DMS
import Logging
import Postgres
import Time

/// Turns the stream of changes into files, and says how far the log may be confirmed.
///
/// It lives on the replicator's thread. Files are handed to the upload queue as they are closed.
final class ChangeWriter {
  let task: ReplicationTask
  let registry: TableRegistry
  let uploads: UploadQueue
  let clock: any WallClock
  let logger: Logger
  let injector: FaultInjector?
  var catalog: SourceCatalog
  private let toastReader: ToastReader
  var visibility: CommitVisibility
  /// The transaction that is read, or was read last, by its 32-bit number.
  var transaction: UInt32 = 0

  var plan: BatchPlan
  private var decoder = PgOutputDecoder()
  /// By relation id; nil for a table that the mappings do not select.
  private var routes: [UInt32: ReplicatedTable?] = [:]
  var isInTransaction = false
  private var sequence = ChangeSequence()
  private var position = LSN.zero
  var unrepresentable = 0
  /// Objects that hold changes of all tables.
  var transactionObjects = 0
  /// Rows in batches that are not durable, by what they do: for the applied counts.
  var rowsInFlight: [BatchPlan.BatchID: Flight] = [:]
  struct Flight {
    var counts: [Int: OperationCounts]
    /// The latest commit in it.
    var time: Timestamp
  }

  /// The table into which the source's event trigger writes; nil where DDL is not captured.
  var auditTable: QualifiedName?
  var auditRelation: UInt32?
  /// Transactions with DDL that nobody has followed yet.
  private var transactionsWithDDL: Set<UInt32> = []
  /// The latest commit in a durable object.
  var appliedTime: Timestamp?
  private var hasRead = false
  /// The file of all tables under `PreserveTransactions`; nil before its first row.
  var transactionFile: TransactionFile?
  /// Its number in the batch plan; tables count from 0.
  static let transactions = -1
  var isTransactionFileFull = false
  // Asked for each row.
  private let preservesTransactions: Bool
  private let delivered: Set<ChangeOperation>
  /// The row that is being written; one for all, so that its arrays are not made for each.
  var row = SourceRow(
    header: RowHeader(
      operation: .insert, time: Timestamp(microseconds: 0),
      timeText: TimestampText(Timestamp(microseconds: 0))),
    values: [])

  init(
    task: ReplicationTask, registry: TableRegistry, uploads: UploadQueue, connection: Connection,
    from position: LSN, injector: FaultInjector?, clock: any WallClock, logger: Logger
  ) {
    self.task = task
    self.registry = registry
    self.uploads = uploads
    self.clock = clock
    self.logger = logger
    self.injector = injector
    preservesTransactions = task.settings.preserveTransactions
    delivered = Set(ChangeOperation.allCases.filter(task.settings.delivers))
    catalog = SourceCatalog(connection: connection)
    toastReader = ToastReader(connection: connection)
    visibility = CommitVisibility(connection: connection)
    plan = BatchPlan(
      limits: BatchPlan.Limits(
        interval: task.settings.cdcMaxBatchInterval, byteCount: task.settings.cdcMinFileSizeKB * 1_024,
        totalByteCount: task.memoryLimit / 2),
      from: position)
  }

  /// Takes a message of the stream.
  func receive(_ message: ReplicationMessage, _ payload: RawSpan, at now: Timestamp) throws {
    switch message {
    case .keepalive(let end, _, _):
      // Between transactions a keepalive says that all before it was sent and nothing of it is ours.
      if !isInTransaction { plan.idle(at: end) }
    case .xLogData(let start, _, _):
      position = start
      try receive(try decoder.decode(payload), payload, at: now)
    }
  }

  private func receive(_ message: PgOutputMessage, _ payload: RawSpan, at now: Timestamp) throws {
    switch message {
    case .begin(_, let commitTime, let xid):
      isInTransaction = true
      transaction = xid
      hasRead = true
      sequence.beginTransaction()
      row.header.time = commitTime
      row.header.timeText.set(commitTime)
    case .commit(_, let endLSN, _):
      isInTransaction = false
      plan.transactionEnded(at: endLSN)
      if isTransactionFileFull { try closeTransactions() }
    case .relation(let relation):
      routes[relation.id] = try route(relation)
    case .insert(let relation, let new):
      try change(.insert, relation, new, old: nil, payload, at: now)
    case .update(let relation, let old, let new):
      try change(.update, relation, new, old: old?.tuple, payload, at: now)
    case .delete(let relation, let old):
      // Before images are for updates alone (observed, DMS.md section 2): a delete's values are the old ones.
      try change(.delete, relation, old.tuple, old: nil, payload, at: now)
    case .truncate, .origin, .type, .message:
      // TRUNCATE is not captured by DMS from PostgreSQL (DMS.md section 8); the others say nothing of rows.
      break
    case .streamStart, .streamStop, .streamCommit, .streamAbort, .beginPrepare, .prepare, .commitPrepared,
      .rollbackPrepared, .streamPrepare:
      throw ReplicatorError(
        .malformedStream, detail: "the stream holds a kind of message that was not asked for")
    }
  }

  // MARK: How far it is

  /// Whether a transaction with DDL was read since the last call; the catalog shows what it has done then.
  func takeSeenDDL() throws(ReplicatorError) -> Bool {
    guard !transactionsWithDDL.isEmpty else { return false }
    // They may be seen by others in another order than that of their commits.
    for transaction in transactionsWithDDL { try visibility.wait(for: transaction) }
    transactionsWithDDL = []
    return true
  }

  /// The commit that was read last; nil before the first.
  var readTime: Timestamp? { hasRead ? row.header.time : nil }

  /// Changes that were read and are in no durable object.
  var pendingChanges: Int {
    registry.tables.reduce(0) { $0 + $1.openCounts.total }
      + rowsInFlight.values.reduce(0) { $0 + $1.counts.values.reduce(0) { $0 + $1.total } }
  }

  // MARK: Rows

  private func change(
    _ operation: ChangeOperation, _ relation: UInt32, _ new: Tuple, old: Tuple?, _ payload: RawSpan,
    at now: Timestamp
  ) throws {
    guard let route = routes[relation] else {
      throw ReplicatorError(
        .malformedStream, detail: "the stream holds a row of a table that it did not describe")
    }
    guard let table = route, let layout = table.layout else {
      if relation == auditRelation, operation == .insert { transactionsWithDDL.insert(transaction) }
      return
    }
    guard new.columnCount == layout.sourceColumns.count else {
      throw ReplicatorError(
        .malformedStream, table: table.source.description,
        detail: "a row has another number of columns than its table")
    }
    table.figures.count(operation, at: row.header.time)
    guard delivered.contains(operation) else { return }
    try payload.withUnsafeBytes { bytes in
      row.header.operation = operation
      row.header.position = position
      row.header.sequence = sequence.next()
      row.values.removeAll(keepingCapacity: true)
      let hasUnchanged = try fill(&row.values, new, payload, bytes, table)
      row.old = nil
      if let old {
        var values: [SourceValue] = []
        _ = try fill(&values, old, payload, bytes, table)
        row.old = values
      }
      if hasUnchanged {
        try visibility.wait(for: transaction)
        let whole = try toastReader.complete(row, layout)
        try write(whole.row, table, byteCount: payload.byteCount, at: now)
      } else {
        try write(row, table, byteCount: payload.byteCount, at: now)
      }
    }
  }

  /// Says whether the tuple holds values that the update did not touch.
  private func fill(
    _ values: inout [SourceValue], _ tuple: Tuple, _ payload: RawSpan, _ bytes: UnsafeRawBufferPointer,
    _ table: ReplicatedTable
  ) throws(ReplicatorError) -> Bool {
    var hasUnchanged = false
    try tuple.forEach(in: payload) { _, value throws(ReplicatorError) in
      switch value {
      case .null: values.append(.null)
      case .unchanged:
        hasUnchanged = true
        values.append(.unchanged)
      case .text(let range): values.append(.text(UnsafeRawBufferPointer(rebasing: bytes[range])))
      case .binary:
        throw ReplicatorError(
          .malformedStream, table: table.source.description,
          detail: "a value came in binary form, which was not asked for")
      }
    }
    return hasUnchanged
  }

  private func write(
    _ row: borrowing SourceRow, _ table: ReplicatedTable, byteCount: Int, at now: Timestamp
  ) throws {
    guard table.passes(row) else { return }
    // The batch begins with its first change, whatever faults do to it: it is confirmed with the batch.
    let batch = preservesTransactions ? ChangeWriter.transactions : table.number
    let toClose = plan.change(of: batch, byteCount: byteCount, at: now)
    table.openCounts.count(row.header.operation)
    if preservesTransactions {
      // A file holds whole transactions: it is closed between two of them, however large it has become.
      if transactionFile == nil {
        transactionFile = TransactionFile(settings: task.settings, for: uploads.store)
      }
      try transactionFile?.append(row, table)
      if try transactionFile?.spoolIfLarge() == true { plan.holds(0, for: batch) }
      isTransactionFileFull = isTransactionFileFull || toClose != nil
      return
    }
    if let injector {
      try write(row, table, with: injector)
    } else {
      try append(row, table)
    }
    if let (number, reason) = toClose {
      if reason == .memory {
        if try spool(registry[number]) { return }
        logger.notice(
          "a batch is closed before its time, too much is held",
          metadata: ["table": "\(registry[number].source)"])
      }
      try close(registry[number])
    }
  }

  /// Moves what is complete of a table's file to the disk; says whether that was of any use.
  private func spool(_ table: ReplicatedTable) throws(ReplicatorError) -> Bool {
    try table.file?.moveToDisk()
    let held = table.file?.heldByteCountEstimate ?? 0
    plan.holds(held, for: table.number)
    return held < task.memoryLimit / 8
  }

  /// Appends a row to the table's file, opened where it is not.
  func append(_ row: borrowing SourceRow, _ table: ReplicatedTable) throws(ReplicatorError) {
    if table.file == nil { try openFile(table) }
    try table.file?.append(row)
    if injector != nil, let layout = table.layout { table.rows.append(FaultRow(row, layout)) }
  }

  private func openFile(_ table: ReplicatedTable) throws(ReplicatorError) {
    guard var layout = table.layout else { return }
    if let injector, injector.take([.schemaChange]) != nil {
      layout.extraColumn = "added_by_fault"
      table.rowFaults.append(
        FaultTruth(fault: .schemaChange, table: table.target.description, detail: "added_by_fault"))
    }
    if let injector, injector.take([.dropColumn]) != nil, let name = layout.dropColumn() {
      table.rowFaults.append(
        FaultTruth(fault: .dropColumn, table: table.target.description, detail: name))
    }
    table.file = try RowFile(layout: layout, settings: task.settings, for: uploads.store)
  }
}
