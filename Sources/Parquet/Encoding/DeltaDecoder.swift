/// Decodes DELTA_BINARY_PACKED: a first value, then blocks of differences, each block in bit-packed miniblocks.
///
/// Format: parquet-format, Encodings.md. Sums wrap, as the format has them, so that no value can trap.
enum DeltaDecoder {
  /// All values from `offset`, which moves behind them.
  ///
  /// - Parameter maximum: the most values that the page may hold.
  /// - Throws: where the header is broken or values are missing.
  static func integers(
    _ bytes: RawSpan, offset: inout Int, end: Int, maximum: Int
  ) throws(Flaw) -> [Int64] {
    var reader = ThriftReader(bytes.extracting(0..<end), at: offset)
    let blockSize = try reader.varint()
    let miniblockCount = try reader.varint()
    let total = try reader.varint()
    let first = try reader.integer()
    offset = reader.offset
    guard blockSize > 0, blockSize <= UInt64(Int32.max), blockSize % 8 == 0, miniblockCount > 0,
      miniblockCount <= blockSize, blockSize % miniblockCount == 0, (blockSize / miniblockCount) % 8 == 0
    else { throw Flaw(.deltaHeaderBroken, at: offset) }
    guard total <= UInt64(maximum) else {
      throw Flaw(.pageValuesBeyondChunk(valueCount: Int64(clamping: total)), at: offset)
    }
    guard total > 0 else { return [] }
    var values = [first]
    // Of the announced values no more than usual pages hold: the data tells whether there are as many.
    values.reserveCapacity(min(Int(total), 1 << 16))
    let miniblockSize = Int(blockSize / miniblockCount)
    while values.count < Int(total) {
      try block(
        bytes, offset: &offset, end: end, miniblockCount: Int(miniblockCount), miniblockSize: miniblockSize,
        total: Int(total), into: &values)
    }
    return values
  }

  private static func block(
    _ bytes: RawSpan, offset: inout Int, end: Int, miniblockCount: Int, miniblockSize: Int, total: Int,
    into values: inout [Int64]
  ) throws(Flaw) {
    var reader = ThriftReader(bytes.extracting(0..<end), at: offset)
    let minimum = try reader.integer()
    offset = reader.offset
    guard miniblockCount <= end - offset else { throw Flaw(.endOfBytes, at: offset) }
    let widths = offset
    offset += miniblockCount
    for miniblock in 0..<miniblockCount {
      let count = min(miniblockSize, total - values.count)
      // Behind the last value widths may hold anything, and there are no bytes.
      guard count > 0 else { return }
      let width = Int(bytes.byte(widths + miniblock))
      guard width <= 64 else { throw Flaw(.bitWidthOutOfRange(width), at: widths + miniblock) }
      guard (count * width + 7) / 8 <= end - offset else {
        throw Flaw(.valuesTooShort(missing: total - values.count), at: offset)
      }
      let start = values.count
      values.append(contentsOf: repeatElement(0, count: count))
      var output = values.mutableSpan
      BitUnpacker.unpack(bytes, bit: offset * 8, width: width, into: &output, at: start, count: count)
      var sum = output[start - 1]
      for index in start..<start + count {
        sum = sum &+ minimum &+ output[index]
        output[index] = sum
      }
      // A writer may leave out the filling of the last miniblock.
      offset += min(miniblockSize * width / 8, end - offset)
    }
  }

  /// The lengths of byte arrays, whose sum is checked to be within what remains.
  static func lengths(
    _ bytes: RawSpan, offset: inout Int, end: Int, maximum: Int
  ) throws(Flaw) -> [Int32] {
    let integers = try integers(bytes, offset: &offset, end: end, maximum: maximum)
    var lengths: [Int32] = []
    lengths.reserveCapacity(integers.count)
    for length in integers {
      guard length >= 0, length <= Int64(Int32.max) else {
        throw Flaw(.valueLengthOutOfRange(length), at: offset)
      }
      lengths.append(Int32(length))
    }
    return lengths
  }
}

/// Decodes DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
struct DeltaLengthDecoder {
  private let lengths: [Int32]
  private var next = 0
  private var offset: Int
  private let end: Int

  init(_ bytes: RawSpan, range: Range<Int>, maximum: Int) throws(Flaw) {
    offset = range.lowerBound
    end = range.upperBound
    lengths = try DeltaDecoder.lengths(bytes, offset: &offset, end: end, maximum: maximum)
  }

  mutating func decode(_ bytes: RawSpan, count: Int, into values: inout ValueBuffers) throws(Flaw) {
    guard count <= lengths.count - next else {
      throw Flaw(.valuesTooShort(missing: count - (lengths.count - next)), at: offset)
    }
    let first = offset
    let start = try values.room(for: end - offset)
    values.slices.reserveCapacity(values.slices.count + count)
    for index in next..<next + count {
      let length = Int(lengths[index])
      guard length <= end - offset else { throw Flaw(.valueLengthOutOfRange(Int64(length)), at: offset) }
      values.slices.append(ByteSlice(start: start + offset - first, count: length))
      offset += length
    }
    next += count
    values.bytes.append(bytes, first..<offset)
  }
}

/// Decodes DELTA_BYTE_ARRAY: for each value the length of what it shares with the one before, and the rest.
struct DeltaByteArrayDecoder {
  private let prefixes: [Int32]
  private let suffixes: [Int32]
  private var next = 0
  private var offset: Int
  private let end: Int
  private var previous: [UInt8] = []
  /// The most bytes that one call may make: a few bytes can stand for very many.
  private let byteLimit: Int
  /// The length that every value must have; nil where it varies.
  private let fixedLength: Int?

  init(
    _ bytes: RawSpan, range: Range<Int>, maximum: Int, byteLimit: Int, fixedLength: Int?
  ) throws(Flaw) {
    offset = range.lowerBound
    end = range.upperBound
    self.byteLimit = byteLimit
    self.fixedLength = fixedLength
    prefixes = try DeltaDecoder.lengths(bytes, offset: &offset, end: end, maximum: maximum)
    suffixes = try DeltaDecoder.lengths(bytes, offset: &offset, end: end, maximum: maximum)
    guard prefixes.count == suffixes.count else { throw Flaw(.deltaHeaderBroken, at: offset) }
  }

  mutating func decode(_ bytes: RawSpan, count: Int, into values: inout ValueBuffers) throws(Flaw) {
    guard count <= prefixes.count - next else {
      throw Flaw(.valuesTooShort(missing: count - (prefixes.count - next)), at: offset)
    }
    let bytesBefore = values.bytes.count
    for index in next..<next + count {
      let prefix = Int(prefixes[index])
      let suffix = Int(suffixes[index])
      guard prefix <= previous.count else { throw Flaw(.valueLengthOutOfRange(Int64(prefix)), at: offset) }
      guard suffix <= end - offset else { throw Flaw(.valueLengthOutOfRange(Int64(suffix)), at: offset) }
      let made = values.bytes.count - bytesBefore + prefix + suffix
      guard made <= byteLimit else {
        throw Flaw(.limitExceeded(.page, value: Int64(made), limit: Int64(byteLimit)), at: offset)
      }
      if let fixedLength, prefix + suffix != fixedLength {
        throw Flaw(.valueLengthOutOfRange(Int64(prefix + suffix)), at: offset)
      }
      previous.removeLast(previous.count - prefix)
      previous.append(bytes, offset..<offset + suffix)
      offset += suffix
      let start = try values.room(for: previous.count)
      values.bytes += previous
      values.slices.append(ByteSlice(start: start, count: previous.count))
    }
    next += count
  }
}
