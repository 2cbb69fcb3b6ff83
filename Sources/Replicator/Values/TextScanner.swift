/// Reads numbers from ASCII text in place; never beyond its end, and never past an overflow.
///
/// It lives no longer than the call that was lent the bytes.
struct TextScanner {
  private let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { offset == bytes.count }

  /// The next byte, or nil at the end.
  var peek: UInt8? {
    offset < bytes.count ? bytes[offset] : nil
  }

  mutating func advance() {
    if offset < bytes.count { offset += 1 }
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let byte = peek, UInt32(byte) == character.value else { return false }
    offset += 1
    return true
  }

  /// Skips `text` where it comes next, letters in the given case.
  mutating func skip(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - offset >= count else { return false }
    for index in 0..<count
    where text.utf8Start[index] != bytes[offset + index] {
      return false
    }
    offset += count
    return true
  }

  /// The value of the digit that comes next, or nil.
  mutating func digit() -> Int? {
    guard let byte = peek, (0x30...0x39).contains(byte) else { return nil }
    offset += 1
    return Int(byte) - 0x30
  }

  /// A number of at least one digit without a sign; nil for none, or beyond 64 bits.
  mutating func number() -> Int? {
    guard var value = digit() else { return nil }
    while let next = digit() {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(next)
      guard !overflow, !carried else { return nil }
      value = sum
    }
    return value
  }

  /// The decimals of a second in microseconds, cut after the sixth; nil where there is no digit.
  mutating func microseconds() -> Int? {
    guard var value = digit().map({ $0 * 100_000 }) else { return nil }
    var unit = 10_000
    while let next = digit() {
      value += next * unit
      unit /= 10
    }
    return value
  }
}
