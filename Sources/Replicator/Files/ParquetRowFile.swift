import DMS
import Parquet
import Time

/// One Parquet file that is being written, in DMS's shape (DMS.md sections 5, 9 and 10).
struct ParquetRowFile {
  let layout: FileLayout
  private var writer: FileWriter
  /// What to do for each column of the table, without names and types: it is gone through for each row.
  private let cells: [Cell]

  private struct Cell {
    enum Source {
      case column(Int)
      case beforeImage(Int)
      case expression
    }

    let source: Source
    let conversion: ColumnConversion
    /// Of values in binary form; nil where they come as text only.
    let binary: BinaryConversion?
    /// In `layout.columns`.
    let column: Int
  }
  /// Values that no value of their column's Parquet type can stand for, written as NULL.
  private(set) var unrepresentable = 0

  init(layout: FileLayout, settings: EndpointSettings) throws(ReplicatorError) {
    self.layout = layout
    cells = layout.columns.enumerated().map { index, column in
      let source: Cell.Source =
        switch column.origin {
        case .column(let source): .column(source)
        case .beforeImage(let source): .beforeImage(source)
        case .expression: .expression
        }
      let binary: BinaryConversion? =
        if case .column(let source) = source {
          BinaryConversion(from: layout.sourceColumns[source].type, column.conversion)
        } else { nil }
      return Cell(source: source, conversion: column.conversion, binary: binary, column: index)
    }
    do {
      writer = try FileWriter(
        columns: layout.parquetColumns(settings), settings: WriterSettings(dms: settings))
    } catch {
      throw ReplicatorError(error, table: layout.source.description)
    }
  }

  var rowCount: Int { writer.rowCount }
  var byteCountEstimate: Int { writer.byteCountEstimate }

  mutating func append(_ row: borrowing SourceRow) throws(ReplicatorError) {
    var index = 0
    if layout.hasOp {
      writer[index].append(bytes: row.header.operation.letter.span.bytes)
      index += 1
    }
    if layout.timestampColumn != nil {
      writer[index].append(bytes: row.header.timeText.bytes.span.bytes)
      index += 1
    }
    for cell in cells {
      switch cell.source {
      case .column(let source):
        try append(row.values[source], cell, at: index)
      case .beforeImage(let source):
        try append(row.old?[source] ?? .null, cell, at: index)
      case .expression:
        try appendExpression(row, cell, at: index)
      }
      index += 1
    }
    if layout.extraColumn != nil { writer[index].appendNull() }
    do {
      try writer.endRow()
    } catch {
      throw ReplicatorError(error, table: layout.source.description)
    }
  }

  /// Appends rows of a full load that were read in binary form, column by column.
  ///
  /// - Parameter times: the timestamp column of these rows.
  mutating func append(
    _ rows: BinaryRows, _ range: Range<Int>, times: ColumnBatch
  ) throws(ReplicatorError) {
    var batches: [ColumnBatch] = []
    batches.reserveCapacity(cells.count + 3)
    if layout.hasOp {
      batches.append(ColumnBatch(repeating: ChangeOperation.insert.letter, count: range.count))
    }
    if layout.timestampColumn != nil { batches.append(times) }
    var columns = BinaryColumns(rows, range)
    for cell in cells {
      guard case .column(let source) = cell.source, let conversion = cell.binary,
        let batch = columns.batch(source, conversion)
      else { throw .malformed(layout.columns[cell.column], layout) }
      batches.append(batch)
    }
    if layout.extraColumn != nil { batches.append(ColumnBatch(absent: range.count)) }
    do {
      try writer.append(batches)
    } catch {
      throw ReplicatorError(error, table: layout.source.description)
    }
    unrepresentable += columns.unrepresentable
  }

  /// Bytes of row groups that are complete.
  var completeByteCount: Int { writer.completeByteCount }

  /// Takes them out, where there are any.
  mutating func takeBytes(
    _ body: (_ bytes: [UInt8]) throws(ReplicatorError) -> Void
  ) throws(ReplicatorError) {
    if writer.completeByteCount > 0 { try writer.takeBytes(body) }
  }

  /// The whole file, without what was taken out.
  mutating func finish() throws(ReplicatorError) -> [UInt8] {
    do {
      return try writer.finish()
    } catch {
      throw ReplicatorError(error, table: layout.source.description)
    }
  }

  private mutating func appendExpression(
    _ row: borrowing SourceRow, _ cell: Cell, at index: Int
  ) throws(ReplicatorError) {
    guard case .expression(let expression?) = layout.columns[cell.column].origin,
      let text = expression.value(row, layout)
    else { return writer[index].appendNull() }
    let result = Array(text.utf8).withUnsafeBytes { bytes in
      Result { () throws(ReplicatorError) in try append(.text(bytes), cell, at: index) }
    }
    try result.get()
  }

  private mutating func append(
    _ value: SourceValue, _ cell: Cell, at index: Int
  ) throws(ReplicatorError) {
    let text: UnsafeRawBufferPointer
    switch value {
    case .text(let bytes): text = bytes
    case .null, .unchanged: return writer[index].appendNull()
    }
    switch cell.conversion {
    case .text, .textBytes: writer[index].append(bytes: text.bytes)
    case .limitedText(let units):
      writer[index].append(bytes: ValueText.prefix(text, unitCount: units).bytes)
    case .limitedBytes(let count):
      guard let bytes = ValueText.bytes(text) else { return try refuse(cell, index) }
      writer[index].append(bytes: Array(bytes.prefix(count)).span.bytes)
    case .trimmedText: writer[index].append(bytes: ValueText.trimmingBlanks(text).bytes)
    case .int64:
      guard let number = ValueText.integer(text) else { return try refuse(cell, index) }
      writer[index].append(int64: number)
    case .int32:
      guard let number = ValueText.integer(text).flatMap(Int32.init(exactly:)) else {
        return try refuse(cell, index)
      }
      writer[index].append(int32: number)
    case .int16:
      guard let number = ValueText.integer(text).flatMap(Int16.init(exactly:)) else {
        return try refuse(cell, index)
      }
      writer[index].append(int32: Int32(number))
    case .float:
      guard let number = ValueText.float(text) else { return try refuse(cell, index) }
      writer[index].append(float: number)
    case .double:
      guard let number = ValueText.double(text) else { return try refuse(cell, index) }
      writer[index].append(double: number)
    case .boolean:
      guard let truth = ValueText.boolean(text) else { return try refuse(cell, index) }
      writer[index].append(bool: truth)
    case .decimal(let precision, let scale):
      switch ValueText.decimal(text, precision: precision, scale: scale) {
      case .value(let number): writer[index].append(decimalUnscaled: number)
      case .notRepresentable: appendUnrepresentable(index)
      case nil: try refuse(cell, index)
      }
    case .truthText:
      guard let truth = ValueText.boolean(text) else { return try refuse(cell, index) }
      writer[index].append(text: truth ? "true" : "false")
    case .interval:
      guard let interval = ValueText.interval(text) else { return try refuse(cell, index) }
      writer[index].append(text: interval)
    case .bytes:
      guard let bytes = ValueText.bytes(text) else { return try refuse(cell, index) }
      writer[index].append(bytes: bytes.span.bytes)
    case .date:
      switch ValueText.date(text) {
      case .value(let days): writer[index].append(int32: days)
      case .notRepresentable: appendUnrepresentable(index)
      case nil: try refuse(cell, index)
      }
    case .time:
      guard let milliseconds = ValueText.timeMilliseconds(text) else { return try refuse(cell, index) }
      writer[index].append(int32: milliseconds)
    case .timestampMillis, .timestampMicros:
      switch ValueText.timestamp(text) {
      case .value(let time):
        writer[index].append(
          int64: cell.conversion == .timestampMicros ? time.microseconds : time.flooredMilliseconds)
      case .notRepresentable: appendUnrepresentable(index)
      case nil: try refuse(cell, index)
      }
    }
  }

  private mutating func appendUnrepresentable(_ index: Int) {
    unrepresentable += 1
    writer[index].appendNull()
  }

  /// Text that is not of the column's type: NULL where a rule gave the type, else an error.
  private mutating func refuse(_ cell: Cell, _ index: Int) throws(ReplicatorError) {
    let column = layout.columns[cell.column]
    guard column.isLenient else { throw .malformed(column, layout) }
    appendUnrepresentable(index)
  }
}

extension ReplicatorError {
  static func malformed(_ column: FileLayout.Column, _ layout: FileLayout) -> ReplicatorError {
    ReplicatorError(
      .malformedValue, table: layout.source.description, column: column.name,
      detail: "PostgreSQL sent a value that is no \(column.type)")
  }
}

extension ColumnBatch {
  /// The same byte array again and again.
  init(repeating value: [UInt8], count: Int) {
    self.init(.slices(value, [Slice](repeating: Slice(start: 0, count: UInt32(value.count)), count: count)))
  }

  /// Nulls of a column of text.
  fileprivate init(absent count: Int) {
    self.init(
      .slices([], [Slice](repeating: Slice(start: 0, count: 0), count: count)),
      isPresent: [Bool](repeating: false, count: count))
  }
}

extension WriterSettings {
  init(dms settings: EndpointSettings) {
    self.init()
    version = settings.parquetVersion == .v1 ? .v1 : .v2
    encoding =
      switch settings.encodingType {
      case .plain: .plain
      case .plainDictionary: .plainDictionary
      case .rleDictionary: .rleDictionary
      }
    compression = settings.compressionType == .gzip ? .gzip : .uncompressed
    dictionaryPageSizeLimit = settings.dictPageSizeLimit
    dataPageSize = settings.dataPageSize
    rowGroupLength = settings.rowGroupLength
    writesStatistics = settings.enableStatistics
    createdBy = "AWS"
  }
}

extension ChangeOperation {
  /// The bytes of the `Op` column, made once.
  var letter: [UInt8] {
    switch self {
    case .insert: ChangeOperation.letters.0
    case .update: ChangeOperation.letters.1
    case .delete: ChangeOperation.letters.2
    }
  }

  private static let letters = ([UInt8(ascii: "I")], [UInt8(ascii: "U")], [UInt8(ascii: "D")])
}

extension Timestamp {
  var flooredMilliseconds: Int64 {
    let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
