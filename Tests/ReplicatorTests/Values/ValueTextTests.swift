import Testing
import Time

@testable import Replicator

@Suite struct ValueTextTests {
  @Test(arguments: [
    ("0", Int64(0)), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
  ])
  func integers(text: String, expected: Int64) {
    #expect(read(text, ValueText.integer) == expected)
  }

  @Test(arguments: ["", "-", "9223372036854775808", "-9223372036854775809", "1a", "+1", " 1", "1 "])
  func refusesWhatIsNoInteger(text: String) {
    #expect(read(text, ValueText.integer) == nil)
  }

  @Test(arguments: [
    ("1234.56", 15, 2, Int128(123_456)), ("-0.5", 4, 4, -5_000), ("7", 28, 6, 7_000_000),
    ("0.1234567", 28, 6, 123_456), ("-$1,234.56", 38, 4, -12_345_600), ("0.0001", 4, 4, 1),
    ("99999999999999999999999999999999999999", 38, 0, 99_999_999_999_999_999_999_999_999_999_999_999_999),
  ])
  func decimals(text: String, precision: Int, scale: Int, expected: Int128) {
    guard case .value(let value)? = read(text, { ValueText.decimal($0, precision: precision, scale: scale) })
    else {
      Issue.record("\(text) is a decimal(\(precision),\(scale))")
      return
    }
    #expect(value == expected)
  }

  @Test(arguments: ["NaN", "Infinity", "-Infinity", "100.00", "1e400"])
  func decimalsHaveLimits(text: String) {
    let result = read(text) { ValueText.decimal($0, precision: 4, scale: 2) }
    if text == "1e400" {
      #expect(result == nil)
    } else if case .notRepresentable? = result {
    } else {
      Issue.record("\(text) does not fit decimal(4,2)")
    }
  }

  @Test func bytesAreHexadecimal() {
    #expect(read("\\x", ValueText.bytes) == [])
    #expect(read("\\x00fFA9", ValueText.bytes) == [0, 0xFF, 0xA9])
    for text in ["", "x00", "\\x0", "\\x0g", "00"] { #expect(read(text, ValueText.bytes) == nil, "\(text)") }
  }

  @Test(arguments: [
    ("1970-01-01", Int32(0)), ("1969-12-31", -1), ("2024-02-29", 19_782), ("0001-01-01 BC", -719_528),
    ("infinity", 2_932_896), ("-infinity", -2_440_550), ("4713-01-01 BC", -2_440_550),
  ])
  func dates(text: String, expected: Int32) {
    guard case .value(let days)? = read(text, ValueText.date) else {
      Issue.record("\(text) is a date")
      return
    }
    #expect(days == expected)
  }

  @Test(arguments: [
    ("2024-06-12 10:31:25.463515", "2024-06-12T10:31:25.463515Z"),
    ("2024-06-12 10:31:25.5+00", "2024-06-12T10:31:25.500000Z"),
    ("2024-06-12 10:31:25+05:30", "2024-06-12T05:01:25.000000Z"),
    ("12024-06-12 00:00:00", "12024-06-12T00:00:00.000000Z"),
    ("0001-01-01 00:00:00 BC", "0000-01-01T00:00:00.000000Z"),
    ("infinity", "9999-12-31T23:59:59.000000Z"),
    ("-infinity", "-4712-01-01T00:00:00.000000Z"),
  ])
  func timestamps(text: String, expected: String) {
    guard case .value(let timestamp)? = read(text, ValueText.timestamp) else {
      Issue.record("\(text) is a timestamp")
      return
    }
    #expect(timestamp.description == expected)
  }

  @Test func timestampsBeyondTheRangeAreToldApart() {
    guard case .notRepresentable? = read("294276-12-31 23:59:59", ValueText.timestamp) else {
      Issue.record("294276 is beyond the range")
      return
    }
    for text in ["", "2024-06-12", "2024-13-12 00:00:00", "2024-06-12 10:31", "2024-06-12 10:31:25x"] {
      #expect(read(text, ValueText.timestamp) == nil, "\(text)")
    }
  }

  @Test(arguments: [
    ("00:00:00", Int32(0)), ("23:59:59.999999", 86_399_999), ("24:00:00", 86_399_999),
    ("01:00:00+02", 82_800_000), ("12:00:00-03:30", 55_800_000),
  ])
  func timesOfDay(text: String, expected: Int32) {
    #expect(read(text, ValueText.timeMilliseconds) == expected)
  }

  /// Whatever comes, it is an answer or nil.
  @Test func noTextTraps() {
    let samples = [
      "2024-06-12 10:31:25.463515+05:30 BC", "-$1,234.56", "\\x00ff", "-9223372036854775808", "24:00:00",
    ]
    for sample in samples {
      var bytes = Array(sample.utf8)
      for index in bytes.indices {
        for value in stride(from: UInt8(0), to: 255, by: 3) {
          let kept = bytes[index]
          bytes[index] = value
          readAll(bytes)
          bytes[index] = kept
        }
        readAll(Array(bytes[..<index]))
      }
    }
  }

  private func readAll(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      _ = ValueText.integer(buffer)
      _ = ValueText.decimal(buffer, precision: 38, scale: 10)
      _ = ValueText.bytes(buffer)
      _ = ValueText.date(buffer)
      _ = ValueText.timestamp(buffer)
      _ = ValueText.timeMilliseconds(buffer)
    }
  }

  private func read<Value>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    Array(text.utf8).withUnsafeBytes(body)
  }
}
