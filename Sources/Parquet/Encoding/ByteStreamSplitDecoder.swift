/// Decodes BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes, and so on.
struct ByteStreamSplitDecoder {
  private let start: Int
  private let width: Int
  private let count: Int
  private var next = 0

  /// - Throws: where the bytes are no whole number of values.
  init(range: Range<Int>, width: Int) throws(Flaw) {
    guard width > 0, range.count % width == 0 else {
      throw Flaw(.valuesTooShort(missing: 1), at: range.upperBound)
    }
    start = range.lowerBound
    self.width = width
    count = range.count / width
  }

  /// The next `valueCount` values, one after the other.
  mutating func decode(_ bytes: RawSpan, count valueCount: Int) throws(Flaw) -> [UInt8] {
    guard valueCount <= count - next else {
      throw Flaw(.valuesTooShort(missing: valueCount - (count - next)), at: start)
    }
    var joined = [UInt8](repeating: 0, count: valueCount * width)
    for stream in 0..<width {
      let source = start + stream * count + next
      for index in 0..<valueCount { joined[index * width + stream] = bytes.byte(source + index) }
    }
    next += valueCount
    return joined
  }
}
