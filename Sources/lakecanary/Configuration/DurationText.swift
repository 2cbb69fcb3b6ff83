/// Lengths of time as people write them: `90s`, `5m`, `1h30m`, `2d`, `500ms`.
enum DurationText {
  /// The duration that `text` says, or nil: numbers with their unit (ms, s, m, h, d), the largest first.
  static func duration(_ text: String) -> Duration? {
    var rest = text[...]
    var total: Int64 = 0
    var last = Int64.max
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(name.count)
      guard let number = Int64(digits), let unit = units.first(where: { $0.name == name })?.milliseconds,
        unit < last
      else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: unit)
      let (sum, carried) = total.addingReportingOverflow(product)
      // A hundred years are long enough for any limit, and far from overflow.
      guard !overflow, !carried, sum <= 3_155_760_000_000 else { return nil }
      total = sum
      last = unit
    }
    return text.isEmpty ? nil : .milliseconds(total)
  }

  /// The shortest text that reads as `duration`, cut to milliseconds.
  static func text(_ duration: Duration) -> String {
    var rest = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
    guard rest > 0 else { return "0s" }
    var text = ""
    for unit in units {
      let (count, left) = rest.quotientAndRemainder(dividingBy: unit.milliseconds)
      if count > 0 { text += "\(count)\(unit.name)" }
      rest = left
    }
    return text
  }

  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
  ]
}
