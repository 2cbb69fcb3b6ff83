import Reporting
import Testing
import Time

@Suite struct SafeTextTests {
  @Test(arguments: [
    ("plain", "plain"), ("né à Zürich, 東京", "né à Zürich, 東京"), ("a\nb\r\t", "a\\nb\\r\\t"),
    ("\u{1B}[31mred", "\\u{1B}[31mred"), ("\u{202E}evil", "\\u{202E}evil"), ("a\u{200B}b", "a\\u{200B}b"),
    ("\u{9B}2J", "\\u{9B}2J"), ("a\u{2028}b", "a\\u{2028}b"), ("\u{E000}", "\\u{E000}"),
    ("a\u{7F}", "a\\u{7F}"),
    ("x\u{FE0F}", "x\\u{FE0F}"),
  ])
  func writesOutWhatDeceives(text: String, shown: String) {
    #expect(SafeText.shown(text) == shown)
  }

  @Test func countsColumns() {
    #expect(SafeText.width("abc") == 3)
    #expect(SafeText.width("東京") == 4)
    #expect(SafeText.width("e\u{301}") == 1)
  }

  @Test(arguments: 0...12) func fitsIntoAnyWidth(width: Int) {
    let fitted = SafeText.fitted("public/東京/2026.parquet", width: width)
    #expect(SafeText.width(fitted) <= width)
  }

  @Test func leavesOutTheMiddle() {
    #expect(SafeText.fitted("0123456789", width: 7) == "012…789")
    #expect(SafeText.fitted("0123456789", width: 10) == "0123456789")
  }
}

@Suite struct FigureTextTests {
  @Test(
    arguments: [
      (0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "-1,000"), (-999, "-999"),
      (Int64.min, "-9,223,372,036,854,775,808"),
    ] as [(Int64, String)])
  func groupsThousands(number: Int64, text: String) {
    #expect(FigureText.count(number) == text)
  }

  @Test(
    arguments: [
      (.zero, "0 s"), (.microseconds(7), "7 us"), (.microseconds(1_499), "1 ms"),
      (.milliseconds(850), "850 ms"),
      (.microseconds(999_600), "1.0 s"), (.milliseconds(61_240), "61.2 s"), (.seconds(119), "119.0 s"),
      (.seconds(120), "2 m 00 s"), (.seconds(302), "5 m 02 s"), (.seconds(3_725), "1 h 02 m"),
      (.seconds(187_200), "2 d 4 h"), (.milliseconds(-850), "-850 ms"),
    ] as [(Duration, String)])
  func namesTheLargestUnits(duration: Duration, text: String) {
    #expect(FigureText.duration(duration) == text)
  }

  @Test(
    arguments: [
      (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_048_575, "1.0 MiB"), (20_480, "20.0 KiB"),
      (Int64.max, "8.0 EiB"),
    ] as [(Int64, String)])
  func countsBytes(count: Int64, text: String) {
    #expect(FigureText.bytes(count) == text)
  }

  @Test(
    arguments: [
      (1, "100 %"), (0, "0 %"), (0.99999999, "99.99 %"), (0.9, "90 %"), (0.9714, "97.14 %"), (0.29, "29 %"),
    ] as [(Double, String)])
  func onlyTheWholeIsAHundred(share: Double, text: String) {
    #expect(FigureText.percent(share) == text)
  }

  @Test func namesTheDayOnce() {
    let start = ReportFixture.morning
    #expect(FigureText.span(start, start) == "2026-11-23 08:00:00Z")
    #expect(FigureText.span(start, start + .seconds(61)) == "2026-11-23 08:00:00 to 08:01:01Z")
    #expect(FigureText.span(start, start + .seconds(86_400)) == "2026-11-23 08:00:00 to 2026-11-24 08:00:00Z")
  }

  @Test func countsNouns() {
    #expect(FigureText.counted(1, "row") == "1 row")
    #expect(FigureText.counted(0, "row") == "0 rows")
    #expect(FigureText.counted(2, "entry", plural: "entries") == "2 entries")
  }
}
