import DMS
import Dispatch
import Logging
import ObjectStorage
import Postgres
import Time

/// Copies tables as they are in one snapshot into full-load objects.
///
/// It lives on the replicator's thread, and blocks it while the bucket is slower than the source.
struct FullLoader {
  let task: ReplicationTask
  let registry: TableRegistry
  let uploads: UploadQueue
  let clock: any WallClock
  let logger: Logger
  /// The faults to commit on purpose.
  let injector: FaultInjector?
  /// When the task began: the timestamp column under `UseTaskStartTimeForFullLoadTimestamp`.
  let taskStart: Timestamp
  /// Asked now and then.
  let isStopping: () -> Bool
  /// Called between rows and while the bucket is behind, for what must go on meanwhile.
  let everyNowAndThen: () throws -> Void

  /// Reads a table to its end; its objects are in the upload queue then.
  ///
  /// - Parameter connection: in a transaction that sees the snapshot.
  /// - Returns: values that their column's type could not hold.
  /// - Throws: `ReplicatorError`; `StopRequest`.
  func load(_ entry: CatalogTable, on connection: Connection) throws -> Int {
    var catalog = SourceCatalog(connection: connection)
    guard let source = try catalog.table(entry) else { return 0 }
    let table = registry.table(entry.name)
    table.oid = entry.oid
    table.figures.fullLoadStartTime = clock.now()
    let layout: FileLayout
    do throws(ReplicatorError) {
      layout = try FileLayout(table: source, phase: .fullLoad, task: task)
    } catch {
      guard error.code == .invalidTarget else { throw error }
      try registry.suspend(table, for: error)
      return 0
    }
    let filters = task.mappings.filters(of: entry.name).compactMap { filter in
      let bound = ColumnFilter(filter, in: source.columns)
      if bound == nil {
        logger.warning(
          "a filter is on a column that the table does not have; it is ignored",
          metadata: ["table": "\(entry.name)", "column": "\(filter.column)"])
      }
      return bound
    }
    // Faults that concern single rows look at each.
    let looksAtRows = task.faults?.faults.contains { $0.kind.isOfLoadRows } == true
    let isBinary =
      task.settings.dataFormat == .parquet && filters.isEmpty && layout.canReadBinary && !looksAtRows
    let objects = LoadObjects(
      of: LoadObjects.Table(
        number: table.number, source: table.source, target: table.target, location: table.location),
      layout, task: task, uploads: uploads, injector: looksAtRows ? injector : nil)
    let times = LoadTimes(
      taskStart: taskStart, clock: clock, isConstant: task.settings.useTaskStartTimeForFullLoadTimestamp)
    var encoder = LoadEncoder(
      LoadEncoder.Source(layout: layout, filters: filters, isBinary: isBinary), into: objects, times: times)
    do {
      try read(statement(entry, source, isBinary: isBinary), on: connection, into: &encoder, table)
      try encoder.finish()
    } catch let failure as PostgresError {
      throw ReplicatorError(failure, table: entry.name.description)
    }
    table.figures.fullLoadRows = encoder.rowCount
    logger.info("table read", metadata: ["table": "\(entry.name)", "rows": "\(encoder.rowCount)"])
    return encoder.unrepresentable
  }

  private func read(
    _ statement: SQL, on connection: Connection, into encoder: inout LoadEncoder, _ table: ReplicatedTable
  ) throws {
    var block = RowBlock()
    _ = try connection.copyOut(statement) { line in
      block.append(line)
      guard block.isFull else { return }
      try encoder.take(block)
      block.removeAll()
      table.figures.fullLoadRows = encoder.rowCount
      // While the bucket is behind, what must go on goes on.
      repeat {
        if isStopping() { throw StopRequest() }
        try everyNowAndThen()
      } while !uploads.blockUntil(
        byteCountBelow: task.memoryLimit / 2, deadline: .now() + .milliseconds(200))
    }
    if !block.isEmpty { try encoder.take(block) }
  }

  /// COPY of the columns that logical replication has as well.
  ///
  /// A partitioned table's rows are those of its partitions.
  private func statement(_ entry: CatalogTable, _ source: SourceTable, isBinary: Bool) -> SQL {
    let columns = source.columns.map(\.name)
    let name: SQL = "\(qualified: entry.name.schema, entry.name.name)"
    let rows: SQL =
      entry.isPartitioned
      ? "(select \(identifiers: columns) from \(name))" : "\(name) (\(identifiers: columns))"
    return isBinary ? "copy \(rows) to stdout (format binary)" : "copy \(rows) to stdout"
  }
}

/// The replicator was asked to stop in the middle of something.
struct StopRequest: Error {}
