import Foundation
import Testing
import Time

@Suite struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00.000000Z", Int64(0)),
    ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999),
    ("1969-12-31T23:59:59.999999Z", -1),
    ("2022-07-26T06:46:18.616807Z", 1_658_817_978_616_807),
    ("0001-01-01T00:00:00.000000Z", -62_135_596_800_000_000),
    ("9999-12-31T23:59:59.000000Z", 253_402_300_799_000_000),
  ])
  func textRoundTrips(text: String, microseconds: Int64) throws {
    #expect(Timestamp(microseconds: microseconds).description == text)
    #expect(try #require(Timestamp(text)).microseconds == microseconds)
  }

  @Test(arguments: [
    ("2024-06-12 10:31:25.5", "2024-06-12T10:31:25.500000Z"),
    ("2024-06-12 10:31:25+02", "2024-06-12T08:31:25.000000Z"),
    ("2024-06-12 10:31:25-03:30", "2024-06-12T14:01:25.000000Z"),
    ("2024-06-12T10:31:25+0530", "2024-06-12T05:01:25.000000Z"),
  ])
  func takesFractionsAndOffsets(text: String, expected: String) throws {
    #expect(try #require(Timestamp(text)).description == expected)
  }

  @Test(arguments: [
    "", "2024", "2024-13-01 00:00:00", "2023-02-29 00:00:00", "2024-01-01 24:00:00", "2024-01-01 00:00:00.",
    "2024-01-01 00:00:00x", "2024-01-01 00:00:00.1234567", "2024-01-01 00:00:00+1", "２０24-01-01 00:00:00",
  ])
  func refusesOtherText(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func dmsTextHasASpaceAndNoZone() {
    #expect(Timestamp(microseconds: 1_658_817_978_616_807).dmsText == "2022-07-26 06:46:18.616807")
  }

  /// Foundation's calendar is the oracle.
  @Test func civilDatesAgreeWithFoundation() throws {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let seconds = Int64.random(in: -8_000_000_000...250_000_000_000, using: &random)
      let civil = CivilTime(utc: Timestamp(seconds: seconds))
      let parts = calendar.dateComponents(
        [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(seconds)))
      #expect(civil.year == parts.year && civil.month == parts.month && civil.day == parts.day)
      #expect(civil.hour == parts.hour && civil.minute == parts.minute && civil.second == parts.second)
      #expect(civil.utc == Timestamp(seconds: seconds))
    }
  }

  @Test func arithmeticSaturates() {
    let last = Timestamp(microseconds: .max)
    #expect(last + .seconds(1) == last)
    #expect(Timestamp(microseconds: .min) - .seconds(1) == Timestamp(microseconds: .min))
    #expect(Timestamp(seconds: .max) == last)
    #expect(Timestamp(seconds: 5) - Timestamp(seconds: 7) == .seconds(-2))
    #expect(Duration.seconds(Int64.max).microseconds == .max)
  }
}
