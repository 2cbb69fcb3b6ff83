/// The different values of a column chunk, numbered in the order of their coming.
///
/// A hash table with open addressing over the values' PLAIN bytes, which are at the same time the dictionary page.
struct ValueDictionary: Sendable {
  /// All values, PLAIN.
  private(set) var bytes: [UInt8] = []
  private(set) var count = 0
  /// Where each value's bytes begin and end, lengths of byte arrays left out.
  private var places: [Range<UInt32>] = []
  /// The upper half is the hash, the lower half the number + 1; 0 is free.
  private var slots: [UInt64]
  private var mask: Int
  private let hasLengths: Bool

  /// Hashes differ from process to process, so that nobody can choose values that collide.
  private static let seed = UInt64.random(in: .min ... .max)

  /// - Parameter hasLengths: whether values are byte arrays, which PLAIN stores with their length.
  init(hasLengths: Bool) {
    self.hasLengths = hasLengths
    slots = [UInt64](repeating: 0, count: 1024)
    mask = 1023
  }

  /// The value's number; a new one where `count` has grown.
  mutating func number(of value: RawSpan) -> UInt32 {
    let hash = Self.hash(value)
    let tag = hash & 0xffff_ffff_0000_0000
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let entry = slots[slot]
      if entry & 0xffff_ffff_0000_0000 == tag {
        let number = UInt32(truncatingIfNeeded: entry) - 1
        let place = places[Int(number)]
        if bytes.span.bytes.extracting(Int(place.lowerBound)..<Int(place.upperBound)).isEqual(to: value) {
          return number
        }
      }
      slot = (slot + 1) & mask
    }
    let number = UInt32(count)
    slots[slot] = tag | UInt64(number + 1)
    bytes.appendPlain(value, hasLength: hasLengths)
    places.append(UInt32(bytes.count - value.byteCount)..<UInt32(bytes.count))
    count += 1
    if count * 2 > slots.count { grow() }
    return number
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    for index in slots.indices { slots[index] = 0 }
    count = 0
  }

  private mutating func grow() {
    slots = [UInt64](repeating: 0, count: slots.count * 2)
    mask = slots.count - 1
    for (number, place) in places.enumerated() {
      let hash = Self.hash(bytes.span.bytes.extracting(Int(place.lowerBound)..<Int(place.upperBound)))
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = hash & 0xffff_ffff_0000_0000 | UInt64(number + 1)
    }
  }

  private static func hash(_ value: RawSpan) -> UInt64 {
    var hash = seed ^ UInt64(value.byteCount)
    var offset = 0
    while offset + 8 <= value.byteCount {
      hash = mix(hash ^ value.uint64(offset))
      offset += 8
    }
    if offset + 4 <= value.byteCount {
      hash = mix(hash ^ UInt64(value.uint32(offset)))
      offset += 4
    }
    var rest: UInt64 = 1
    while offset < value.byteCount {
      rest = rest << 8 | UInt64(value.byte(offset))
      offset += 1
    }
    return mix(hash ^ rest)
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
