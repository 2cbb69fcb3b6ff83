import Time

/// PostgreSQL counts timestamps in microseconds since 2000-01-01 00:00:00, and sets the two outermost values
/// aside for `-infinity` and `infinity` (src/include/datatype/timestamp.h).
enum PostgresEpoch {
  /// 2000-01-01 in microseconds since 1970-01-01.
  static let offset: Int64 = 946_684_800_000_000

  /// The point in time of a server's count, saturating; the infinities become the outermost points.
  static func timestamp(_ count: Int64) -> Timestamp {
    if count == .min { return Timestamp(microseconds: .min) }
    let (sum, overflow) = count.addingReportingOverflow(offset)
    return Timestamp(microseconds: overflow ? .max : sum)
  }

  /// The server's count of a point in time, saturating; the outermost points become the infinities.
  static func count(_ timestamp: Timestamp) -> Int64 {
    if timestamp.microseconds == .max { return .max }
    let (difference, overflow) = timestamp.microseconds.subtractingReportingOverflow(offset)
    return overflow ? .min : difference
  }
}
