import Time

/// Versions of rows: PostgreSQL's time as this machine knows it, never the same twice, never going back.
struct VersionClock {
  private let clock: any WallClock
  /// What PostgreSQL's clock reads when ours reads zero.
  var offset: Duration = .zero
  private var last = Timestamp(microseconds: .min)

  init(_ clock: any WallClock) {
    self.clock = clock
  }

  /// A version later than all before it, and than `previous`, the one that the row has.
  mutating func next(after previous: Timestamp? = nil) -> Timestamp {
    last = max(clock.now() + offset, last + .microseconds(1))
    if let previous { last = max(last, previous + .microseconds(1)) }
    return last
  }
}
