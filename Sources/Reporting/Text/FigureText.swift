import Foundation
public import Time

/// Figures as people read them: no locale, the same on every machine.
public enum FigureText {
  /// A whole number with a comma between thousands: `1,234,567`.
  public static func count(_ number: Int64) -> String {
    let digits = String(number.magnitude)
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
      grouped.append(digit)
    }
    return number < 0 ? "-" + grouped : grouped
  }

  /// A length of time in its one or two largest units: `850 ms`, `61.2 s`, `5 m 02 s`, `3 h 12 m`, `2 d 4 h`.
  public static func duration(_ duration: Duration) -> String {
    let microseconds = duration.microseconds
    if microseconds < 0 { return "-" + FigureText.duration(.zero - duration) }
    if microseconds == 0 { return "0 s" }
    if microseconds < 1_000 { return "\(microseconds) us" }
    // Rounds up into the next unit: 999.6 ms is 1.0 s, not 1000 ms.
    if microseconds < 999_500 { return "\((microseconds + 500) / 1_000) ms" }
    let tenths = (microseconds + 50_000) / 100_000
    if tenths < 1_200 { return "\(tenths / 10).\(tenths % 10) s" }
    let seconds = (microseconds + 500_000) / 1_000_000
    if seconds < 3_600 { return "\(seconds / 60) m \(twoDigits(seconds % 60)) s" }
    if seconds < 86_400 { return "\(seconds / 3_600) h \(twoDigits(seconds / 60 % 60)) m" }
    return "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
  }

  /// A number of bytes in its largest binary unit: `512 B`, `1.5 KiB`, `20.0 MiB`.
  public static func bytes(_ count: Int64) -> String {
    guard count.magnitude >= 1_024 else { return "\(count) B" }
    var value = Double(count)
    var unit = 0
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    // 1023.95 KiB would print as 1024.0 KiB.
    while abs(value) >= 1_023.95, unit < units.count - 1 {
      value /= 1_024
      unit += 1
    }
    return decimal(value, places: 1) + " " + units[unit]
  }

  /// A share in percent, cut rather than rounded, so that only what is whole reads `100 %`.
  public static func percent(_ share: Double) -> String {
    if share == 1 { return "100 %" }
    // The millionth keeps 0.9 * 10,000 from reading 89.99.
    let hundredths = Int64((share * 10_000 + 1e-6).rounded(.down))
    let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
    return rest == 0 ? "\(whole) %" : "\(whole).\(twoDigits(rest)) %"
  }

  /// A point in time to the second, UTC: `2026-11-23 22:54:01Z`.
  public static func time(_ timestamp: Timestamp) -> String {
    timestamp.dmsText.prefix(19) + "Z"
  }

  /// The span between two points, the date named once where it is the same day.
  public static func span(_ start: Timestamp, _ end: Timestamp) -> String {
    let (from, to) = (start.dmsText.prefix(19), end.dmsText.prefix(19))
    if from == to { return from + "Z" }
    if from.prefix(10) == to.prefix(10) { return "\(from) to \(to.suffix(8))Z" }
    return "\(from) to \(to)Z"
  }

  /// `1 row`, `2 rows`: the count with its noun.
  public static func counted(_ number: Int64, _ noun: String, plural: String? = nil) -> String {
    "\(count(number)) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// A number with a fixed count of decimals and a point.
  static func decimal(_ value: Double, places: Int) -> String {
    String(format: "%.\(places)f", value)
  }

  private static func twoDigits(_ value: Int64) -> String {
    value < 10 ? "0\(value)" : String(value)
  }
}
