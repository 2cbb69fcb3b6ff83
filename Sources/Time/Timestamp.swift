/// A point in time, in whole microseconds since 1970-01-01 00:00:00 UTC, as PostgreSQL and DMS count it.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
  /// Microseconds since 1970-01-01 00:00:00 UTC; negative before it.
  public var microseconds: Int64

  /// The point `microseconds` after 1970-01-01 00:00:00 UTC.
  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// The point `seconds` after 1970-01-01 00:00:00 UTC.
  ///
  /// Saturates where the range of 64-bit microseconds ends, some 292,000 years either way.
  public init(seconds: Int64) {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    microseconds = overflow ? (seconds < 0 ? .min : .max) : product
  }

  /// A point from a Codable container: a single integer of microseconds.
  ///
  /// - Throws: `DecodingError` where the value is no integer.
  public init(from decoder: any Decoder) throws {
    microseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  /// Writes the microseconds as a single integer.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microseconds)
  }

  /// Orders by time.
  public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
    lhs.microseconds < rhs.microseconds
  }

  /// The point `duration` later, cut to microseconds, saturating.
  public static func + (lhs: Timestamp, duration: Duration) -> Timestamp {
    let (sum, overflow) = lhs.microseconds.addingReportingOverflow(duration.microseconds)
    guard overflow else { return Timestamp(microseconds: sum) }
    return Timestamp(microseconds: lhs.microseconds < 0 ? .min : .max)
  }

  /// The point `duration` earlier, cut to microseconds, saturating.
  public static func - (lhs: Timestamp, duration: Duration) -> Timestamp {
    lhs + (.zero - duration)
  }

  /// How much later the left point is than the right one; negative where it is earlier, saturating.
  public static func - (lhs: Timestamp, rhs: Timestamp) -> Duration {
    let (difference, overflow) = lhs.microseconds.subtractingReportingOverflow(rhs.microseconds)
    guard overflow else { return .microseconds(difference) }
    return .microseconds(lhs.microseconds < rhs.microseconds ? Int64.min : .max)
  }
}

extension Duration {
  /// The duration in whole microseconds, cut towards zero, saturating.
  public var microseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    return carried ? (seconds < 0 ? .min : .max) : sum
  }

  /// The duration in seconds, for figures and text.
  public var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
