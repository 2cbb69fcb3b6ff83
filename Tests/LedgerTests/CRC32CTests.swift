import Testing

@testable import Ledger

@Suite struct CRC32CTests {
  /// Bit by bit, as the polynomial says.
  private func slowly(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF as UInt32) { state, byte in
      (0..<8).reduce(state ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? 0x82F6_3B78 ^ value >> 1 : value >> 1
      }
    }
  }

  @Test func theCheckValueIsThePublishedOne() {
    var checksum = CRC32C()
    checksum.update("123456789".utf8)
    #expect(checksum.value == 0xE306_9283)
  }

  @Test func eightBytesAtATimeAreTheSameAsOne() {
    let bytes = (0..<70).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    for start in 0..<9 {
      for end in start...bytes.count {
        var checksum = CRC32C()
        checksum.update(bytes[..<start])
        bytes[start..<end].withUnsafeBytes { checksum.update($0) }
        #expect(checksum.value == slowly(Array(bytes[..<end])))
      }
    }
    var word = CRC32C()
    word.update(littleEndian: 0x0807_0605_0403_0201)
    #expect(word.value == slowly([1, 2, 3, 4, 5, 6, 7, 8]))
  }
}
