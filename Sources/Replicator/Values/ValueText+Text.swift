extension ValueText {
  /// char(n) without the blanks at its end.
  static func trimmingBlanks(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var end = text.count
    while end > 0, text[end - 1] == UInt8(ascii: " ") { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: text[..<end])
  }

  /// As many whole characters as there are in so many units of UTF-16.
  static func prefix(_ text: UnsafeRawBufferPointer, unitCount: Int) -> UnsafeRawBufferPointer {
    // No character has more units than bytes.
    guard text.count > unitCount else { return text }
    var (units, end) = (0, 0)
    while end < text.count {
      let length =
        switch text[end] {
        case 0xF0...: 4
        case 0xE0...: 3
        case 0xC0...: 2
        default: 1
        }
      units += length == 4 ? 2 : 1
      guard units <= unitCount, end + length <= text.count else { break }
      end += length
    }
    return UnsafeRawBufferPointer(rebasing: text[..<end])
  }

  /// An interval of `IntervalStyle=postgres` (`1 year 2 mons -3 days 04:05:06.7`) the way DMS writes it,
  /// `1 YEAR, 2 MONTHS, -3 DAYS, 4 HOURS, 5 MINUTES, 6.7 SECONDS`.
  ///
  /// Only the beginning of that form is documented (DMS.md section 5); the time of day is inferred.
  static func interval(_ text: UnsafeRawBufferPointer) -> String? {
    var parts: [String] = []
    let words = String(decoding: text, as: UTF8.self).split(separator: " ")
    var index = words.startIndex
    while index < words.endIndex {
      let word = words[index]
      if word.contains(":") {
        guard index == words.count - 1, let time = intervalTime(word) else { return nil }
        parts += time
        index += 1
        continue
      }
      guard let number = Int(word), index + 1 < words.endIndex else { return nil }
      let unit: String
      switch words[index + 1] {
      case "year", "years": unit = "YEAR"
      case "mon", "mons": unit = "MONTH"
      case "day", "days": unit = "DAY"
      default: return nil
      }
      parts.append("\(number) \(unit)\(number == 1 ? "" : "S")")
      index += 2
    }
    return parts.isEmpty ? "0 SECONDS" : parts.joined(separator: ", ")
  }

  private static func intervalTime(_ word: Substring) -> [String]? {
    let isNegative = word.hasPrefix("-")
    let fields = word.drop { $0 == "-" || $0 == "+" }.split(separator: ":")
    guard fields.count == 3, let hours = Int(fields[0]), let minutes = Int(fields[1]) else { return nil }
    let (whole, fraction) = (fields[2].prefix { $0 != "." }, fields[2].drop { $0 != "." })
    guard let seconds = Int(whole) else { return nil }
    let sign = isNegative ? "-" : ""
    var parts: [String] = []
    if hours != 0 { parts.append("\(sign)\(hours) HOUR\(hours == 1 ? "" : "S")") }
    if minutes != 0 { parts.append("\(sign)\(minutes) MINUTE\(minutes == 1 ? "" : "S")") }
    if seconds != 0 || !fraction.isEmpty {
      parts.append("\(sign)\(seconds)\(fraction) SECOND\(seconds == 1 && fraction.isEmpty ? "" : "S")")
    }
    return parts
  }
}
