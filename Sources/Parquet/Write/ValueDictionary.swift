/// The different values of a column chunk, numbered in the order of their coming.
///
/// A hash table with open addressing over the values' PLAIN bytes, which are at the same time the dictionary page.
struct ValueDictionary: Sendable {
  /// All values, PLAIN.
  private(set) var bytes: [UInt8] = []
  private(set) var count = 0
  /// Where each value's bytes end; only where values have lengths.
  private var ends: [UInt32] = []
  /// The upper half is the hash, the lower half the number + 1; 0 is free.
  private var slots: [UInt64]
  private var mask: Int
  /// The bytes of every value; 0 where they are byte arrays, which PLAIN stores with their length.
  private let width: Int
  /// Hashes differ from writer to writer, so that nobody can choose values that collide.
  private let seed = UInt64.random(in: .min ... .max)

  private static let tagBits: UInt64 = 0xffff_ffff_0000_0000
  private static let lengthByteCount = 4

  init(width: Int) {
    self.width = width
    slots = [UInt64](repeating: 0, count: 1024)
    mask = 1023
  }

  /// The number of a value of 8 bytes or fewer, given as an integer; a new one where `count` has grown.
  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(ofFixed value: Number) -> UInt32 {
    let hash = Self.mix(UInt64(truncatingIfNeeded: value) ^ seed)
    let tag = hash & Self.tagBits
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = slots[slot]
      if entry == 0 { break }
      if entry & Self.tagBits == tag {
        let number = UInt32(truncatingIfNeeded: entry) &- 1
        let known = bytes.span.bytes.unsafeLoadUnaligned(
          fromByteOffset: Int(number) * MemoryLayout<Number>.size, as: Number.self)
        if known == value { return number }
      }
      slot = (slot &+ 1) & mask
    }
    bytes.append(littleEndian: value)
    return insert(slot, tag)
  }

  /// The number of a value; a new one where `count` has grown.
  mutating func number(of value: RawSpan) -> UInt32 {
    let hash = hash(value)
    let tag = hash & Self.tagBits
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = slots[slot]
      if entry == 0 { break }
      if entry & Self.tagBits == tag {
        let number = UInt32(truncatingIfNeeded: entry) &- 1
        if bytes.span.bytes.extracting(place(Int(number))).isEqual(to: value) { return number }
      }
      slot = (slot &+ 1) & mask
    }
    bytes.appendPlain(value, hasLength: width == 0)
    if width == 0 { ends.append(UInt32(truncatingIfNeeded: bytes.count)) }
    return insert(slot, tag)
  }

  /// Where a value's bytes are, its length left out.
  @inline(__always)
  private func place(_ number: Int) -> Range<Int> {
    guard width == 0 else { return number * width..<(number + 1) * width }
    let start = number == 0 ? 0 : Int(ends[number - 1])
    return start + Self.lengthByteCount..<Int(ends[number])
  }

  private mutating func insert(_ slot: Int, _ tag: UInt64) -> UInt32 {
    let number = UInt32(truncatingIfNeeded: count)
    slots[slot] = tag | UInt64(number &+ 1)
    count += 1
    if count * 2 > slots.count { grow() }
    return number
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    slots.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    count = 0
  }

  private mutating func grow() {
    let slotCount = slots.count * 4
    mask = slotCount - 1
    var grown = [UInt64](repeating: 0, count: slotCount)
    for number in 0..<count {
      let hash = hash(ofNumber: number)
      var slot = Int(truncatingIfNeeded: hash) & mask
      while grown[slot] != 0 { slot = (slot + 1) & mask }
      grown[slot] = hash & Self.tagBits | UInt64(number + 1)
    }
    slots = grown
  }

  private func hash(ofNumber number: Int) -> UInt64 {
    let value = bytes.span.bytes.extracting(place(number))
    return switch width {
    case 4: Self.mix(UInt64(truncatingIfNeeded: Int64(Int32(bitPattern: value.uint32(0)))) ^ seed)
    case 8: Self.mix(value.uint64(0) ^ seed)
    default: hash(value)
    }
  }

  @inline(__always)
  private func hash(_ value: RawSpan) -> UInt64 {
    var hash = seed ^ UInt64(value.byteCount)
    var offset = 0
    while offset &+ 8 <= value.byteCount {
      hash = Self.mix(hash ^ value.uint64(offset))
      offset &+= 8
    }
    guard offset < value.byteCount else { return hash }
    // The last eight bytes again, or what there is of a short value.
    if value.byteCount >= 8 { return Self.mix(hash ^ value.uint64(value.byteCount &- 8)) }
    var rest: UInt64 = 0
    while offset < value.byteCount {
      rest = rest &<< 8 | UInt64(value.byte(offset))
      offset &+= 1
    }
    return Self.mix(hash ^ rest)
  }

  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return product.high ^ product.low
  }
}

extension Array<UInt8> {
  /// Appends a value as PLAIN stores it.
  @inline(__always)
  mutating func appendPlain(_ value: RawSpan, hasLength: Bool) {
    if hasLength { append(littleEndian: UInt32(truncatingIfNeeded: value.byteCount)) }
    append(value, 0..<value.byteCount)
  }

  @inline(__always)
  mutating func append<Number: FixedWidthInteger>(littleEndian value: Number) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
