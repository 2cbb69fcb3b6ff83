/// Decodes PLAIN values: fixed widths little endian, byte arrays with a length of 4 bytes, booleans as bits.
struct PlainDecoder {
  private var offset: Int
  private let end: Int
  /// The bytes of a value of a fixed width.
  private let width: Int
  private var bit = 0

  init(range: Range<Int>, width: Int) {
    offset = range.lowerBound
    end = range.upperBound
    self.width = width
  }

  /// Appends `count` values.
  ///
  /// - Throws: `.valuesTooShort` or `.valueLengthOutOfRange`.
  mutating func decode(
    _ bytes: RawSpan, type: PhysicalType, count: Int, into values: inout ValueBuffers
  ) throws(Flaw) {
    switch type {
    case .boolean: try booleans(bytes, count, into: &values.bools)
    case .int32: try numbers(bytes, count, zero: 0, into: &values.int32s)
    case .int64: try numbers(bytes, count, zero: 0, into: &values.int64s)
    case .float: try numbers(bytes, count, zero: 0, into: &values.floats)
    case .double: try numbers(bytes, count, zero: 0, into: &values.doubles)
    case .byteArray: try byteArrays(bytes, count, into: &values)
    case .int96, .fixedLenByteArray: try fixedByteArrays(bytes, count, into: &values)
    }
  }

  private mutating func booleans(_ bytes: RawSpan, _ count: Int, into values: inout [Bool]) throws(Flaw) {
    let available = (end - offset) * 8 - bit
    guard count <= available else { throw Flaw(.valuesTooShort(missing: count - available), at: offset) }
    values.reserveCapacity(values.count + count)
    let first = offset * 8 + bit
    for position in first..<first + count {
      values.append(bytes.byte(position >> 3) >> UInt8(position & 7) & 1 != 0)
    }
    bit += count
  }

  /// Takes the bytes of `count` values of `width` bytes.
  private mutating func take(_ count: Int) throws(Flaw) -> Range<Int> {
    let (size, overflows) = count.multipliedReportingOverflow(by: width)
    guard !overflows, size <= end - offset else {
      throw Flaw(.valuesTooShort(missing: count - (width == 0 ? 0 : (end - offset) / width)), at: offset)
    }
    offset += size
    return offset - size..<offset
  }

  private mutating func numbers<Number: BitwiseCopyable>(
    _ bytes: RawSpan, _ count: Int, zero: Number, into values: inout [Number]
  ) throws(Flaw) {
    let range = try take(count)
    let start = values.count
    values.append(contentsOf: repeatElement(zero, count: count))
    values.withUnsafeMutableBytes { target in
      bytes.extracting(range).withUnsafeBytes { source in
        // The storage of a page is little endian, as is every machine that Swift on Linux runs on.
        UnsafeMutableRawBufferPointer(rebasing: target[(start * MemoryLayout<Number>.stride)...])
          .copyMemory(from: source)
      }
    }
  }

  private mutating func fixedByteArrays(
    _ bytes: RawSpan, _ count: Int, into values: inout ValueBuffers
  ) throws(Flaw) {
    let range = try take(count)
    let start = try values.room(for: range.count)
    values.bytes.append(bytes, range)
    values.slices.reserveCapacity(values.slices.count + count)
    for index in 0..<count { values.slices.append(ByteSlice(start: start + index * width, count: width)) }
  }

  private mutating func byteArrays(
    _ bytes: RawSpan, _ count: Int, into values: inout ValueBuffers
  ) throws(Flaw) {
    // A value has at least its length, so that a false count is found before anything is allocated.
    guard count <= (end - offset) / 4 else {
      throw Flaw(.valuesTooShort(missing: count - (end - offset) / 4), at: offset)
    }
    let first = offset
    let start = try values.room(for: end - offset)
    values.slices.reserveCapacity(values.slices.count + count)
    var next = offset
    for index in 0..<count {
      guard end - next >= 4 else { throw Flaw(.valuesTooShort(missing: count - index), at: next) }
      let length = Int(bytes.uint32(next))
      next += 4
      guard length <= end - next else { throw Flaw(.valueLengthOutOfRange(Int64(length)), at: next) }
      values.slices.append(ByteSlice(start: start + next - first, count: length))
      next += length
    }
    // The lengths are copied with the values: one copy for the page.
    values.bytes.append(bytes, first..<next)
    offset = next
  }
}

extension ValueBuffers {
  /// Where further bytes will begin, checked to be within what a slice can name.
  func room(for count: Int) throws(Flaw) -> Int {
    guard bytes.count + count <= UInt32.max else {
      throw Flaw(
        .limitExceeded(.values, value: Int64(bytes.count + count), limit: Int64(UInt32.max)), at: 0)
    }
    return bytes.count
  }
}
