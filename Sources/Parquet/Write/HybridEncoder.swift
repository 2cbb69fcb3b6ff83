/// Encodes dictionary indices as runs and bit-packed groups of eight; see `HybridDecoder`.
enum HybridEncoder {
  /// The most groups whose header takes one byte.
  private static let maximumGroups = 63

  /// Appends `values`, each of at most `bitWidth` bits, to `bytes`.
  static func append(_ values: [UInt32], bitWidth: Int, to bytes: inout [UInt8]) {
    // Each run and each group stands for eight values or more, but the last.
    let groups = (values.count + 7) / 8
    let bound = groups * (bitWidth + 6) + 16
    let encoded = [UInt8](unsafeUninitializedCapacity: bound) { target, count in
      values.withUnsafeBufferPointer { source in
        guard let base = target.baseAddress, let first = source.baseAddress else { return }
        count = encode(first, source.count, bitWidth, UnsafeMutableRawPointer(base))
      }
    }
    bytes += encoded
  }

  private static func encode(
    _ values: UnsafePointer<UInt32>, _ count: Int, _ bitWidth: Int, _ target: UnsafeMutableRawPointer
  ) -> Int {
    var offset = 0
    var header = -1
    var groups = 0
    var index = 0
    while index < count {
      let run = runLength(values + index, count - index)
      if run >= 8 {
        if header >= 0 { target.storeBytes(of: UInt8(groups << 1 | 1), toByteOffset: header, as: UInt8.self) }
        header = -1
        offset = appendRun(values[index], run, bitWidth, target, offset)
        index += run
        continue
      }
      if header >= 0 && groups == maximumGroups {
        target.storeBytes(of: UInt8(groups << 1 | 1), toByteOffset: header, as: UInt8.self)
        header = -1
      }
      if header < 0 {
        header = offset
        groups = 0
        offset += 1
      }
      offset = pack(values + index, min(8, count - index), bitWidth, target, offset)
      groups += 1
      index += 8
    }
    if header >= 0 { target.storeBytes(of: UInt8(groups << 1 | 1), toByteOffset: header, as: UInt8.self) }
    return offset
  }

  /// How many of the values are equal to the first, as far as it matters.
  @inline(__always)
  private static func runLength(_ values: UnsafePointer<UInt32>, _ count: Int) -> Int {
    let first = values[0]
    guard count >= 8, values[7] == first, values[1] == first else { return 1 }
    var length = 2
    while length < count && values[length] == first { length &+= 1 }
    return length
  }

  private static func appendRun(
    _ value: UInt32, _ count: Int, _ bitWidth: Int, _ target: UnsafeMutableRawPointer, _ start: Int
  ) -> Int {
    var offset = start
    var header = UInt64(count) << 1
    while header >= 0x80 {
      target.storeBytes(of: UInt8(truncatingIfNeeded: header) | 0x80, toByteOffset: offset, as: UInt8.self)
      header >>= 7
      offset += 1
    }
    target.storeBytes(of: UInt8(header), toByteOffset: offset, as: UInt8.self)
    offset += 1
    var rest = value
    for _ in 0..<(bitWidth + 7) / 8 {
      target.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: offset, as: UInt8.self)
      rest >>= 8
      offset += 1
    }
    return offset
  }

  /// Packs a group: eight values of w bits are w bytes; where there are fewer, zeros fill it.
  @inline(__always)
  private static func pack(
    _ values: UnsafePointer<UInt32>, _ count: Int, _ bitWidth: Int, _ target: UnsafeMutableRawPointer,
    _ start: Int
  ) -> Int {
    var word: UInt64 = 0
    var filled = 0
    var offset = start
    for index in 0..<8 {
      let value = index < count ? values[index] : 0
      word |= UInt64(value) &<< UInt64(filled)
      filled &+= bitWidth
      if filled >= 32 {
        target.storeBytes(
          of: UInt32(truncatingIfNeeded: word).littleEndian, toByteOffset: offset, as: UInt32.self)
        word &>>= 32
        filled &-= 32
        offset &+= 4
      }
    }
    while filled > 0 {
      target.storeBytes(of: UInt8(truncatingIfNeeded: word), toByteOffset: offset, as: UInt8.self)
      word &>>= 8
      filled &-= 8
      offset &+= 1
    }
    return offset
  }
}
