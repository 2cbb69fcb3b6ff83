extension Timestamp: CustomStringConvertible {
  /// ISO 8601 in UTC with microseconds: `2026-11-23T22:54:01.123456Z`.
  public var description: String { text(separator: "T") + "Z" }

  /// The form of DMS's timestamp column: `2026-11-23 22:54:01.123456`, UTC, no zone (DMS.md section 3).
  public var dmsText: String { text(separator: " ") }

  private func text(separator: Character) -> String {
    let civil = CivilTime(utc: self)
    var text = ""
    text.reserveCapacity(27)
    if civil.year < 0 { text.append("-") }
    text.append(digits(abs(civil.year), 4))
    text.append("-")
    text.append(digits(civil.month, 2))
    text.append("-")
    text.append(digits(civil.day, 2))
    text.append(separator)
    text.append(digits(civil.hour, 2))
    text.append(":")
    text.append(digits(civil.minute, 2))
    text.append(":")
    text.append(digits(civil.second, 2))
    text.append(".")
    text.append(digits(civil.microsecond, 6))
    return text
  }

  // Specialized, since it reads every row: left generic, most of its time goes to looking types up.

  /// A point from text, or nil: `yyyy-MM-dd HH:mm:ss`, a space or a `T` between, up to six decimals of a
  /// second, then nothing or `Z` (UTC), or an offset `±HH`, `±HHMM`, `±HH:MM` or `±HH:MM:SS`.
  ///
  /// Takes ISO 8601, DMS's timestamp column and PostgreSQL's `ISO` output of timestamp and timestamptz,
  /// without the BC suffix.
  @specialized(where Text == String)
  @specialized(where Text == Substring)
  public init?<Text: StringProtocol>(_ text: Text) {
    var scanner = DigitScanner(text.utf8)
    guard let year = scanner.number(digits: 4...6), scanner.skip("-"),
      let month = scanner.number(digits: 2...2), scanner.skip("-"),
      let day = scanner.number(digits: 2...2), scanner.skip(" ") || scanner.skip("T"),
      let hour = scanner.number(digits: 2...2), scanner.skip(":"),
      let minute = scanner.number(digits: 2...2), scanner.skip(":"),
      let second = scanner.number(digits: 2...2)
    else { return nil }
    var microsecond = 0
    if scanner.skip(".") {
      guard let fraction = scanner.fraction(digits: 6) else { return nil }
      microsecond = fraction
    }
    var offset = 0
    if !scanner.skip("Z") {
      guard let read = scanner.offset() else { return nil }
      offset = read
    }
    guard scanner.isAtEnd,
      let civil = CivilTime(
        year: year, month: month, day: day, hour: hour, minute: minute, second: second,
        microsecond: microsecond)
    else { return nil }
    self = civil.utc - .seconds(offset)
  }
}

/// `value` in decimal, with zeros before it up to `width` digits; a wider number keeps all of its digits.
private func digits(_ value: Int, _ width: Int) -> String {
  let text = String(value)
  return text.utf8.count >= width ? text : String(repeating: "0", count: width - text.utf8.count) + text
}

/// Reads fixed-width numbers from ASCII.
private struct DigitScanner<Bytes: Collection<UInt8>> {
  private let bytes: Bytes
  private var index: Bytes.Index

  init(_ bytes: Bytes) {
    self.bytes = bytes
    index = bytes.startIndex
  }

  var isAtEnd: Bool { index == bytes.endIndex }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard !isAtEnd, UInt32(bytes[index]) == character.value else { return false }
    index = bytes.index(after: index)
    return true
  }

  mutating func number(digits: ClosedRange<Int>) -> Int? {
    var (value, count) = (0, 0)
    while count < digits.upperBound, let digit = nextDigit() {
      value = value * 10 + digit
      count += 1
    }
    return count >= digits.lowerBound ? value : nil
  }

  /// One to `digits` decimals, scaled to exactly `digits`.
  mutating func fraction(digits: Int) -> Int? {
    var (value, count) = (0, 0)
    while count < digits, let digit = nextDigit() {
      value = value * 10 + digit
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in count..<digits { value *= 10 }
    return value
  }

  /// Seconds east of UTC; 0 where the text ends here.
  mutating func offset() -> Int? {
    let sign: Int
    if skip("+") {
      sign = 1
    } else if skip("-") {
      sign = -1
    } else {
      return isAtEnd ? 0 : nil
    }
    guard let hours = number(digits: 2...2), hours <= 15 else { return nil }
    var seconds = hours * 3600
    for unit in [60, 1] where !isAtEnd {
      _ = skip(":")
      guard let value = number(digits: 2...2), value < 60 else { return nil }
      seconds += value * unit
    }
    return sign * seconds
  }

  private mutating func nextDigit() -> Int? {
    guard !isAtEnd, (0x30...0x39).contains(bytes[index]) else { return nil }
    defer { index = bytes.index(after: index) }
    return Int(bytes[index]) - 0x30
  }
}
