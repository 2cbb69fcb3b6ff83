/// Decodes the hybrid of runs and bit-packed groups that holds levels, dictionary indices and booleans.
///
/// Format: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid". It keeps its place, so that a
/// page can be decoded in parts; the same bytes must be given at each call.
struct HybridDecoder {
  /// A stretch of values of one kind.
  enum Run {
    case repeated(value: UInt32, count: Int)
    /// `count` values, the first at `bit` (counted from the span's first bit).
    case packed(bit: Int, count: Int)
  }

  let bitWidth: Int
  private var offset: Int
  private let end: Int
  private var repeatedLeft = 0
  private var repeatedValue: UInt32 = 0
  private var packedLeft = 0
  private var packedBit = 0

  /// - Parameter range: the encoded bytes, which must lie in the span that is given later.
  init(bitWidth: Int, range: Range<Int>) {
    self.bitWidth = bitWidth
    offset = range.lowerBound
    end = range.upperBound
  }

  /// The next at most `count` values; nil where the bytes end.
  @inline(__always)
  mutating func nextRun(_ bytes: RawSpan, upTo count: Int) throws(Flaw) -> Run? {
    while true {
      if repeatedLeft > 0 {
        let taken = min(repeatedLeft, count)
        repeatedLeft &-= taken
        return .repeated(value: repeatedValue, count: taken)
      }
      if packedLeft > 0 {
        let taken = min(packedLeft, count)
        let bit = packedBit
        packedLeft &-= taken
        packedBit &+= taken &* bitWidth
        return .packed(bit: bit, count: taken)
      }
      guard offset < end else { return nil }
      try readHeader(bytes)
    }
  }

  private mutating func readHeader(_ bytes: RawSpan) throws(Flaw) {
    var reader = ThriftReader(bytes.extracting(0..<end), at: offset)
    let header = try reader.varint()
    offset = reader.offset
    guard header >> 1 <= UInt64(Int32.max) else {
      throw Flaw(.sizeBeyondEnd(byteCount: Int64(clamping: header >> 1)), at: offset)
    }
    let count = Int(header >> 1)
    if header & 1 == 0 {
      let width = (bitWidth + 7) / 8
      guard end - offset >= width else { throw Flaw(.endOfBytes, at: offset) }
      var value: UInt32 = 0
      for index in 0..<width { value |= UInt32(bytes.byte(offset + index)) << UInt32(8 * index) }
      guard bitWidth == 32 || value >> UInt32(bitWidth) == 0 else {
        throw Flaw(.bitWidthOutOfRange(bitWidth), at: offset)
      }
      offset += width
      repeatedValue = value
      repeatedLeft = count
    } else {
      // The last group may be cut where its values end.
      let byteCount = min(count * bitWidth, end - offset)
      packedBit = offset * 8
      packedLeft = bitWidth == 0 ? count * 8 : min(count * 8, byteCount * 8 / bitWidth)
      offset += byteCount
    }
  }

  /// Decodes `count` values behind `start`.
  ///
  /// - Throws: `.levelsTooShort` where the bytes hold fewer.
  mutating func decode<Value: FixedWidthInteger & UnsignedInteger>(
    _ bytes: RawSpan, into output: inout MutableSpan<Value>, at start: Int, count: Int
  ) throws(Flaw) {
    var next = start
    let stop = start + count
    while next < stop {
      guard let run = try nextRun(bytes, upTo: stop - next) else {
        throw Flaw(.levelsTooShort(missing: stop - next), at: offset)
      }
      switch run {
      case .repeated(let value, let length):
        let converted = Value(truncatingIfNeeded: value)
        for index in next..<next + length { output[unchecked: index] = converted }
        next += length
      case .packed(let bit, let length):
        BitUnpacker.unpack(bytes, bit: bit, width: bitWidth, into: &output, at: next, count: length)
        next += length
      }
    }
  }
}

/// Unpacks values of a fixed number of bits, least significant bit first.
enum BitUnpacker {
  /// Unpacks `count` values of at most 64 bits; the callers have checked that both spans hold them.
  @inline(__always)
  static func unpack<Value: FixedWidthInteger>(
    _ bytes: RawSpan, bit: Int, width: Int, into output: inout MutableSpan<Value>, at start: Int, count: Int
  ) {
    let mask = (UInt64(1) << UInt64(width)) &- 1
    var position = bit
    var next = start
    // Eight bytes can be loaded as long as they lie in the span; they hold any value of up to 57 bits.
    let lastLoad = (bytes.byteCount - 8) * 8
    let fast = lastLoad < bit || width == 0 || width > 57 ? 0 : min(count, (lastLoad - bit) / width + 1)
    for _ in 0..<fast {
      let word = bytes.uint64(position >> 3)
      output[unchecked: next] = Value(truncatingIfNeeded: word >> UInt64(position & 7) & mask)
      position &+= width
      next &+= 1
    }
    for _ in fast..<count {
      output[unchecked: next] = Value(truncatingIfNeeded: value(bytes, bit: position, width: width))
      position &+= width
      next &+= 1
    }
  }

  /// One value of at most 64 bits, byte by byte.
  static func value(_ bytes: RawSpan, bit: Int, width: Int) -> UInt64 {
    var value: UInt64 = 0
    var filled = 0
    var position = bit
    while filled < width {
      let inByte = position & 7
      let taken = min(8 - inByte, width - filled)
      let part = UInt64(bytes.byte(position >> 3)) >> UInt64(inByte) & ((1 << UInt64(taken)) - 1)
      value |= part << UInt64(filled)
      filled += taken
      position += taken
    }
    return value
  }
}
