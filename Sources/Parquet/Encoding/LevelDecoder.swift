/// Decodes a page's definition or repetition levels, in parts.
struct LevelDecoder {
  private enum Form {
    /// The column has one level only.
    case constant
    case hybrid(HybridDecoder)
    /// The deprecated encoding: most significant bit first, without runs.
    case bitPacked(nextBit: Int)
  }

  private var form: Form
  private let maximum: Int
  private let width: Int

  /// The levels of a column whose level is always 0.
  init() {
    form = .constant
    maximum = 0
    width = 0
  }

  /// Levels in `range`, in the hybrid encoding.
  init(maximum: Int, range: Range<Int>) {
    self.maximum = maximum
    width = Self.width(maximum)
    form = .hybrid(HybridDecoder(bitWidth: width, range: range))
  }

  private init(maximum: Int, firstBit: Int) {
    self.maximum = maximum
    width = Self.width(maximum)
    form = .bitPacked(nextBit: firstBit)
  }

  private static func width(_ maximum: Int) -> Int { Int.bitWidth - maximum.leadingZeroBitCount }

  /// The levels at the beginning of a version 1 page; `offset` moves behind them.
  static func atStart(
    of bytes: RawSpan, offset: inout Int, end: Int, maximum: Int, encoding: Int32, count: Int
  ) throws(Flaw) -> LevelDecoder {
    guard maximum > 0 else { return LevelDecoder() }
    switch UInt8(exactly: encoding).flatMap(Encoding.init(rawValue:)) {
    case .rle:
      guard end - offset >= 4 else { throw Flaw(.endOfBytes, at: offset) }
      let size = Int(bytes.uint32(offset))
      guard size <= end - offset - 4 else {
        throw Flaw(.sizeBeyondEnd(byteCount: Int64(size)), at: offset)
      }
      let start = offset + 4
      offset = start + size
      return LevelDecoder(maximum: maximum, range: start..<offset)
    case .bitPacked:
      let bits = count * width(maximum)
      let size = (bits + 7) / 8
      guard size <= end - offset else { throw Flaw(.levelsTooShort(missing: count), at: offset) }
      let start = offset
      offset += size
      return LevelDecoder(maximum: maximum, firstBit: start * 8)
    default: throw Flaw(.encodingUnsupported(encoding, .int32), at: offset)
    }
  }

  /// Appends `count` levels; nothing for a column with one level only.
  mutating func decode(_ bytes: RawSpan, count: Int, into levels: inout [UInt8]) throws(Flaw) {
    let start = levels.count
    switch form {
    case .constant: return
    case .hybrid(var decoder):
      levels.append(contentsOf: repeatElement(0, count: count))
      var output = levels.mutableSpan
      try decoder.decode(bytes, into: &output, at: start, count: count)
      form = .hybrid(decoder)
    case .bitPacked(var bit):
      levels.reserveCapacity(start + count)
      for _ in 0..<count {
        var level: UInt8 = 0
        for _ in 0..<width {
          level = level << 1 | (bytes.byte(bit >> 3) >> UInt8(7 - bit & 7)) & 1
          bit += 1
        }
        levels.append(level)
      }
      form = .bitPacked(nextBit: bit)
    }
    // Where the maximum fills its bits, no level can be beyond it.
    guard maximum + 1 != 1 << width else { return }
    for index in start..<levels.count where Int(levels[index]) > maximum {
      throw Flaw(.levelOutOfRange(Int(levels[index])), at: 0)
    }
  }

  /// Counts `count` levels that are the maximum, without decoding runs.
  mutating func countMaximum(_ bytes: RawSpan, count: Int) throws(Flaw) -> Int {
    switch form {
    case .constant: return count
    case .hybrid(var decoder) where maximum == 1:
      var left = count
      var found = 0
      while left > 0 {
        guard let run = try decoder.nextRun(bytes, upTo: left) else {
          throw Flaw(.levelsTooShort(missing: left), at: 0)
        }
        switch run {
        case .repeated(let value, let length):
          left -= length
          found += value == 1 ? length : 0
        case .packed(let bit, let length):
          left -= length
          found += BitCounter.ones(bytes, bit: bit, count: length)
        }
      }
      form = .hybrid(decoder)
      return found
    default:
      var left = count
      var found = 0
      var levels: [UInt8] = []
      while left > 0 {
        let taken = min(left, 1 << 16)
        levels.removeAll(keepingCapacity: true)
        try decode(bytes, count: taken, into: &levels)
        found += levels.count { Int($0) == maximum }
        left -= taken
      }
      return found
    }
  }
}

/// Counts bits without unpacking them.
enum BitCounter {
  /// The ones among `count` bits from `bit`; the caller has checked that the span holds them.
  static func ones(_ bytes: RawSpan, bit: Int, count: Int) -> Int {
    var position = bit
    let stop = bit + count
    var ones = 0
    while position < stop && position & 7 != 0 {
      ones += Int(bytes.byte(position >> 3) >> UInt8(position & 7)) & 1
      position += 1
    }
    while position < stop {
      let taken = min(64, stop - position)
      ones += word(bytes, bit: position, count: taken).nonzeroBitCount
      position += taken
    }
    return ones
  }

  /// At most 64 bits from `bit`, the first of a byte, zeros behind them.
  @inline(__always)
  static func word(_ bytes: RawSpan, bit: Int, count: Int) -> UInt64 {
    let offset = bit >> 3
    if offset &+ 8 <= bytes.byteCount {
      let word = bytes.uint64(offset)
      return count == 64 ? word : word & ((1 &<< UInt64(count)) &- 1)
    }
    var word: UInt64 = 0
    for index in 0..<(count &+ 7) >> 3 { word |= UInt64(bytes.byte(offset &+ index)) &<< UInt64(8 &* index) }
    return count == 64 ? word : word & ((1 &<< UInt64(count)) &- 1)
  }
}
