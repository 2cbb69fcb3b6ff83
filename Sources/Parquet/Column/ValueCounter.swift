/// Counts the values of BYTE_ARRAY columns without making them.
///
/// Dictionary indices are counted as the runs and bit-packed groups that they are stored as. One counter serves any
/// number of chunks and keeps its buffers between them.
public struct ValueCounter: ~Copyable {
  /// What was counted so far.
  public private(set) var counts = ValueCounts()
  private let limits: ReadLimits
  private var decoder: PageDecoder
  /// The dictionary of the current chunk.
  private var dictionary: ValueBuffers?
  private var dictionaryCounts: [Int] = []

  /// A counter with nothing counted.
  public init(limits: ReadLimits = ReadLimits()) {
    self.limits = limits
    decoder = PageDecoder(codec: .uncompressed, limits: limits)
  }

  /// Forgets what was counted.
  public mutating func reset() { counts = ValueCounts() }

  /// Counts all values of a chunk.
  ///
  /// - Parameters:
  ///   - bytes: bytes of the file that hold `chunk.byteRange`.
  ///   - offset: where `bytes` begin in the file.
  ///   - rowGroup: the row group's number, for errors.
  ///   - label: the file's name, for errors.
  /// - Throws: what is wrong with the chunk; `misuse` for a column that is no BYTE_ARRAY. The counts are then void.
  public mutating func add(
    _ chunk: ColumnChunkMetadata, column: Column, bytes: [UInt8], at offset: Int64, rowGroup: Int? = nil,
    file label: String? = nil
  ) throws(ParquetError) {
    do throws(Flaw) {
      if chunk.isEncrypted { throw Flaw(.columnEncrypted, at: Int(chunk.byteRange.lowerBound)) }
      if chunk.isInOtherFile { throw Flaw(.columnInOtherFile, at: Int(chunk.byteRange.lowerBound)) }
      guard column.physicalType == .byteArray else { throw Flaw(.wrongType(expected: .byteArray), at: 0) }
      decoder.codec = chunk.codec
      try count(chunk, column, bytes, offset)
    } catch {
      throw ParquetError(
        error.problem,
        at: .init(file: label, rowGroup: rowGroup, column: column.dottedPath, offset: Int64(error.offset)))
    }
  }

  private mutating func count(
    _ chunk: ColumnChunkMetadata, _ column: Column, _ bytes: [UInt8], _ offset: Int64
  ) throws(Flaw) {
    var source = PageSource(range: chunk.byteRange)
    source.supply(bytes, at: offset)
    dictionary = nil
    var valuesLeft = chunk.valueCount
    while valuesLeft > 0 {
      let position = Int(source.position)
      switch try source.next() {
      case .needs(let range): throw Flaw(.bytesNotAsked(offset: range.lowerBound), at: position)
      case .end: throw Flaw(.pageMissing(valuesLeft: valuesLeft), at: position)
      case .page(let header, let body):
        do throws(Flaw) {
          guard header.kind != .other else { continue }
          if header.kind == .dictionary {
            try takeDictionary(header, bytes, body, column)
            continue
          }
          guard header.valueCount <= valuesLeft else {
            throw Flaw(.pageValuesBeyondChunk(valueCount: Int64(header.valueCount)), at: position)
          }
          try countPage(header, bytes, body, column)
          valuesLeft -= Int64(header.valueCount)
        } catch {
          throw Flaw(error.problem, at: position)
        }
      }
    }
    flushDictionary()
  }

  private mutating func takeDictionary(
    _ header: PageHeader, _ bytes: [UInt8], _ body: Range<Int>, _ column: Column
  ) throws(Flaw) {
    guard dictionary == nil else { throw Flaw(.dictionaryRepeated, at: 0) }
    let page = try decoder.body(header, bytes, body)
    let values = try ColumnChunkReader.dictionary(header, column, page.bytes, page.range)
    dictionaryCounts.removeAll(keepingCapacity: true)
    dictionaryCounts.append(contentsOf: repeatElement(0, count: values.slices.count))
    dictionary = values
    if decoder.codec != .uncompressed { decoder.recycle(page.bytes) }
  }

  private mutating func countPage(
    _ header: PageHeader, _ bytes: [UInt8], _ body: Range<Int>, _ column: Column
  ) throws(Flaw) {
    var page = try decoder.dataPage(header, bytes, body, column: column, fileOffset: 0)
    let present: Int
    if column.maxDefinitionLevel == 0 {
      present = header.valueCount
    } else {
      let levelBytes = page.levelBytes
      present = try page.definition.countMaximum(levelBytes.span.bytes, count: header.valueCount)
    }
    counts.nullCount += Int64(header.valueCount - present)
    let span = page.valueBytes.span.bytes
    switch UInt8(exactly: header.encoding).flatMap(Encoding.init(rawValue:)) {
    case .plainDictionary, .rleDictionary:
      var indices = try ValueDecoder.indices(span, range: page.valueRange, hasDictionary: dictionary != nil)
      try IndexHistogram.count(&indices, span, present, into: &dictionaryCounts)
    default:
      var values = ValueBuffers()
      var decoder = try ValueDecoder(
        header, column: column, bytes: span, range: page.valueRange, hasDictionary: false, limits: limits)
      try decoder.decode(span, count: present, dictionary: ValueBuffers(), into: &values)
      let valueBytes = values.bytes.span.bytes
      for slice in values.slices { counts.add(valueBytes.extracting(slice.range), 1) }
    }
    if decoder.codec != .uncompressed { decoder.recycle(page.valueBytes) }
  }

  /// Turns counts by index into counts by value.
  private mutating func flushDictionary() {
    guard let dictionary else { return }
    let bytes = dictionary.bytes.span.bytes
    for (index, slice) in dictionary.slices.enumerated() {
      counts.add(bytes.extracting(slice.range), Int64(dictionaryCounts[index]))
    }
    self.dictionary = nil
  }

  /// Counts the values of one chunk.
  ///
  /// - Throws: what is wrong with the chunk; `misuse` for a column that is no BYTE_ARRAY.
  public static func counts(
    of chunk: ColumnChunkMetadata, column: Column, bytes: [UInt8], at offset: Int64, rowGroup: Int? = nil,
    file label: String? = nil, limits: ReadLimits = ReadLimits()
  ) throws(ParquetError) -> ValueCounts {
    var counter = ValueCounter(limits: limits)
    try counter.add(chunk, column: column, bytes: bytes, at: offset, rowGroup: rowGroup, file: label)
    return counter.counts
  }
}

/// Counts how often each dictionary index occurs.
enum IndexHistogram {
  /// Counts `count` indices.
  ///
  /// - Throws: where indices are missing or are out of the dictionary's range.
  static func count(
    _ indices: inout HybridDecoder, _ bytes: RawSpan, _ count: Int, into counts: inout [Int]
  ) throws(Flaw) {
    var left = count
    while left > 0 {
      guard let run = try indices.nextRun(bytes, upTo: left) else {
        throw Flaw(.valuesTooShort(missing: left), at: 0)
      }
      switch run {
      case .repeated(let value, let length):
        guard Int(value) < counts.count else {
          throw Flaw(.dictionaryIndexOutOfRange(Int(value)), at: 0)
        }
        counts[Int(value)] += length
        left -= length
      case .packed(let bit, let length):
        try packed(bytes, bit: bit, width: indices.bitWidth, length, into: &counts)
        left -= length
      }
    }
  }

  private static func packed(
    _ bytes: RawSpan, bit: Int, width: Int, _ count: Int, into counts: inout [Int]
  ) throws(Flaw) {
    if width == 1 {
      let ones = BitCounter.ones(bytes, bit: bit, count: count)
      try add(count - ones, at: 0, into: &counts)
      try add(ones, at: 1, into: &counts)
    } else if width == 2 && bit & 7 == 0 {
      try pairs(bytes, bit: bit, count, into: &counts)
    } else {
      var position = bit
      for _ in 0..<count {
        try add(1, at: Int(BitUnpacker.value(bytes, bit: position, width: width)), into: &counts)
        position += width
      }
    }
  }

  /// Two bits hold the indices of Op: 32 of them in a word, told apart by their low and high bits.
  private static func pairs(
    _ bytes: RawSpan, bit: Int, _ count: Int, into counts: inout [Int]
  ) throws(Flaw) {
    var low = 0
    var high = 0
    var both = 0
    var position = bit
    var left = count
    while left >= 32 {
      // In fours of bits the counts of seven words have room.
      var (lows, highs, boths): (UInt64, UInt64, UInt64) = (0, 0, 0)
      let words = min(7, left / 32)
      for _ in 0..<words {
        let word = bytes.uint64(position >> 3)
        let lowBits = word & Self.evenBits
        let highBits = (word >> 1) & Self.evenBits
        lows &+= inFours(lowBits)
        highs &+= inFours(highBits)
        boths &+= inFours(lowBits & highBits)
        position &+= 64
      }
      low += sum(fours: lows)
      high += sum(fours: highs)
      both += sum(fours: boths)
      left -= words * 32
    }
    let word = BitCounter.word(bytes, bit: position, count: left * 2)
    let lowBits = word & Self.evenBits
    let highBits = (word >> 1) & Self.evenBits
    low += lowBits.nonzeroBitCount
    high += highBits.nonzeroBitCount
    both += (lowBits & highBits).nonzeroBitCount
    try add(count - low - high + both, at: 0, into: &counts)
    try add(low - both, at: 1, into: &counts)
    try add(high - both, at: 2, into: &counts)
    try add(both, at: 3, into: &counts)
  }

  private static let evenBits: UInt64 = 0x5555_5555_5555_5555

  /// The even bits, counted in each four bits.
  @inline(__always)
  private static func inFours(_ bits: UInt64) -> UInt64 {
    (bits & 0x3333_3333_3333_3333) &+ (bits &>> 2 & 0x3333_3333_3333_3333)
  }

  @inline(__always)
  private static func sum(fours: UInt64) -> Int {
    let eights = (fours & 0x0f0f_0f0f_0f0f_0f0f) &+ (fours &>> 4 & 0x0f0f_0f0f_0f0f_0f0f)
    return Int(truncatingIfNeeded: (eights &* 0x0101_0101_0101_0101) &>> 56)
  }

  @inline(__always)
  private static func add(_ count: Int, at index: Int, into counts: inout [Int]) throws(Flaw) {
    guard count > 0 else { return }
    guard index < counts.count else { throw Flaw(.dictionaryIndexOutOfRange(index), at: 0) }
    counts[index] += count
  }
}
