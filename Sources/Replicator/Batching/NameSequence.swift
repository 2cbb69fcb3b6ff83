import Time

/// The times that the CDC objects of one table are named after: to the millisecond, and each later than the one before.
///
/// Two files closed within one millisecond, a clock that steps back and a name that is taken all mean the next
/// millisecond, so that names keep the order of the changes and nothing is written over.
struct NameSequence: Sendable {
  private var last: Timestamp?

  /// A sequence whose names all come after `last`: that of the latest object in the bucket.
  init(after last: Timestamp? = nil) {
    self.last = last.map(NameSequence.millisecond)
  }

  /// The name for a file that was closed at a point.
  mutating func next(closedAt point: Timestamp) -> Timestamp {
    var name = NameSequence.millisecond(point)
    if let last, name <= last { name = last + .milliseconds(1) }
    last = name
    return name
  }

  private static func millisecond(_ point: Timestamp) -> Timestamp {
    Timestamp(microseconds: point.flooredMilliseconds * 1_000)
  }
}
