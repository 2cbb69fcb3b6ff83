/// The different values of a column chunk, numbered in the order of their coming.
///
/// A hash table with open addressing over the values' PLAIN bytes, which are at the same time the dictionary page.
struct ValueDictionary: Sendable {
  /// All values, PLAIN.
  private(set) var bytes = PaddedBytes()
  private(set) var count = 0
  /// Where each of the first `count` values begins in `bytes`, with its length; only where values have lengths.
  private var starts: [UInt32] = []
  /// The upper half is the hash, the lower half the number + 1; 0 is free.
  private var slots: [UInt64]
  /// Whether each new value so far came behind the one before in the order of bits: then no value is in `slots`, as
  /// none needs to be looked for.
  private var isAscending = true
  /// The bytes of every value; 0 where they are byte arrays, which PLAIN stores with their length.
  private let width: Int
  /// Hashes differ from writer to writer, so that nobody can choose values that collide.
  private let seed = UInt64.random(in: .min ... .max)

  init(width: Int) {
    self.width = width
    slots = [UInt64](repeating: 0, count: 1024)
  }

  mutating func removeAll() {
    bytes.removeAll()
    if !isAscending { slots.withUnsafeMutableBufferPointer { $0.update(repeating: 0) } }
    isAscending = true
    count = 0
  }

  /// Appends the number of each value of `stage` to `numbers`, until the dictionary has `limit` bytes.
  ///
  /// - Returns: how many values were numbered, and their bytes in the stage.
  mutating func number(
    _ stage: ValueStage, into numbers: inout [UInt32], limit: Int
  ) -> (values: Int, byteCount: Int) {
    let valueCount = stage.valueCount
    makeRoom(for: valueCount, byteCount: stage.bytes.count)
    let start = numbers.count
    numbers.append(contentsOf: repeatElement(0, count: valueCount))
    var taken = (values: 0, byteCount: 0)
    // Taken out, so that all can be changed at the same time.
    var (bytes, starts, slots) = (PaddedBytes(), [UInt32](), [UInt64]())
    swap(&bytes, &self.bytes)
    swap(&starts, &self.starts)
    swap(&slots, &self.slots)
    bytes.append { bytes, byteCount in
      numbers.withUnsafeMutableBufferPointer { numbers in
        slots.withUnsafeMutableBufferPointer { slots in
          starts.withUnsafeMutableBufferPointer { starts in
            _ = stage.bytes.withUnsafePointer { source in
              guard let output = numbers.baseAddress, let table = slots.baseAddress else { return }
              var numbering = Numbering(
                bytes: bytes, byteCount: byteCount, starts: starts.baseAddress, slots: table,
                mask: slots.count &- 1, count: count, isAscending: isAscending, seed: seed, limit: limit)
              switch width {
              case 4: taken.values = numbering.number(UInt32.self, source, valueCount, output + start)
              case 8: taken.values = numbering.number(UInt64.self, source, valueCount, output + start)
              default: taken = numbering.number(source, width: width, valueCount, output + start)
              }
              (byteCount, count) = (numbering.byteCount, numbering.count)
              isAscending = numbering.isAscending
            }
          }
        }
      }
    }
    swap(&bytes, &self.bytes)
    swap(&starts, &self.starts)
    swap(&slots, &self.slots)
    if width > 0 { taken.byteCount = taken.values * width }
    numbers.removeLast(valueCount - taken.values)
    return taken
  }

  /// Makes the table so large that it stays at most half full with `extra` further values, and room for their bytes.
  private mutating func makeRoom(for extra: Int, byteCount: Int) {
    bytes.reserve(byteCount)
    if width == 0, starts.count < count + extra {
      starts.append(contentsOf: repeatElement(0, count: max(count + extra, 2 * starts.count) - starts.count))
    }
    guard (count + extra) * 2 > slots.count else { return }
    var slotCount = slots.count
    while slotCount < (count + extra) * 2 { slotCount *= 2 }
    var grown = [UInt64](repeating: 0, count: slotCount)
    for entry in slots where entry != 0 {
      var slot = Int(truncatingIfNeeded: entry >> 32) & (slotCount - 1)
      while grown[slot] != 0 { slot = (slot + 1) & (slotCount - 1) }
      grown[slot] = entry
    }
    slots = grown
  }
}

/// The dictionary while values are numbered: room for all of them was made before.
private struct Numbering {
  let bytes: UnsafeMutableRawPointer
  var byteCount: Int
  let starts: UnsafeMutablePointer<UInt32>?
  let slots: UnsafeMutablePointer<UInt64>
  let mask: Int
  var count: Int
  var isAscending: Bool
  let seed: UInt64
  let limit: Int

  /// Values of four or eight bytes.
  ///
  /// - Returns: how many were numbered.
  @inline(__always)
  mutating func number<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ type: Number.Type, _ source: UnsafeRawPointer, _ valueCount: Int, _ output: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let size = MemoryLayout<Number>.size
    var index = 0
    if isAscending {
      var last = count > 0 ? bytes.loadUnaligned(fromByteOffset: byteCount &- size, as: Number.self) : 0
      while index < valueCount {
        let value = source.loadUnaligned(fromByteOffset: index &* size, as: Number.self)
        if value > last || count == 0 {
          append(value)
          last = value
        } else if value < last {
          break
        }
        output[index] = UInt32(truncatingIfNeeded: count &- 1)
        index &+= 1
        if byteCount >= limit { return index }
      }
      guard index < valueCount else { return index }
      isAscending = false
      for known in 0..<count {
        let value = bytes.loadUnaligned(fromByteOffset: known &* size, as: Number.self)
        insert(hash(value), number: known)
      }
    }
    while index < valueCount {
      let value = source.loadUnaligned(fromByteOffset: index &* size, as: Number.self)
      let hash = hash(value)
      var slot = Int(truncatingIfNeeded: hash) & mask
      while true {
        let entry = slots[slot]
        if entry == 0 {
          append(value)
          slots[slot] = hash &<< 32 | UInt64(truncatingIfNeeded: count)
          output[index] = UInt32(truncatingIfNeeded: count &- 1)
          if byteCount >= limit { return index &+ 1 }
          break
        }
        if entry &>> 32 == hash {
          let number = UInt32(truncatingIfNeeded: entry) &- 1
          if bytes.loadUnaligned(fromByteOffset: Int(number) &* size, as: Number.self) == value {
            output[index] = number
            break
          }
        }
        slot = (slot &+ 1) & mask
      }
      index &+= 1
    }
    return valueCount
  }

  /// Byte arrays with their lengths, or values of any fixed width.
  ///
  /// - Returns: how many were numbered, and their bytes in the source.
  mutating func number(
    _ source: UnsafeRawPointer, width: Int, _ valueCount: Int, _ output: UnsafeMutablePointer<UInt32>
  ) -> (values: Int, byteCount: Int) {
    let prefix = width == 0 ? 4 : 0
    var offset = 0
    var index = 0
    if isAscending {
      while index < valueCount {
        let value = source + offset
        let size = width == 0 ? prefix &+ Bytes.length(value) : width
        let order = count == 0 ? 1 : compare(value, size, prefix, toLastOf: width)
        if order > 0 { append(value, size, width) } else if order < 0 { break }
        output[index] = UInt32(truncatingIfNeeded: count &- 1)
        offset &+= size
        index &+= 1
        if byteCount >= limit { return (index, offset) }
      }
      guard index < valueCount else { return (index, offset) }
      isAscending = false
      for known in 0..<count {
        let value = bytes + start(of: known, width)
        let length = width == 0 ? Bytes.length(value) : width
        insert(Bytes.hash(value + prefix, length, seed: seed) &>> 32, number: known)
      }
    }
    while index < valueCount {
      let value = source + offset
      let length = width == 0 ? Bytes.length(value) : width
      let hash = Bytes.hash(value + prefix, length, seed: seed) &>> 32
      let size = prefix &+ length
      offset &+= size
      var slot = Int(truncatingIfNeeded: hash) & mask
      while true {
        let entry = slots[slot]
        if entry == 0 {
          append(value, size, width)
          slots[slot] = hash &<< 32 | UInt64(truncatingIfNeeded: count)
          output[index] = UInt32(truncatingIfNeeded: count &- 1)
          if byteCount >= limit { return (index &+ 1, offset) }
          break
        }
        if entry &>> 32 == hash {
          let number = UInt32(truncatingIfNeeded: entry) &- 1
          // The length in front is compared too, and the known value has at least as many bytes as its length says.
          if Bytes.areEqual(bytes + start(of: Int(number), width), value, size) {
            output[index] = number
            break
          }
        }
        slot = (slot &+ 1) & mask
      }
      index &+= 1
    }
    return (valueCount, offset)
  }

  @inline(__always)
  private func start(of number: Int, _ width: Int) -> Int {
    guard width == 0, let starts else { return number &* width }
    return Int(starts[number])
  }

  @inline(__always)
  private mutating func append<Number: BitwiseCopyable>(_ value: Number) {
    bytes.storeBytes(of: value, toByteOffset: byteCount, as: Number.self)
    byteCount &+= MemoryLayout<Number>.size
    count &+= 1
  }

  @inline(__always)
  private mutating func append(_ value: UnsafeRawPointer, _ size: Int, _ width: Int) {
    if width == 0 { starts?[count] = UInt32(truncatingIfNeeded: byteCount) }
    (bytes + byteCount).copyMemory(from: value, byteCount: size)
    byteCount &+= size
    count &+= 1
  }

  @inline(__always)
  private func hash<Number: FixedWidthInteger>(_ value: Number) -> UInt64 {
    Bytes.mix(UInt64(truncatingIfNeeded: value) ^ seed) &>> 32
  }

  @inline(__always)
  private func insert(_ hash: UInt64, number: Int) {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot &+ 1) & mask }
    slots[slot] = hash &<< 32 | UInt64(truncatingIfNeeded: number &+ 1)
  }

  /// How a value stands to the last one of the dictionary: below 0 before it, 0 equal, above 0 behind it.
  @inline(__always)
  private func compare(_ value: UnsafeRawPointer, _ size: Int, _ prefix: Int, toLastOf width: Int) -> Int {
    let last = bytes + start(of: count &- 1, width)
    let lastSize = width == 0 ? prefix &+ Bytes.length(last) : width
    return Bytes.compare(value + prefix, size &- prefix, last + prefix, lastSize &- prefix)
  }
}

/// Hashes and compares bytes eight at a time; behind them must be `PaddedBytes.padding` readable ones.
private enum Bytes {
  /// Of a byte array that stands behind its length.
  @inline(__always)
  static func length(_ value: UnsafeRawPointer) -> Int {
    Int(UInt32(littleEndian: value.loadUnaligned(as: UInt32.self)))
  }

  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return product.high ^ product.low
  }

  @inline(__always)
  static func hash(_ value: UnsafeRawPointer, _ count: Int, seed: UInt64) -> UInt64 {
    var hash = seed ^ UInt64(truncatingIfNeeded: count)
    var offset = 0
    while count &- offset > 8 {
      hash = mix(hash ^ value.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset &+= 8
    }
    return mix(hash ^ rest(value, count, offset))
  }

  @inline(__always)
  static func areEqual(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
    var offset = 0
    while count &- offset > 8 {
      if left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      {
        return false
      }
      offset &+= 8
    }
    return rest(left, count, offset) == rest(right, count, offset)
  }

  /// Below 0 where `left` comes before `right` in the order of unsigned bytes, 0 where they are equal.
  @inline(__always)
  static func compare(
    _ left: UnsafeRawPointer, _ leftCount: Int, _ right: UnsafeRawPointer, _ rightCount: Int
  )
    -> Int
  {
    let common = min(leftCount, rightCount)
    var offset = 0
    while offset < common {
      let count = min(common, offset &+ 8)
      let (left, right) = (rest(left, count, offset).byteSwapped, rest(right, count, offset).byteSwapped)
      if left != right { return left < right ? -1 : 1 }
      offset &+= 8
    }
    return leftCount &- rightCount
  }

  /// The last at most eight bytes, zeros behind them.
  @inline(__always)
  private static func rest(_ value: UnsafeRawPointer, _ count: Int, _ offset: Int) -> UInt64 {
    let word = UInt64(littleEndian: value.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    let left = count &- offset
    return left >= 8 ? word : word & ((1 &<< UInt64(truncatingIfNeeded: left &* 8)) &- 1)
  }
}

extension Array<UInt8> {
  @inline(__always)
  mutating func append<Number: FixedWidthInteger>(littleEndian value: Number) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
