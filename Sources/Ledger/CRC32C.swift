/// The CRC-32C of a run of bytes (Castagnoli; RFC 3720, appendix B.4).
struct CRC32C {
  private var state: UInt32 = 0xFFFF_FFFF

  /// The checksum of what was given so far.
  var value: UInt32 { ~state }

  mutating func update(_ byte: UInt8) {
    state = CRC32C.tables[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8
  }

  mutating func update(_ bytes: some Sequence<UInt8>) {
    let isDone: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
    guard isDone == nil else { return }
    for byte in bytes { update(byte) }
  }

  /// Adds the eight bytes of a word, the least significant one first.
  mutating func update(littleEndian word: UInt64) {
    CRC32C.tables.withUnsafeBufferPointer { tables in
      state = CRC32C.step(word ^ UInt64(state), tables)
    }
  }

  /// Eight bytes at a time, by a table for each ("slicing by 8"; Kounavis and Berry, 2005).
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    CRC32C.tables.withUnsafeBufferPointer { tables in
      var state = state
      var offset = 0
      while offset &+ 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        state = CRC32C.step(word ^ UInt64(state), tables)
        offset &+= 8
      }
      while offset < bytes.count {
        state = tables[Int(UInt8(truncatingIfNeeded: state) ^ bytes[offset])] ^ state >> 8
        offset &+= 1
      }
      self.state = state
    }
  }

  @inline(__always)
  private static func step(_ word: UInt64, _ tables: UnsafeBufferPointer<UInt32>) -> UInt32 {
    var word = word
    var result: UInt32 = 0
    var table = 7 * 256
    for _ in 0..<8 {
      result ^= tables[table &+ Int(word & 0xFF)]
      word &>>= 8
      table &-= 256
    }
    return result
  }

  /// The table of a byte, then of a byte with one to seven zeros behind it.
  private static let tables: [UInt32] = {
    var tables: [UInt32] = (0..<256).map { index in
      (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0x82F6_3B78 ^ value >> 1 : value >> 1 }
    }
    for index in 256..<2_048 {
      let previous = tables[index - 256]
      tables.append(tables[Int(previous & 0xFF)] ^ previous >> 8)
    }
    return tables
  }()
}
