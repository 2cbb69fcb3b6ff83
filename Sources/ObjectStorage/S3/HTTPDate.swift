import Time

/// Times as HTTP's header fields carry them: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
enum HTTPDate {
  private static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  /// What stands between the numbers, a question mark for any byte.
  private static let form: StaticString = "???, ?? ??? ???? ??:??:?? GMT"

  /// The time; nil for any other form.
  static func parse(_ text: String) -> Timestamp? {
    var text = text
    return text.withUTF8 { bytes in
      guard bytes.count == form.utf8CodeUnitCount,
        bytes.indices.allSatisfy({
          form.utf8Start[$0] == UInt8(ascii: "?") || form.utf8Start[$0] == bytes[$0]
        }),
        let month = months.firstIndex(where: { month in
          (0..<3).allSatisfy { month.utf8Start[$0] == bytes[8 + $0] }
        }),
        let day = number(bytes[5..<7]), let year = number(bytes[12..<16]),
        let hour = number(bytes[17..<19]), let minute = number(bytes[20..<22]),
        let second = number(bytes[23..<25])
      else { return nil }
      // A leap second is told as the one before it.
      return CivilTime(
        year: year, month: month + 1, day: day, hour: hour, minute: minute, second: min(second, 59))?.utc
    }
  }

  private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    var number = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      number = number * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return number
  }
}
