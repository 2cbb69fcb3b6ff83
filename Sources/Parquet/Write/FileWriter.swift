/// Writes a Parquet file of flat columns into memory.
///
/// Append one value to each column, then call `endRow`; or append batches of many rows. A row group is encoded when it is full; its bytes can be
/// taken out at once, so that a file need not be held whole.
public struct FileWriter: Sendable {
  /// The rows ended so far.
  public private(set) var rowCount = 0

  private let columns: [ColumnDefinition]
  private let settings: WriterSettings
  @usableFromInline
  var builders: [ColumnBuilder]
  private var rowGroups: [WrittenRowGroup] = []
  private var rowsInGroup = 0
  private var bytes: [UInt8] = []
  /// The bytes that were taken out.
  private var takenByteCount: Int64 = 0
  private var isFinished = false

  /// A writer of a file with these columns.
  ///
  /// - Throws: `misuse` for a definition or setting that makes no sense.
  public init(
    columns: [ColumnDefinition], settings: WriterSettings = WriterSettings()
  ) throws(ParquetError) {
    for column in columns where !column.isValid {
      throw ParquetError(.definitionInvalid, at: .init(column: column.name))
    }
    if let setting = settings.problem { throw ParquetError(.settingOutOfRange(setting), at: .init()) }
    self.columns = columns
    self.settings = settings
    builders = columns.map { ColumnBuilder($0, settings: settings) }
    bytes.append(littleEndian: FooterDecoder.magic)
  }

  /// The column of that number; append to it in place.
  @inlinable
  public subscript(_ column: Int) -> ColumnBuilder {
    _read { yield builders[column] }
    // Inlined into the caller, this is the builder's address; called, it would allocate for each value.
    _modify { yield &builders[column] }
  }

  /// The size that the file has so far, about: what is encoded, and what waits for its row group to end.
  public var byteCountEstimate: Int {
    builders.reduce(Int(takenByteCount) + bytes.count) { $0 + $1.byteCountEstimate }
  }

  /// Ends a row; ends the row group where it is full.
  ///
  /// - Throws: `misuse` where the row group ends and a column got another number of values than there are rows,
  ///   or a value that did not fit.
  public mutating func endRow() throws(ParquetError) {
    guard !isFinished else { throw ParquetError(.writerFinished, at: .init()) }
    rowCount += 1
    rowsInGroup += 1
    if rowsInGroup == settings.rowGroupLength { try endRowGroup() }
  }

  /// Appends the rows of a batch for each column, ending row groups where they are full.
  ///
  /// It is the same as appending the values one by one and ending each row, and takes less time. No row may be open.
  ///
  /// - Throws: `misuse` where batches are missing or of unequal lengths, or as `endRow`.
  public mutating func append(_ batches: [ColumnBatch]) throws(ParquetError) {
    guard !isFinished else { throw ParquetError(.writerFinished, at: .init()) }
    guard batches.count == columns.count else {
      throw ParquetError(.unequalColumns(expected: columns.count, found: batches.count), at: .init())
    }
    let count = batches.first?.count ?? 0
    for (column, batch) in zip(columns, batches) {
      let location = ParquetError.Location(rowGroup: rowGroups.count, column: column.name)
      guard batch.count == count, (batch.isPresent?.count ?? count) == count else {
        throw ParquetError(.unequalColumns(expected: count, found: batch.count), at: location)
      }
    }
    var next = 0
    while next < count {
      let end = min(count, next + settings.rowGroupLength - rowsInGroup)
      for column in builders.indices { builders[column].append(batches[column], next..<end) }
      rowCount += end - next
      rowsInGroup += end - next
      if rowsInGroup == settings.rowGroupLength { try endRowGroup() }
      next = end
    }
  }

  /// The bytes that are complete and can be taken out.
  public var completeByteCount: Int { bytes.count }

  /// Takes the bytes that are complete out of the writer.
  public mutating func takeBytes() -> [UInt8] {
    var taken: [UInt8] = []
    swap(&taken, &bytes)
    takenByteCount += Int64(taken.count)
    return taken
  }

  /// Takes the bytes that are complete out of the writer, which keeps their room for those to come.
  ///
  /// - Parameter body: is lent the bytes.
  /// - Throws: what `body` throws; the bytes stay then.
  public mutating func takeBytes<Failure: Error>(
    _ body: (_ bytes: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    try body(bytes)
    takenByteCount += Int64(bytes.count)
    bytes.removeAll(keepingCapacity: true)
  }

  /// Ends the file.
  ///
  /// - Returns: the bytes that were not taken before: the whole file where none were.
  /// - Throws: as `endRow`.
  public mutating func finish() throws(ParquetError) -> [UInt8] {
    guard !isFinished else { throw ParquetError(.writerFinished, at: .init()) }
    try endRowGroup()
    isFinished = true
    bytes += FooterWriter(columns: columns, settings: settings).footer(rowGroups)
    return takeBytes()
  }

  private mutating func endRowGroup() throws(ParquetError) {
    for builder in builders {
      let location = ParquetError.Location(rowGroup: rowGroups.count, column: builder.definition.name)
      if let problem = builder.problem { throw ParquetError(problem, at: location) }
      guard builder.count == rowsInGroup else {
        throw ParquetError(.unequalColumns(expected: rowsInGroup, found: builder.count), at: location)
      }
    }
    guard rowsInGroup > 0 else { return }
    var chunks: [WrittenChunk] = []
    chunks.reserveCapacity(builders.count)
    var compressor = Compressor(settings.compression)
    for column in builders.indices {
      do throws(Flaw) {
        chunks.append(
          try builders[column].writeChunk(
            to: &bytes, start: takenByteCount, settings: settings, compressor: &compressor))
      } catch {
        throw ParquetError(
          error.problem, at: .init(rowGroup: rowGroups.count, column: columns[column].name))
      }
    }
    rowGroups.append(WrittenRowGroup(chunks: chunks, rowCount: Int64(rowsInGroup)))
    rowsInGroup = 0
  }
}
