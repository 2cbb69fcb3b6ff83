import Time

/// `2026-11-23 22:54:01.123456` kept as bytes, so that a row that is a few microseconds later than the one
/// before costs a few digits and no text.
struct TimestampText {
  private(set) var timestamp: Timestamp
  private(set) var bytes: [UInt8]

  init(_ timestamp: Timestamp) {
    self.timestamp = timestamp
    bytes = Array(timestamp.dmsText.utf8)
  }

  mutating func set(_ new: Timestamp) {
    guard new != timestamp else { return }
    let micros: Int64 = 1_000_000
    guard new.microseconds >= 0, timestamp.microseconds >= 0, bytes.count == 26,
      new.microseconds / micros == timestamp.microseconds / micros
    else {
      self = TimestampText(new)
      return
    }
    timestamp = new
    var rest = new.microseconds % micros
    for index in stride(from: 25, through: 20, by: -1) {
      bytes[index] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
  }
}
