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
  /// When the task began: the timestamp column under `UseTaskStartTimeForFullLoadTimestamp`.
  let taskStart: Timestamp
  /// Asked between rows.
  let isStopping: () -> Bool
  /// Called between rows, for what must go on meanwhile.
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
    var objects = LoadObjects(loader: self, table: table, layout: layout)
    let isBinary = task.settings.dataFormat == .parquet && filters.isEmpty && layout.canReadBinary
    let splitter = CopyTextSplitter()
    var binarySplitter = CopyBinarySplitter()
    var times = LoadTimes(
      taskStart: taskStart, clock: clock, isConstant: task.settings.useTaskStartTimeForFullLoadTimestamp)
    var row = SourceRow(
      header: RowHeader(operation: .insert, time: taskStart, timeText: TimestampText(taskStart)), values: [])
    var count = 0
    do {
      _ = try connection.copyOut(statement(entry, source, isBinary: isBinary)) { line in
        try line.withUnsafeBytes { bytes in
          count += 1
          if count & 0xff == 0 {
            if isStopping() { throw StopRequest() }
            table.figures.fullLoadRows = objects.rowCount
            try everyNowAndThen()
          }
          row.values.removeAll(keepingCapacity: true)
          if isBinary {
            guard
              try binarySplitter.split(bytes, columnCount: source.columns.count, into: &row.values)
            else { return }
          } else {
            try splitter.split(bytes, into: &row.values)
          }
          guard row.values.count == source.columns.count || (source.columns.isEmpty && bytes.count <= 1)
          else {
            throw ReplicatorError(
              .malformedRow, table: entry.name.description, detail: "a row has another number of columns")
          }
          for filter in filters where !filter.passes(row) { return }
          times.advance(&row.header)
          try objects.append(row)
        }
      }
      try objects.finish()
    } catch let error as PostgresError {
      throw ReplicatorError(error, table: entry.name.description)
    }
    table.figures.fullLoadRows = objects.rowCount
    logger.info("table read", metadata: ["table": "\(entry.name)", "rows": "\(objects.rowCount)"])
    return objects.unrepresentable
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

/// The timestamp column of full-load rows: when the row was read, a microsecond later than the one before at
/// least (observed, DMS.md section 3), or the task's start.
private struct LoadTimes {
  let taskStart: Timestamp
  let clock: any WallClock
  let isConstant: Bool
  private var last: Timestamp

  init(taskStart: Timestamp, clock: any WallClock, isConstant: Bool) {
    self.taskStart = taskStart
    self.clock = clock
    self.isConstant = isConstant
    last = taskStart
  }

  mutating func advance(_ header: inout RowHeader) {
    guard !isConstant else { return }
    last = max(clock.now(), Timestamp(microseconds: last.microseconds + 1))
    header.time = last
    header.timeText.set(last)
  }
}

/// The objects of one table's full load, numbered from 1.
private struct LoadObjects {
  let loader: FullLoader
  let table: ReplicatedTable
  let layout: FileLayout
  private(set) var rowCount = 0
  private(set) var unrepresentable = 0
  private var file: RowFile?
  private var number: UInt32 = 0
  private var isFull = false
  private let byteLimit: Int

  init(loader: FullLoader, table: ReplicatedTable, layout: FileLayout) {
    self.loader = loader
    self.table = table
    self.layout = layout
    byteLimit = loader.task.settings.maxFileSizeKB * 1_024
  }

  mutating func append(_ row: borrowing SourceRow) throws(ReplicatorError) {
    if isFull { try close(isLast: false) }
    if file == nil { file = try RowFile(layout: layout, settings: loader.task.settings) }
    try file?.append(row)
    rowCount += 1
    // The size is an estimate that costs more than a row does.
    if rowCount & 0x3f == 0, let size = file?.byteCountEstimate {
      if size >= byteLimit { isFull = true }
      try file?.moveToDiskIfLarge()
    }
  }

  /// Ends the last file; a table without rows has none.
  mutating func finish() throws(ReplicatorError) {
    if file != nil { try close(isLast: true) }
  }

  private mutating func close(isLast: Bool) throws(ReplicatorError) {
    guard var closing = file.take() else { return }
    isFull = false
    number += 1
    unrepresentable += closing.unrepresentable
    loader.uploads.enqueue(
      EncodedObject(
        table: table.number, source: table.source, target: table.target, location: table.location,
        name: .fullLoad(number: number, isLast: isLast), file: try closing.finish(),
        rowCount: closing.rowCount,
        batch: nil,
        rowFaults: [], emptyFile: nil))
    loader.uploads.blockUntil(byteCountBelow: loader.task.memoryLimit / 2)
  }
}
