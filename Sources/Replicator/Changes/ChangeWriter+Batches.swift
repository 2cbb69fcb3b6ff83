import DMS
import Logging
import Postgres
import Time

/// How open files become objects, and what becomes of these.
extension ChangeWriter {
  /// Closes the batches whose time has come.
  func closeDue(at now: Timestamp) throws {
    for number in plan.due(at: now) {
      if number != ChangeWriter.transactions {
        try close(registry[number])
      } else if !isInTransaction {
        try closeTransactions()
      }
    }
  }

  /// Closes a table's batch.
  func close(_ name: QualifiedName) throws {
    try close(registry.table(name))
  }

  /// Closes every batch.
  func closeAll() throws {
    for number in plan.openTables where number != ChangeWriter.transactions { try close(registry[number]) }
    // Half a transaction comes again, whole, with the next run.
    if !isInTransaction { try closeTransactions() }
  }

  func closeTransactions() throws {
    guard var file = transactionFile, let batch = plan.closed(ChangeWriter.transactions) else { return }
    transactionFile = nil
    isTransactionFileFull = false
    rowsInFlight[batch] = Flight(
      counts: Dictionary(uniqueKeysWithValues: registry.tables.map { ($0.number, $0.takeOpenCounts()) }),
      time: row.header.time)
    let name = QualifiedName(schema: "", name: "all tables")
    uploads.enqueue(
      EncodedObject(
        table: ChangeWriter.transactions, source: name, target: name,
        location: TableLocation(transactionsOf: task.settings, prefix: task.prefix),
        name: .transactions(closedAt: clock.now()), file: try file.finish(), rowCount: file.rowCount,
        batch: batch, rowFaults: [], rows: [], emptyFile: nil))
  }

  func close(_ table: ReplicatedTable) throws {
    if let injector { try releaseHeld(table, injector) }
    guard let batch = plan.closed(table.number) else { return }
    let (faults, rows) = (table.rowFaults, table.rows)
    (table.rowFaults, table.rows) = ([], [])
    rowsInFlight[batch] = Flight(counts: [table.number: table.takeOpenCounts()], time: row.header.time)
    guard var file = table.file else {
      // Faults have taken every row of it.
      plan.durable(batch)
      for truth in faults { try injector?.record(truth) }
      return
    }
    table.file = nil
    unrepresentable += file.unrepresentable
    let rowCount = file.rowCount
    let closedAt = clock.now()
    uploads.enqueue(
      EncodedObject(
        table: table.number, source: table.source, target: table.target, location: table.location,
        name: .changes(closedAt: closedAt), file: try file.finish(), rowCount: rowCount, batch: batch,
        rowFaults: faults, rows: rows, emptyFile: try emptyFile(table)))
  }

  private func emptyFile(_ table: ReplicatedTable) throws(ReplicatorError) -> [UInt8]? {
    guard let injector, injector.isDue(.emptyObject), let layout = table.layout else { return nil }
    var file = try RowFile(layout: layout, settings: task.settings, for: uploads.store)
    return try file.finish().tail
  }

  /// Takes what has become of objects.
  ///
  /// - Throws: what made one fail.
  func absorb(_ outcomes: [UploadOutcome]) throws {
    for outcome in outcomes {
      switch outcome {
      case .done(let object, _):
        if object.isOfControlTable { continue }
        if object.table == ChangeWriter.transactions {
          transactionObjects += 1
        } else {
          registry[object.table].figures.objects += 1
          registry[object.table].figures.bytes += object.file.byteCount
        }
        if let batch = object.batch {
          plan.durable(batch)
          guard let flight = rowsInFlight.removeValue(forKey: batch) else { continue }
          appliedTime = max(appliedTime ?? flight.time, flight.time)
          for (number, counts) in flight.counts { registry[number].figures.apply(counts) }
        }
      case .heldBack: break
      case .failed(let error): throw error
      }
    }
  }
}
