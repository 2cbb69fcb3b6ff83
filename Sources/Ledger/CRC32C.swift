/// The CRC-32C of a run of bytes (Castagnoli; RFC 3720, appendix B.4).
struct CRC32C {
  private var state: UInt32 = 0xFFFF_FFFF

  /// The checksum of what was given so far.
  var value: UInt32 { ~state }

  mutating func update(_ byte: UInt8) {
    state = CRC32C.table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8
  }

  mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { update(byte) }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0x82F6_3B78 ^ value >> 1 : value >> 1 }
  }
}
