/// The identity of a row of ours: a version 8 UUID (RFC 9562, section 5.8) that carries the pipeline's tag,
/// a sequence number and a checksum, so that a row of ours is known without a look-up.
///
/// ```
///  0                   1                   2                   3
/// +---------------------------------------------------------------+
/// |                        tag, bits 47..16                       |
/// +-------------------------------+-------+-----------------------+
/// |         tag, bits 15..0       |   8   | sequence, bits 41..30 |
/// +---+---------------------------+-------+-----------------------+
/// | 2 |                 sequence, bits 29..0                      |
/// +---+-----------------------------------------------------------+
/// |                 checksum: CRC-32C of the 12 bytes above       |
/// +---------------------------------------------------------------+
/// ```
///
/// Identities of one pipeline are one range of the uuid type, in the order of their sequence numbers.
public struct RowIdentity: Hashable, Sendable, Comparable {
  /// The pipeline's tag: 48 random bits, chosen when its ledger was made.
  public let tag: PipelineTag
  /// The row's number within the pipeline, from 0 to `maximumSequence`; never given twice.
  public let sequence: Int64

  /// The largest sequence number: 2^42 - 1.
  public static let maximumSequence: Int64 = (1 << 42) - 1

  /// The identity of row `sequence` of the pipeline `tag`.
  ///
  /// - Precondition: `sequence` is in 0...`maximumSequence`.
  public init(tag: PipelineTag, sequence: Int64) {
    precondition((0...RowIdentity.maximumSequence).contains(sequence), "sequence out of range")
    self.tag = tag
    self.sequence = sequence
  }

  // Specialized, since they look at every row: left generic, most of their time goes to looking types up.

  /// The identity that 16 bytes carry, or nil where version, variant or checksum say that no canary made them.
  @specialized(where Bytes == [UInt8])
  public init?<Bytes: Collection<UInt8>>(bytes: Bytes) {
    guard bytes.count == 16 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for (index, byte) in bytes.enumerated() {
      if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
    }
    self.init(high: high, low: low)
  }

  /// The identity in a UUID's text (36 characters, either case), or nil as for `init(bytes:)`.
  @specialized(where Text == String)
  public init?<Text: StringProtocol>(_ text: Text) {
    let utf8 = text.utf8
    guard utf8.count == 36 else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    var digits = 0
    for (index, byte) in utf8.enumerated() {
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let digit = hexadecimalValue(byte) else { return nil }
      if digits < 16 { words.0 = words.0 << 4 | digit } else { words.1 = words.1 << 4 | digit }
      digits += 1
    }
    self.init(high: words.0, low: words.1)
  }

  private init?(high: UInt64, low: UInt64) {
    guard high >> 12 & 0xF == 8, low >> 62 == 2 else { return nil }
    let sequence = Int64((high & 0xFFF) << 30 | low >> 32 & 0x3FFF_FFFF)
    let candidate = RowIdentity(tag: PipelineTag(high >> 16), sequence: sequence)
    guard candidate.words.low == low else { return nil }
    self = candidate
  }

  /// The 16 bytes, as PostgreSQL's binary uuid has them.
  public var bytes: [UInt8] {
    let (high, low) = words
    return withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
  }

  /// Orders as PostgreSQL orders uuids.
  public static func < (lhs: RowIdentity, rhs: RowIdentity) -> Bool {
    (lhs.tag.value, lhs.sequence) < (rhs.tag.value, rhs.sequence)
  }

  /// The 16 bytes as two numbers, the most significant byte first.
  package var words: (high: UInt64, low: UInt64) {
    let sequence = UInt64(self.sequence)
    let high = tag.value << 16 | 0x8000 | sequence >> 30
    let middle = UInt32(truncatingIfNeeded: 0x8000_0000 | sequence & 0x3FFF_FFFF)
    var checksum = CRC32C()
    checksum.update(littleEndian: high.byteSwapped)
    withUnsafeBytes(of: middle.bigEndian) { checksum.update($0) }
    return (high, UInt64(middle) << 32 | UInt64(checksum.value))
  }
}

extension RowIdentity: CustomStringConvertible {
  /// The UUID's text: 36 characters, lower case.
  public var description: String {
    String(unsafeUninitializedCapacity: 36) { text in
      write(to: UnsafeMutableRawBufferPointer(text))
      return 36
    }
  }

  /// Writes the UUID's text to the first 36 bytes of `text`.
  func write(to text: UnsafeMutableRawBufferPointer) {
    precondition(text.count >= 36, "a UUID's text has 36 characters")
    let (high, low) = words
    var place = 0
    for index in 0..<16 {
      if index == 4 || index == 6 || index == 8 || index == 10 {
        text[place] = UInt8(ascii: "-")
        place += 1
      }
      let byte = UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index & 7)))
      text[place] = digit(byte >> 4)
      text[place + 1] = digit(byte & 0xF)
      place += 2
    }
  }
}

/// What tells the rows of one pipeline from those of another: 48 random bits.
public struct PipelineTag: Hashable, Sendable {
  /// The tag, below 2^48.
  public let value: UInt64

  /// A tag of the low 48 bits of `value`.
  public init(_ value: UInt64) {
    self.value = value & 0xFFFF_FFFF_FFFF
  }

  /// A new tag from `generator`.
  public static func random(using generator: inout some RandomNumberGenerator) -> PipelineTag {
    PipelineTag(generator.next())
  }
}

private func digit(_ nibble: UInt8) -> UInt8 {
  nibble &+ (nibble < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") &- 10)
}

private func hexadecimalValue(_ byte: UInt8) -> UInt64? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
  case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
  default: nil
  }
}
