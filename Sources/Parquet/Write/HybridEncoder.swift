/// Encodes levels and dictionary indices as runs and bit-packed groups of eight; see `HybridDecoder`.
struct HybridEncoder: Sendable {
  private(set) var bytes: [UInt8] = []
  private let bitWidth: Int
  private var group = InlineArray<8, UInt32>(repeating: 0)
  private var groupCount = 0
  private var previous: UInt32 = 0
  private var repeatCount = 0
  /// Where the header of the open bit-packed run is.
  private var packedHeader = -1
  private var packedGroups = 0

  /// The header of a bit-packed run is kept to one byte, so that it can be filled in afterwards.
  private static let maximumGroups = 63

  init(bitWidth: Int) {
    self.bitWidth = bitWidth
  }

  @inline(__always)
  mutating func append(_ value: UInt32) {
    if value == previous {
      repeatCount &+= 1
      // Eight or more make a run: there is nothing to store until it ends.
      if repeatCount >= 8 { return }
    } else {
      if repeatCount >= 8 { endRun() }
      repeatCount = 1
      previous = value
    }
    group[groupCount] = value
    groupCount &+= 1
    if groupCount == 8 { packGroup() }
  }

  /// Ends the encoding; the last group is filled with zeros.
  mutating func finish() {
    if repeatCount >= 8 {
      endRun()
    } else if groupCount > 0 {
      while groupCount < 8 {
        group[groupCount] = 0
        groupCount += 1
      }
      packGroup()
    }
    endPacked()
  }

  private mutating func endRun() {
    endPacked()
    bytes.append(varint: UInt64(repeatCount) << 1)
    var rest = previous
    for _ in 0..<(bitWidth + 7) / 8 {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
    repeatCount = 0
    groupCount = 0
  }

  private mutating func packGroup() {
    if packedGroups == Self.maximumGroups { endPacked() }
    if packedHeader < 0 {
      packedHeader = bytes.count
      bytes.append(0)
    }
    // Four values of at most 16 bits fill a word; wider ones go one by one.
    if bitWidth <= 8 {
      append(packed(0, 8), byteCount: bitWidth)
    } else if bitWidth <= 16 && bitWidth & 1 == 0 {
      append(packed(0, 4), byteCount: bitWidth / 2)
      append(packed(4, 8), byteCount: bitWidth / 2)
    } else {
      packBytes()
    }
    packedGroups += 1
    groupCount = 0
    repeatCount = 0
  }

  @inline(__always)
  private func packed(_ first: Int, _ end: Int) -> UInt64 {
    var word: UInt64 = 0
    var index = end
    while index > first {
      index &-= 1
      word = word &<< UInt64(bitWidth) | UInt64(group[index])
    }
    return word
  }

  @inline(__always)
  private mutating func append(_ word: UInt64, byteCount: Int) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0.prefix(byteCount)) }
  }

  private mutating func packBytes() {
    var word: UInt64 = 0
    var filled = 0
    for index in 0..<8 {
      word |= UInt64(group[index]) &<< UInt64(filled)
      filled &+= bitWidth
      while filled >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: word))
        word &>>= 8
        filled &-= 8
      }
    }
  }

  private mutating func endPacked() {
    guard packedHeader >= 0 else { return }
    bytes[packedHeader] = UInt8(packedGroups << 1 | 1)
    packedHeader = -1
    packedGroups = 0
  }
}
