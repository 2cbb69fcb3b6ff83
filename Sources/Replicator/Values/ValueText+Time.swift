import Time

extension ValueText {
  /// Days since 1970-01-01; infinity is 9999-12-31, -infinity 4713-01-01 BC (DMS.md section 5).
  static func date(_ text: UnsafeRawBufferPointer) -> TextValue<Int32>? {
    var scanner = TextScanner(text)
    if let limit = infinity(&scanner) { return .value(Int32(limit.daysSince1970)) }
    guard let civil = civilDate(&scanner, text), scanner.isAtEnd else { return nil }
    guard let civil else { return .notRepresentable }
    return .value(Int32(civil.daysSince1970))
  }

  /// Milliseconds since midnight; a time with a zone is taken to UTC, and 24:00:00 is the day's last one.
  static func timeMilliseconds(_ text: UnsafeRawBufferPointer) -> Int32? {
    var scanner = TextScanner(text)
    guard let time = timeOfDay(&scanner, lastHour: 24), let offset = offsetSeconds(&scanner), scanner.isAtEnd
    else { return nil }
    let day = 86_400_000
    var milliseconds = time / 1_000
    if offset != 0 { milliseconds = ((milliseconds - offset * 1_000) % day + day) % day }
    return Int32(min(milliseconds, day - 1))
  }

  /// Microseconds since 1970 UTC; infinity is 9999-12-31 23:59:59, -infinity 4713-01-01 BC.
  ///
  /// Years beyond 292,000, which PostgreSQL has and 64 bits of microseconds have not, are not representable.
  static func timestamp(_ text: UnsafeRawBufferPointer) -> TextValue<Timestamp>? {
    var scanner = TextScanner(text)
    if let limit = infinity(&scanner) {
      return .value(limit.year > 0 ? limit.utc + .seconds(86_399) : limit.utc)
    }
    guard let date = civilDate(&scanner, text), scanner.skip(" " as Unicode.Scalar),
      let time = timeOfDay(&scanner, lastHour: 24), let offset = offsetSeconds(&scanner)
    else { return nil }
    _ = scanner.skip(" BC")
    guard scanner.isAtEnd else { return nil }
    guard let date else { return .notRepresentable }
    return .value(date.utc + .microseconds(time - offset * 1_000_000))
  }

  /// The date that stands for an infinity, where the whole text is one.
  private static func infinity(_ scanner: inout TextScanner) -> CivilTime? {
    if scanner.skip("infinity") { return scanner.isAtEnd ? CivilTime(year: 9999, month: 12, day: 31) : nil }
    if scanner.skip("-infinity") { return scanner.isAtEnd ? CivilTime(year: -4712, month: 1, day: 1) : nil }
    return nil
  }

  /// A date, or `.some(nil)` where its year is out of range.
  ///
  /// ` BC` is read from the end of the whole text, and skipped here where the date ends with it.
  private static func civilDate(_ scanner: inout TextScanner, _ text: UnsafeRawBufferPointer) -> CivilTime?? {
    guard let year = scanner.number(), scanner.skip("-" as Unicode.Scalar),
      let month = scanner.number(), scanner.skip("-" as Unicode.Scalar), let day = scanner.number()
    else { return nil }
    var tail = TextScanner(UnsafeRawBufferPointer(rebasing: text.suffix(3)))
    let isBeforeChrist = tail.skip(" BC")
    if isBeforeChrist { _ = scanner.skip(" BC") }
    // 1 BC is the year 0; 290,000 is what CivilTime takes.
    guard year <= 290_000 else { return .some(nil) }
    guard let civil = CivilTime(year: isBeforeChrist ? 1 - year : year, month: month, day: day) else {
      return nil
    }
    return .some(civil)
  }

  /// Microseconds since midnight.
  private static func timeOfDay(_ scanner: inout TextScanner, lastHour: Int) -> Int? {
    guard let hour = scanner.number(), hour <= lastHour, scanner.skip(":" as Unicode.Scalar),
      let minute = scanner.number(), minute < 60, scanner.skip(":" as Unicode.Scalar),
      let second = scanner.number(), second <= 60
    else { return nil }
    var microsecond = 0
    if scanner.skip("." as Unicode.Scalar) {
      guard let fraction = scanner.microseconds() else { return nil }
      microsecond = fraction
    }
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + microsecond
  }

  /// Seconds east of UTC of `+02`, `-03:30` or `+00:19:32`; 0 where no zone comes.
  private static func offsetSeconds(_ scanner: inout TextScanner) -> Int? {
    let sign: Int
    if scanner.skip("+" as Unicode.Scalar) {
      sign = 1
    } else if scanner.skip("-" as Unicode.Scalar) {
      sign = -1
    } else {
      return 0
    }
    guard let hours = scanner.number(), hours < 100 else { return nil }
    var seconds = hours * 3600
    for unit in [60, 1] where scanner.skip(":" as Unicode.Scalar) {
      guard let value = scanner.number(), value < 60 else { return nil }
      seconds += value * unit
    }
    return sign * seconds
  }
}
