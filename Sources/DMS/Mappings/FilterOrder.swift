/// How the values of a column compare with the constants of a filter.
enum FilterOrder {
  /// Exactly, whatever the number of digits.
  case decimal
  case floatingPoint
  case boolean
  /// ISO text sorts as time does, once both have the same form.
  case time
  /// By bytes.
  case text

  init(_ type: DMSType) {
    switch type {
    case .int2, .int4, .int8, .numeric: self = .decimal
    case .real4, .real8: self = .floatingPoint
    case .boolean: self = .boolean
    case .date, .time, .datetime: self = .time
    case .string, .wstring, .clob, .nclob, .blob: self = .text
    }
  }

  /// Below zero where the value comes before the constant, zero where they are the same.
  func compare(_ value: String, _ constant: String) -> Int {
    switch self {
    case .decimal:
      if let left = DecimalDigits(value), let right = DecimalDigits(constant) { return left.compare(right) }
      return FilterOrder.floatingPoint.compare(value, constant)
    case .floatingPoint:
      // As PostgreSQL has it, NaN comes after every number and is equal to itself.
      guard let left = Double(value), let right = Double(constant) else {
        return FilterOrder.text.compare(value, constant)
      }
      if left.isNaN || right.isNaN { return (left.isNaN ? 1 : 0) - (right.isNaN ? 1 : 0) }
      return left < right ? -1 : left > right ? 1 : 0
    case .boolean:
      return FilterOrder.text.compare(FilterOrder.truth(value), FilterOrder.truth(constant))
    case .time:
      return FilterOrder.text.compare(
        FilterOrder.time(value, isDay: value.utf8.count == 10),
        FilterOrder.time(constant, isDay: value.utf8.count == 10))
    case .text:
      if value.utf8.elementsEqual(constant.utf8) { return 0 }
      return value.utf8.lexicographicallyPrecedes(constant.utf8) ? -1 : 1
    }
  }

  private static func truth(_ text: String) -> String {
    switch text.lowercased() {
    case "t", "true", "1", "y", "yes", "on": "t"
    case "f", "false", "0", "n", "no", "off": "f"
    default: text
    }
  }

  /// Without the zone, which is UTC, and with a time of day where the column has one.
  private static func time(_ text: String, isDay: Bool) -> String {
    var text = text.replacing("T", with: " ")
    for zone in ["+00:00", "+00", "Z"] where text.hasSuffix(zone) { text.removeLast(zone.count) }
    if text.contains(".") {
      while text.hasSuffix("0") { text.removeLast() }
      if text.hasSuffix(".") { text.removeLast() }
    }
    let isDate = text.utf8.count == 10 && text.utf8.filter { $0 == UInt8(ascii: "-") }.count == 2
    return isDate && !isDay ? text + " 00:00:00" : text
  }
}

/// A decimal number as its digits, compared without rounding.
private struct DecimalDigits {
  private let isNegative: Bool
  private let whole: Substring.UTF8View
  private let fraction: Substring.UTF8View

  /// Nil where the text is no plain decimal number.
  init?(_ text: String) {
    var rest = text[...].utf8
    isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    let parts = rest.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let areDigits = parts.allSatisfy { $0.allSatisfy { (0x30...0x39).contains($0) } }
    guard areDigits, parts.contains(where: { !$0.isEmpty }) else { return nil }
    whole = parts[0].drop { $0 == UInt8(ascii: "0") }
    var digits = parts.count == 2 ? parts[1] : rest.suffix(0)
    while digits.last == UInt8(ascii: "0") { digits = digits.dropLast() }
    fraction = digits
  }

  private var isZero: Bool { whole.isEmpty && fraction.isEmpty }

  func compare(_ other: DecimalDigits) -> Int {
    let (left, right) = (isNegative && !isZero, other.isNegative && !other.isZero)
    if left != right { return left ? -1 : 1 }
    let magnitude = compareMagnitude(other)
    return left ? -magnitude : magnitude
  }

  private func compareMagnitude(_ other: DecimalDigits) -> Int {
    if whole.count != other.whole.count { return whole.count < other.whole.count ? -1 : 1 }
    for (mine, its) in [(whole, other.whole), (fraction, other.fraction)] where !mine.elementsEqual(its) {
      return mine.lexicographicallyPrecedes(its) ? -1 : 1
    }
    return 0
  }
}
