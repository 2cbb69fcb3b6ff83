import CDeflate

/// A data page made ready: its levels and values, and the bytes that they are read from.
struct DataPage {
  var header: PageHeader
  /// Where the page's header begins in the file.
  var fileOffset: Int
  var repetition = LevelDecoder()
  var definition = LevelDecoder()
  /// The bytes that hold the levels.
  var levelBytes: [UInt8]
  /// The bytes that hold the values: those of the levels, or decompressed ones.
  var valueBytes: [UInt8]
  var valueRange: Range<Int>
}

/// Checks and decompresses pages.
struct PageDecoder: ~Copyable {
  private var decompressor = Decompressor()
  /// Decompressed bytes that no page uses any more.
  private var spare: [UInt8] = []

  var codec: Codec
  let limits: ReadLimits

  init(codec: Codec, limits: ReadLimits) {
    self.codec = codec
    self.limits = limits
  }

  /// Gives back the bytes of a page that is done with, so that they are used again.
  mutating func recycle(_ bytes: consuming [UInt8]) {
    if bytes.count > spare.count { spare = bytes }
  }

  /// Checks the page's CRC over its stored bytes.
  func check(_ header: PageHeader, _ bytes: RawSpan) throws(Flaw) {
    guard limits.verifiesChecksums, let checksum = header.checksum else { return }
    let found = bytes.withUnsafeBytes { source in
      libdeflate_crc32(0, source.baseAddress, source.count)
    }
    guard found == checksum else { throw Flaw(.checksumDiffers, at: 0) }
  }

  /// The bytes of a dictionary page, or of a version 1 data page, decompressed.
  mutating func body(
    _ header: PageHeader, _ bytes: [UInt8], _ range: Range<Int>
  ) throws(Flaw) -> (bytes: [UInt8], range: Range<Int>) {
    let span = bytes.span.bytes.extracting(range)
    try check(header, span)
    try checkLimit(header.uncompressedSize)
    // A dictionary without values may have no byte at all, and no frame of its codec.
    if codec == .uncompressed || range.isEmpty {
      guard header.uncompressedSize == range.count else {
        throw Flaw(
          .decompressedSizeDiffers(codec, expected: header.uncompressedSize, found: range.count), at: 0)
      }
      return (bytes, range)
    }
    return (try decompressed(span, size: header.uncompressedSize), 0..<header.uncompressedSize)
  }

  /// Makes a data page ready.
  mutating func dataPage(
    _ header: PageHeader, _ bytes: [UInt8], _ range: Range<Int>, column: Column, fileOffset: Int
  ) throws(Flaw) -> DataPage {
    header.kind == .dataV2
      ? try pageV2(header, bytes, range, column, fileOffset)
      : try pageV1(header, bytes, range, column, fileOffset)
  }

  private mutating func pageV1(
    _ header: PageHeader, _ bytes: [UInt8], _ range: Range<Int>, _ column: Column, _ fileOffset: Int
  ) throws(Flaw) -> DataPage {
    let body = try body(header, bytes, range)
    let span = body.bytes.span.bytes
    var offset = body.range.lowerBound
    let repetition = try LevelDecoder.atStart(
      of: span, offset: &offset, end: body.range.upperBound, maximum: column.maxRepetitionLevel,
      encoding: header.repetitionEncoding, count: header.valueCount)
    let definition = try LevelDecoder.atStart(
      of: span, offset: &offset, end: body.range.upperBound, maximum: column.maxDefinitionLevel,
      encoding: header.definitionEncoding, count: header.valueCount)
    return DataPage(
      header: header, fileOffset: fileOffset, repetition: repetition, definition: definition,
      levelBytes: body.bytes, valueBytes: body.bytes, valueRange: offset..<body.range.upperBound)
  }

  private mutating func pageV2(
    _ header: PageHeader, _ bytes: [UInt8], _ range: Range<Int>, _ column: Column, _ fileOffset: Int
  ) throws(Flaw) -> DataPage {
    let levelsByteCount = header.repetitionByteCount + header.definitionByteCount
    guard levelsByteCount <= range.count, levelsByteCount <= header.uncompressedSize else {
      throw Flaw(.sizeBeyondEnd(byteCount: Int64(levelsByteCount)), at: 0)
    }
    try check(header, bytes.span.bytes.extracting(range))
    try checkLimit(header.uncompressedSize)
    let definitionStart = range.lowerBound + header.repetitionByteCount
    let valuesStart = range.lowerBound + levelsByteCount
    var page = DataPage(
      header: header, fileOffset: fileOffset, levelBytes: bytes, valueBytes: bytes,
      valueRange: valuesStart..<range.upperBound)
    if column.maxRepetitionLevel > 0 {
      page.repetition = LevelDecoder(
        maximum: column.maxRepetitionLevel, range: range.lowerBound..<definitionStart)
    }
    if column.maxDefinitionLevel > 0 {
      page.definition = LevelDecoder(maximum: column.maxDefinitionLevel, range: definitionStart..<valuesStart)
    }
    let size = header.uncompressedSize - levelsByteCount
    if codec != .uncompressed && header.isCompressed && !page.valueRange.isEmpty {
      page.valueBytes = try decompressed(bytes.span.bytes.extracting(page.valueRange), size: size)
      page.valueRange = 0..<size
    } else if page.valueRange.count != size {
      throw Flaw(
        .decompressedSizeDiffers(.uncompressed, expected: size, found: page.valueRange.count), at: 0)
    }
    return page
  }

  private mutating func decompressed(_ span: RawSpan, size: Int) throws(Flaw) -> [UInt8] {
    var output = spare
    spare = []
    try decompressor.decompress(codec, span, size: size, into: &output)
    return output
  }

  private func checkLimit(_ size: Int) throws(Flaw) {
    guard size <= limits.pageByteCount else {
      throw Flaw(.limitExceeded(.page, value: Int64(size), limit: Int64(limits.pageByteCount)), at: 0)
    }
  }
}
