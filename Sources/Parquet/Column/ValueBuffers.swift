/// Values of one physical type; the arrays of the other types are empty.
struct ValueBuffers: Sendable {
  var bools: [Bool] = []
  var int32s: [Int32] = []
  var int64s: [Int64] = []
  var floats: [Float] = []
  var doubles: [Double] = []
  /// BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY and INT96: places in `bytes`, or in the dictionary's bytes.
  var slices: [ByteSlice] = []
  var bytes: [UInt8] = []

  func count(_ type: PhysicalType) -> Int {
    switch type {
    case .boolean: bools.count
    case .int32: int32s.count
    case .int64: int64s.count
    case .float: floats.count
    case .double: doubles.count
    case .int96, .byteArray, .fixedLenByteArray: slices.count
    }
  }

  /// Moves the values behind `start` apart, so that each stands at its entry; nulls get a zero.
  mutating func spread(_ type: PhysicalType, from start: Int, levels: [UInt8], maximum: UInt8) {
    switch type {
    case .boolean: Self.spread(&bools, false, start, levels, maximum)
    case .int32: Self.spread(&int32s, 0, start, levels, maximum)
    case .int64: Self.spread(&int64s, 0, start, levels, maximum)
    case .float: Self.spread(&floats, 0, start, levels, maximum)
    case .double: Self.spread(&doubles, 0, start, levels, maximum)
    case .int96, .byteArray, .fixedLenByteArray:
      Self.spread(&slices, ByteSlice(), start, levels, maximum)
    }
  }

  private static func spread<Value>(
    _ values: inout [Value], _ zero: Value, _ start: Int, _ levels: [UInt8], _ maximum: UInt8
  ) {
    var source = values.count
    var target = levels.count
    guard source < target else { return }
    values.append(contentsOf: repeatElement(zero, count: target - source))
    // From the end, so that nothing is overwritten before it is moved.
    while target > start {
      target -= 1
      if levels[target] == maximum {
        source -= 1
        if source != target { values[target] = values[source] }
      } else {
        values[target] = zero
      }
    }
  }

  /// Appends all of `other`, whose slices into a dictionary's bytes become slices of `bytes`.
  mutating func append(_ other: ValueBuffers, dictionaryBytes: [UInt8]) throws(Flaw) {
    bools += other.bools
    int32s += other.int32s
    int64s += other.int64s
    floats += other.floats
    doubles += other.doubles
    guard !other.slices.isEmpty else { return }
    let dictionaryStart = bytes.count
    let usesDictionary = other.slices.contains { $0.isInDictionary }
    if usesDictionary { bytes += dictionaryBytes }
    let bytesStart = bytes.count
    bytes += other.bytes
    guard bytes.count <= UInt32.max else {
      throw Flaw(.limitExceeded(.values, value: Int64(bytes.count), limit: Int64(UInt32.max)), at: 0)
    }
    slices.reserveCapacity(slices.count + other.slices.count)
    for slice in other.slices {
      slices.append(slice.moved(by: slice.isInDictionary ? dictionaryStart : bytesStart))
    }
  }
}

/// The place of a value's bytes.
struct ByteSlice: Sendable {
  private(set) var start: UInt32 = 0
  private var countAndPlace: UInt32 = 0
  private static let dictionaryBit: UInt32 = 1 << 31

  init() {}

  /// A page has less than 2 GiB, so that both numbers fit.
  @inline(__always)
  init(start: Int, count: Int) {
    self.start = UInt32(truncatingIfNeeded: start)
    countAndPlace = UInt32(truncatingIfNeeded: count)
  }

  var count: Int { Int(countAndPlace & ~Self.dictionaryBit) }
  var isInDictionary: Bool { countAndPlace & Self.dictionaryBit != 0 }
  var range: Range<Int> { Int(start)..<Int(start) + count }

  @inline(__always)
  var inDictionary: ByteSlice {
    var slice = self
    slice.countAndPlace |= Self.dictionaryBit
    return slice
  }

  func moved(by distance: Int) -> ByteSlice {
    ByteSlice(start: Int(start) + distance, count: count)
  }
}
