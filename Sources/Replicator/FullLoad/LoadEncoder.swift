import DMS
import Parquet
import Time

/// Makes objects of a table's rows.
///
/// It works on the thread that reads them: the server is the slower side, and fills the socket meanwhile. A thread of
/// its own would take turns with the reader's on the server's processor.
struct LoadEncoder {
  /// What is encoded.
  struct Source {
    let layout: FileLayout
    let filters: [ColumnFilter]
    /// Whether rows come in COPY's binary form.
    let isBinary: Bool
  }

  private let source: Source
  private let columnCount: Int
  private var objects: LoadObjects
  private var times: LoadTimes
  private var binarySplitter = CopyBinarySplitter()
  private let textSplitter = CopyTextSplitter()
  private var row: SourceRow

  /// The rows that are in a file already.
  var rowCount: Int { objects.rowCount }
  /// Values that their column's type could not hold.
  var unrepresentable: Int { objects.unrepresentable }

  /// - Parameters:
  ///   - objects: takes the rows.
  ///   - times: gives each row its time.
  init(_ source: Source, into objects: LoadObjects, times: LoadTimes) {
    (self.source, self.objects, self.times) = (source, objects, times)
    columnCount = source.layout.sourceColumns.count
    row = SourceRow(header: times.firstHeader, values: [])
  }

  /// Takes rows; a file that they fill goes into the upload queue.
  mutating func take(_ block: RowBlock) throws {
    times.beginBlock()
    if source.isBinary {
      let rows = try binarySplitter.split(block, columnCount: columnCount)
      try objects.append(rows) { times.next($0) }
    } else {
      try block.forEach { try append(line: $0) }
    }
  }

  private mutating func append(line: UnsafeRawBufferPointer) throws(ReplicatorError) {
    row.values.removeAll(keepingCapacity: true)
    try textSplitter.split(line, into: &row.values)
    guard row.values.count == columnCount || (columnCount == 0 && line.count <= 1) else {
      throw ReplicatorError(
        .malformedRow, table: source.layout.source.description, detail: "a row has another number of columns")
    }
    for filter in source.filters where !filter.passes(row) { return }
    times.advance(&row.header)
    try objects.append(row)
  }

  /// Ends the last file.
  mutating func finish() throws(ReplicatorError) { try objects.finish() }
}

/// The timestamp column of full-load rows: when the row was read, a microsecond later than the one before at
/// least (observed, DMS.md section 3), or the task's start.
struct LoadTimes {
  private let clock: any WallClock
  private let isConstant: Bool
  private var last: Timestamp
  private var text: TimestampText

  init(taskStart: Timestamp, clock: any WallClock, isConstant: Bool) {
    self.clock = clock
    self.isConstant = isConstant
    last = taskStart
    text = TimestampText(taskStart)
  }

  /// What the first row's time is derived from.
  var firstHeader: RowHeader {
    RowHeader(operation: .insert, time: last, timeText: TimestampText(last))
  }

  /// Reads the clock: once for rows that came together.
  mutating func beginBlock() {
    if !isConstant { last = max(last, clock.now()) }
  }

  mutating func advance(_ header: inout RowHeader) {
    guard !isConstant else { return }
    last = Timestamp(microseconds: last.microseconds + 1)
    header.time = last
    header.timeText.set(last)
  }

  /// The column of so many rows.
  mutating func next(_ rowCount: Int) -> ColumnBatch {
    guard !isConstant else { return ColumnBatch(repeating: text.bytes, count: rowCount) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rowCount * text.bytes.count)
    var slices: [ColumnBatch.Slice] = []
    slices.reserveCapacity(rowCount)
    for _ in 0..<rowCount {
      last = Timestamp(microseconds: last.microseconds + 1)
      text.set(last)
      slices.append(ColumnBatch.Slice(start: UInt32(bytes.count), count: UInt32(text.bytes.count)))
      bytes += text.bytes
    }
    return ColumnBatch(.slices(bytes, slices))
  }
}
