import Ledger
import Testing
import Time

@Suite struct RowIdentityTests {
  @Test(arguments: [0, 1, 42, 1 << 30, (1 << 30) - 1, RowIdentity.maximumSequence] as [Int64])
  func bytesAndTextRoundTrip(sequence: Int64) throws {
    var generator = SystemRandomNumberGenerator()
    let identity = RowIdentity(tag: .random(using: &generator), sequence: sequence)
    #expect(RowIdentity(bytes: identity.bytes) == identity)
    #expect(RowIdentity(identity.description) == identity)
    #expect(RowIdentity(identity.description.uppercased()) == identity)
    #expect(identity.description.count == 36)
  }

  @Test func everyFlippedBitIsNoticed() {
    let identity = RowIdentity(tag: PipelineTag(0x1234_5678_9ABC), sequence: 77)
    for bit in 0..<128 {
      var bytes = identity.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(RowIdentity(bytes: bytes) == nil, "bit \(bit)")
    }
  }

  @Test func ordersAsTheUUIDTypeDoes() {
    let tag = PipelineTag(0xFFFF_0000_0001)
    let sequences: [Int64] = [0, 1, 255, 256, (1 << 30) - 1, 1 << 30, (1 << 30) + 1, 1 << 41]
    let identities = sequences.map { RowIdentity(tag: tag, sequence: $0) }
    for (lower, higher) in zip(identities, identities.dropFirst()) {
      #expect(lower.bytes.lexicographicallyPrecedes(higher.bytes))
      #expect(lower < higher)
    }
  }

  @Test(arguments: [
    "", "6a5c1a32-2c5e-4c67-9d2c-2f6a0a3c4f11", "6a5c1a322c5e8c679d2c2f6a0a3c4f11",
    "6a5c1a32-2c5e-8c67-9d2c-2f6a0a3c4f1g",
  ])
  func foreignTextIsNotOurs(text: String) {
    #expect(RowIdentity(text) == nil)
  }
}

@Suite struct RowDigestTests {
  @Test func differencesNameTheirColumns() {
    let row: [DigestedValue] = [.text("a"), .double(1.5), .null, .integer(7)]
    let digest = RowDigest(of: row)
    #expect(digest.bytes.count == 16)
    #expect(digest.differingColumns(from: RowDigest(of: row)).isEmpty)
    let altered: [DigestedValue] = [.text("a"), .double(1.25), .text(""), .integer(7)]
    #expect(digest.differingColumns(from: RowDigest(of: altered)) == [1, 2])
    #expect(digest.differingColumns(from: RowDigest(of: row.dropLast())) == [3])
  }

  @Test func timestampsMayLoseTheirMicroseconds() {
    let full = RowDigest(of: [.timestamp(Timestamp(microseconds: -1))])
    #expect(full == RowDigest(of: [.timestamp(Timestamp(microseconds: -1_000))]))
    #expect(full != RowDigest(of: [.timestamp(Timestamp(microseconds: 0))]))
  }

  @Test func zeroHasNoSignAndNaNIsOne() {
    #expect(RowDigest(of: [.double(-0.0)]) == RowDigest(of: [.double(0)]))
    #expect(RowDigest(of: [.double(.nan)]) == RowDigest(of: [.double(-Double.nan)]))
  }
}
