/// Reads the values of one column chunk, page by page.
///
/// It does no I/O: `next` says which bytes of the file it needs, `supply` gives them. Given page by page, it holds
/// one page, the dictionary and the values of one call; given the whole chunk, nothing is copied but values.
public struct ColumnChunkReader: ~Copyable {
  /// What came of a call of `next`.
  public enum Step: Sendable {
    /// These bytes of the file are needed: supply them and call again.
    case needs(Range<Int64>)
    /// Further values.
    case values(ColumnValues)
    /// All values of the chunk were given.
    case end
  }

  private let column: Column
  private let isEncrypted: Bool
  private let isInOtherFile: Bool
  private let location: ParquetError.Location
  private let limits: ReadLimits
  private var source: PageSource
  private var decoder: PageDecoder
  private var valuesLeft: Int64
  private var dictionary: ValueBuffers?
  private var page: DataPage?
  private var pageValuesLeft = 0
  private var values: ValueDecoder?

  /// A reader of `chunk`, which belongs to `column` of the file's schema.
  ///
  /// - Parameters:
  ///   - rowGroup: the row group's number, for errors.
  ///   - label: the file's name, for errors.
  public init(
    _ chunk: ColumnChunkMetadata, column: Column, rowGroup: Int? = nil, file label: String? = nil,
    limits: ReadLimits = ReadLimits()
  ) {
    self.column = column
    self.limits = limits
    isEncrypted = chunk.isEncrypted
    isInOtherFile = chunk.isInOtherFile
    location = ParquetError.Location(file: label, rowGroup: rowGroup, column: column.dottedPath)
    source = PageSource(range: chunk.byteRange)
    decoder = PageDecoder(codec: chunk.codec, limits: limits)
    valuesLeft = chunk.valueCount
  }

  /// Gives bytes of the file that begin at `offset`; what was given before is let go.
  public mutating func supply(_ bytes: [UInt8], at offset: Int64) {
    source.supply(bytes, at: offset)
  }

  /// At most `maximum` entries (the rows of a flat column), all of one page; or the bytes needed first.
  ///
  /// - Throws: what is wrong with the chunk; after that the reader is of no use.
  public mutating func next(upTo maximum: Int) throws(ParquetError) -> Step {
    do throws(Flaw) {
      if isEncrypted { throw Flaw(.columnEncrypted, at: Int(source.position)) }
      if isInOtherFile { throw Flaw(.columnInOtherFile, at: Int(source.position)) }
      while pageValuesLeft == 0 {
        guard valuesLeft > 0 else { return .end }
        if let range = try nextPage() { return .needs(range) }
      }
      var batch = ColumnValues(column: column, dictionaryBytes: dictionary?.bytes ?? [])
      try decode(min(max(1, maximum), pageValuesLeft), into: &batch)
      return .values(batch)
    } catch {
      throw ParquetError(error.problem, at: location.at(Int64(error.offset)))
    }
  }

  /// All values of a chunk whose bytes are at hand.
  ///
  /// - Parameters:
  ///   - bytes: bytes of the file that hold `chunk.byteRange`.
  ///   - offset: where `bytes` begin in the file.
  /// - Throws: what is wrong with the chunk.
  public static func values(
    of chunk: ColumnChunkMetadata, column: Column, bytes: [UInt8], at offset: Int64, rowGroup: Int? = nil,
    file label: String? = nil, limits: ReadLimits = ReadLimits()
  ) throws(ParquetError) -> ColumnValues {
    var reader = ColumnChunkReader(chunk, column: column, rowGroup: rowGroup, file: label, limits: limits)
    reader.supply(bytes, at: offset)
    return try reader.remaining()
  }

  private mutating func remaining() throws(ParquetError) -> ColumnValues {
    do throws(Flaw) {
      if isEncrypted { throw Flaw(.columnEncrypted, at: Int(source.position)) }
      if isInOtherFile { throw Flaw(.columnInOtherFile, at: Int(source.position)) }
      guard valuesLeft <= limits.valueCount else {
        throw Flaw(.limitExceeded(.values, value: valuesLeft, limit: Int64(limits.valueCount)), at: 0)
      }
      var all = ColumnValues(column: column, dictionaryBytes: [])
      while valuesLeft > 0 || pageValuesLeft > 0 {
        if pageValuesLeft == 0, let range = try nextPage() {
          throw Flaw(.bytesNotAsked(offset: range.lowerBound), at: Int(range.lowerBound))
        }
        try decode(pageValuesLeft, into: &all)
      }
      all.dictionaryBytes = dictionary?.bytes ?? []
      return all
    } catch {
      throw ParquetError(error.problem, at: location.at(Int64(error.offset)))
    }
  }

  /// Goes to the next data page with values; the result is the bytes that are lacking, if any.
  private mutating func nextPage() throws(Flaw) -> Range<Int64>? {
    if let page {
      self.page = nil
      if decoder.codec != .uncompressed { decoder.recycle(page.valueBytes) }
    }
    let position = Int(source.position)
    switch try source.next() {
    case .needs(let range): return range
    case .end: throw Flaw(.pageMissing(valuesLeft: valuesLeft), at: position)
    case .page(let header, let body):
      do {
        try take(header, body, position)
      } catch {
        // Offsets within a decompressed page mean nothing to the caller: name the page.
        throw Flaw(error.problem, at: position)
      }
      return nil
    }
  }

  private mutating func take(_ header: PageHeader, _ body: Range<Int>, _ position: Int) throws(Flaw) {
    switch header.kind {
    case .other: return
    case .dictionary:
      guard dictionary == nil else { throw Flaw(.dictionaryRepeated, at: position) }
      let page = try decoder.body(header, source.bytes, body)
      dictionary = try Self.dictionary(header, column, page.bytes, page.range)
      if decoder.codec != .uncompressed { decoder.recycle(page.bytes) }
    case .dataV1, .dataV2:
      guard header.valueCount <= valuesLeft else {
        throw Flaw(.pageValuesBeyondChunk(valueCount: Int64(header.valueCount)), at: position)
      }
      let page = try decoder.dataPage(header, source.bytes, body, column: column, fileOffset: position)
      values = try ValueDecoder(
        header, column: column, bytes: page.valueBytes.span.bytes, range: page.valueRange,
        hasDictionary: dictionary != nil, limits: limits)
      valuesLeft -= Int64(header.valueCount)
      pageValuesLeft = header.valueCount
      self.page = page
    }
  }

  static func dictionary(
    _ header: PageHeader, _ column: Column, _ bytes: [UInt8], _ range: Range<Int>
  ) throws(Flaw) -> ValueBuffers {
    // All three names mean PLAIN here, the last by writers that name it after the data pages.
    switch UInt8(exactly: header.encoding).flatMap(Encoding.init(rawValue:)) {
    case .plain, .plainDictionary, .rleDictionary: break
    default:
      throw Flaw(.encodingUnsupported(header.encoding, column.physicalType), at: 0)
    }
    let type = column.physicalType
    let width = type.byteWidth(typeLength: column.typeLength)
    // Values have at least a bit, and byte arrays their lengths. A width of 0 makes any count fit: bound it too.
    guard header.valueCount <= range.count * 8 || width == 0 && header.valueCount <= 1 else {
      throw Flaw(.dictionaryTooLong(valueCount: Int64(header.valueCount)), at: 0)
    }
    var decoder = PlainDecoder(range: range, width: width ?? 0)
    var dictionary = ValueBuffers()
    try decoder.decode(bytes.span.bytes, type: type, count: header.valueCount, into: &dictionary)
    return dictionary
  }

  /// Decodes `count` entries of the current page, which has as many.
  private mutating func decode(_ count: Int, into batch: inout ColumnValues) throws(Flaw) {
    guard var page, var values else { return }
    let fileOffset = page.fileOffset
    self.page = nil
    do {
      let start = batch.count
      let levelBytes = page.levelBytes
      let levels = levelBytes.span.bytes
      try page.repetition.decode(levels, count: count, into: &batch.repetitionLevels)
      try page.definition.decode(levels, count: count, into: &batch.definitionLevels)
      var present = count
      let maximum = UInt8(column.maxDefinitionLevel)
      if maximum > 0 {
        present = 0
        for level in batch.definitionLevels[start...] where level == maximum { present += 1 }
      }
      try values.decode(
        page.valueBytes.span.bytes, count: present, dictionary: dictionary ?? ValueBuffers(),
        into: &batch.buffers)
      if maximum > 0 {
        batch.buffers.spread(
          column.physicalType, from: start, levels: batch.definitionLevels, maximum: maximum)
      }
      batch.count += count
    } catch {
      throw Flaw(error.problem, at: fileOffset)
    }
    pageValuesLeft -= count
    self.page = page
    self.values = values
  }
}

extension ParquetError.Location {
  func at(_ offset: Int64) -> ParquetError.Location {
    var location = self
    location.offset = offset
    return location
  }
}
