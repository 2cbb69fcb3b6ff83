import Time

/// Versions of rows: PostgreSQL's time as this machine knows it, never the same twice, never going back.
struct VersionClock {
  private let clock: any WallClock
  /// What PostgreSQL's clock reads when ours reads zero.
  var offset: Duration = .zero {
    didSet { offsetMicroseconds = offset.microseconds }
  }
  private var offsetMicroseconds: Int64 = 0
  private var last = Timestamp(microseconds: .min)

  init(_ clock: any WallClock) {
    self.clock = clock
  }

  /// A version later than all before it, and than `previous`, the one that the row has.
  mutating func next(after previous: Timestamp? = nil) -> Timestamp {
    // In microseconds: a Duration is 128 bits wide, and this is asked for each row.
    var next = max(clock.now().microseconds &+ offsetMicroseconds, last.microseconds &+ 1)
    if let previous { next = max(next, previous.microseconds &+ 1) }
    last = Timestamp(microseconds: next)
    return last
  }
}
