import DMS
import Dispatch
import Foundation
import Parquet
import Synchronization
import Time

/// Makes objects of a table's rows on a thread of its own, while the rows behind them are read.
final class LoadEncoder: Sendable {
  /// What is encoded, and into what.
  struct Source: Sendable {
    let layout: FileLayout
    let filters: [ColumnFilter]
    /// Whether rows come in COPY's binary form.
    let isBinary: Bool
  }

  private struct Outcome {
    var unrepresentable = 0
    var failure: (any Error)?
  }

  private let channel = RowBlockChannel()
  private let encoded = Atomic<Int>(0)
  private let isGivenUp = Atomic<Bool>(false)
  private let outcome = Mutex(Outcome())
  private let isDone = DispatchSemaphore(value: 0)

  /// The rows that are in a file already.
  var rowCount: Int { encoded.load(ordering: .relaxed) }

  /// Begins.
  ///
  /// - Parameters:
  ///   - objects: takes the rows.
  ///   - times: gives each row its time.
  init(_ source: Source, into objects: LoadObjects, times: LoadTimes) {
    let thread = Thread { [self] in
      do {
        let unrepresentable = try encode(source, into: objects, times: times)
        outcome.withLock { $0.unrepresentable = unrepresentable }
      } catch {
        outcome.withLock { $0.failure = error }
      }
      channel.refuse()
      isDone.signal()
    }
    thread.name = "encoder"
    thread.start()
  }

  /// Hands rows over; false where the encoder has failed.
  ///
  /// - Parameter meanwhile: called now and then while the encoder is behind.
  func take(_ block: RowBlock, meanwhile: () throws -> Void) throws -> Bool {
    while true {
      switch channel.send(block, deadline: .now() + .milliseconds(200)) {
      case .taken: return true
      case .refused: return false
      case .full: try meanwhile()
      }
    }
  }

  /// Ends the last file.
  ///
  /// - Returns: values that their column's type could not hold.
  /// - Throws: what made the encoder fail.
  func finish() throws -> Int {
    channel.end()
    isDone.wait()
    return try outcome.withLock { outcome in
      if let failure = outcome.failure { throw failure }
      return outcome.unrepresentable
    }
  }

  /// Leaves the last file unfinished.
  ///
  /// - Returns: what made the encoder fail, if it did.
  func giveUp() -> (any Error)? {
    isGivenUp.store(true, ordering: .relaxed)
    channel.end()
    isDone.wait()
    return outcome.withLock { $0.failure }
  }

  private func encode(
    _ source: Source, into objects: consuming LoadObjects, times: consuming LoadTimes
  ) throws -> Int {
    let columnCount = source.layout.sourceColumns.count
    let textSplitter = CopyTextSplitter()
    var binarySplitter = CopyBinarySplitter()
    var row = SourceRow(header: times.firstHeader, values: [])
    while let block = channel.receive() {
      guard !isGivenUp.load(ordering: .relaxed) else { return 0 }
      times.beginBlock()
      if source.isBinary {
        try objects.append(binarySplitter.split(block, columnCount: columnCount)) { times.next($0) }
      } else {
        try block.forEach { bytes in
          row.values.removeAll(keepingCapacity: true)
          try textSplitter.split(bytes, into: &row.values)
          guard row.values.count == columnCount || (columnCount == 0 && bytes.count <= 1) else {
            throw ReplicatorError(
              .malformedRow, table: source.layout.source.description,
              detail: "a row has another number of columns")
          }
          for filter in source.filters where !filter.passes(row) { return }
          times.advance(&row.header)
          try objects.append(row)
        }
      }
      encoded.store(objects.rowCount, ordering: .relaxed)
    }
    guard !isGivenUp.load(ordering: .relaxed) else { return 0 }
    try objects.finish()
    return objects.unrepresentable
  }
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
