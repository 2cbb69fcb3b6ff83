import Time

/// Times as HTTP's header fields carry them: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The time; nil for any other form.
  static func parse(_ text: String) -> Timestamp? {
    let parts = text.utf8.split(separator: UInt8(ascii: " ")).map { Substring($0) }
    guard parts.count == 6, parts[5] == "GMT", parts[1].utf8.count == 2, let day = Int(parts[1]),
      let month = months.firstIndex(where: { $0 == parts[2] }), parts[3].utf8.count == 4,
      let year = Int(parts[3])
    else { return nil }
    let clock = parts[4].utf8.split(separator: UInt8(ascii: ":")).map { Int(Substring($0)) }
    guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2] else {
      return nil
    }
    // A leap second is told as the one before it.
    return CivilTime(
      year: year, month: month + 1, day: day, hour: hour, minute: minute, second: min(second, 59))?.utc
  }
}
