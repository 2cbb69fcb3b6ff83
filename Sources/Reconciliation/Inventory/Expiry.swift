import Ledger
import Time

/// What of the objects that are gone a lifecycle rule of S3 explains.
///
/// A rule takes objects by the day on which they were written, in UTC, the eldest day first and none before it is a day
/// old; within a day it may be at work for hours, in any order (S3 User Guide, "Expiring objects").
struct Expiry {
  /// Objects written before this went with all of their day.
  var expiredBefore = Timestamp(microseconds: .min)
  /// Objects written from here on are gone for another reason.
  ///
  /// Of the day between, others are there: a rule is at work, or they were deleted.
  var goneFrom = Timestamp(microseconds: .min)
  /// The day that is going, in days since 1970.
  var day: Int?

  /// How long a rule may be at work on one day's objects.
  static let patience = Duration.seconds(2 * 86_400)

  /// The day that is going.
  var going: Range<Timestamp> { expiredBefore..<max(expiredBefore, goneFrom) }

  /// Nothing is explained.
  init() {}

  /// - Parameters:
  ///   - eldestPresent: when the eldest of the objects that are there was written, by the bucket's clock.
  ///   - now: the time by the bucket's clock.
  init(eldestPresent: Timestamp, now: Timestamp) {
    let day = CivilTime(utc: eldestPresent).daysSince1970
    let begin = Timestamp(seconds: Int64(day) * 86_400)
    let aDayAgo = now - .seconds(86_400)
    (expiredBefore, goneFrom) = (min(begin, aDayAgo), min(begin + .seconds(86_400), aDayAgo))
    self.day = day
  }

  /// The same where the day has been going for too long: what is gone of it was deleted.
  func withoutPatience() -> Expiry {
    var expiry = self
    expiry.goneFrom = expiredBefore
    return expiry
  }
}
