/// The different values of a column chunk, numbered in the order of their coming.
///
/// A hash table with open addressing over the values' PLAIN bytes, which are at the same time the dictionary page.
struct ValueDictionary: Sendable {
  /// All values, PLAIN.
  private(set) var bytes = PaddedBytes()
  private(set) var count = 0
  /// Where each value begins in `bytes`, with its length; only where values have lengths.
  private var starts: [UInt32] = []
  /// The upper half is the hash, the lower half the number + 1; 0 is free.
  private var slots: [UInt64]
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
    starts.removeAll(keepingCapacity: true)
    slots.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    count = 0
  }

  /// Appends the number of each value of `stage` to `numbers`, until the dictionary has `limit` bytes.
  ///
  /// - Returns: how many values were numbered, and their bytes in the stage.
  mutating func number(
    _ stage: ValueStage, into numbers: inout [UInt32], limit: Int
  ) -> (values: Int, byteCount: Int) {
    let valueCount = stage.valueCount
    makeRoom(for: valueCount)
    bytes.reserve(stage.bytes.count)
    let start = numbers.count
    numbers.append(contentsOf: repeatElement(0, count: valueCount))
    var taken = (values: 0, byteCount: 0)
    // Taken out, so that the table and the values can be changed at the same time.
    var table: [UInt64] = []
    swap(&table, &slots)
    numbers.withUnsafeMutableBufferPointer { target in
      table.withUnsafeMutableBufferPointer { table in
        _ = stage.bytes.withUnsafePointer { source in
          guard let output = target.baseAddress else { return }
          switch width {
          case 4: taken.values = fixed(UInt32.self, source, valueCount, output + start, limit, table)
          case 8: taken.values = fixed(UInt64.self, source, valueCount, output + start, limit, table)
          default: taken = byteArrays(source, valueCount, output + start, limit, table)
          }
        }
      }
    }
    swap(&table, &slots)
    if width > 0 { taken.byteCount = taken.values * width }
    numbers.removeLast(valueCount - taken.values)
    return taken
  }

  private mutating func fixed<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, _ source: UnsafeRawPointer, _ valueCount: Int,
    _ output: UnsafeMutablePointer<UInt32>,
    _ limit: Int, _ slots: UnsafeMutableBufferPointer<UInt64>
  ) -> Int {
    let size = MemoryLayout<Number>.size
    let mask = slots.count &- 1
    for index in 0..<valueCount {
      let value = source.loadUnaligned(fromByteOffset: index &* size, as: Number.self)
      let hash = Self.mix(UInt64(truncatingIfNeeded: value) ^ seed) >> 32
      var slot = Int(truncatingIfNeeded: hash) & mask
      while true {
        let entry = slots[slot]
        if entry == 0 {
          bytes.append(value)
          count &+= 1
          slots[slot] = hash &<< 32 | UInt64(truncatingIfNeeded: count)
          output[index] = UInt32(truncatingIfNeeded: count &- 1)
          if bytes.count >= limit { return index + 1 }
          break
        }
        if entry &>> 32 == hash {
          let number = UInt32(truncatingIfNeeded: entry) &- 1
          let known = bytes.span.unsafeLoadUnaligned(
            fromUncheckedByteOffset: Int(number) &* size, as: Number.self)
          if known == value {
            output[index] = number
            break
          }
        }
        slot = (slot &+ 1) & mask
      }
    }
    return valueCount
  }

  /// Byte arrays with their lengths, or values of any fixed width.
  private mutating func byteArrays(
    _ source: UnsafeRawPointer, _ valueCount: Int, _ output: UnsafeMutablePointer<UInt32>, _ limit: Int,
    _ slots: UnsafeMutableBufferPointer<UInt64>
  ) -> (values: Int, byteCount: Int) {
    let prefix = width == 0 ? 4 : 0
    let mask = slots.count &- 1
    var offset = 0
    for index in 0..<valueCount {
      let length =
        width == 0
        ? Int(UInt32(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt32.self))) : width
      let value = source + offset + prefix
      let hash = Bytes.hash(value, length, seed: seed) >> 32
      offset &+= prefix &+ length
      var slot = Int(truncatingIfNeeded: hash) & mask
      while true {
        let entry = slots[slot]
        if entry == 0 {
          let start = bytes.count
          if width == 0 { starts.append(UInt32(truncatingIfNeeded: start)) }
          bytes.append(UnsafeRawBufferPointer(start: value - prefix, count: prefix &+ length).bytes)
          count &+= 1
          slots[slot] = hash &<< 32 | UInt64(truncatingIfNeeded: count)
          output[index] = UInt32(truncatingIfNeeded: count &- 1)
          if bytes.count >= limit { return (index + 1, offset) }
          break
        }
        if entry &>> 32 == hash {
          let number = UInt32(truncatingIfNeeded: entry) &- 1
          let start = width == 0 ? Int(starts[Int(number)]) : Int(number) &* width
          let isEqual = bytes.withUnsafePointer { known in
            Bytes.areEqual(known + start, value - prefix, prefix &+ length)
          }
          // The length in front is compared too, and the known value has at least as many bytes as its length says.
          if isEqual == true {
            output[index] = number
            break
          }
        }
        slot = (slot &+ 1) & mask
      }
    }
    return (valueCount, offset)
  }

  /// Makes the table so large that it stays at most half full with `extra` further values.
  private mutating func makeRoom(for extra: Int) {
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

  @inline(__always)
  fileprivate static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return product.high ^ product.low
  }
}

/// Hashes and compares bytes eight at a time; behind them must be `PaddedBytes.padding` readable ones.
private enum Bytes {
  @inline(__always)
  static func hash(_ value: UnsafeRawPointer, _ count: Int, seed: UInt64) -> UInt64 {
    var hash = seed ^ UInt64(truncatingIfNeeded: count)
    var offset = 0
    while count &- offset > 8 {
      hash = ValueDictionary.mix(hash ^ value.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset &+= 8
    }
    return ValueDictionary.mix(hash ^ rest(value, count, offset))
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
