import Testing
import Time

@testable import ObjectStorage

@Suite struct HTTPDateTests {
  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_799),  // A leap second.
  ])
  func aDateIsItsSecond(_ text: String, _ seconds: Int64) {
    #expect(HTTPDate.parse(text) == Timestamp(microseconds: seconds * 1_000_000))
  }

  @Test(arguments: [
    "", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sün, 06 Nov 1994 08:49:3 GMT ",
  ])
  func otherFormsAreNone(_ text: String) {
    #expect(HTTPDate.parse(text) == nil)
  }
}
