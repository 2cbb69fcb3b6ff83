import Time

/// Calls back once when a clock reaches a point; setting another point replaces it.
///
/// It lets a thread that waits in libpq be governed by a clock that is passed in.
final class WakeTimer {
  private let clock: any WallClock
  private let wake: @Sendable () -> Void
  private var deadline: Timestamp?
  private var sleeper: Task<Void, Never>?

  init(clock: any WallClock, wake: @escaping @Sendable () -> Void) {
    self.clock = clock
    self.wake = wake
  }

  deinit { sleeper?.cancel() }

  func set(_ new: Timestamp) {
    guard new != deadline else { return }
    deadline = new
    sleeper?.cancel()
    let (clock, wake) = (clock, wake)
    sleeper = Task {
      // Only a cancelled sleep throws: then another one has taken its place.
      guard (try? await clock.sleep(until: new)) != nil else { return }
      wake()
    }
  }

  /// To be called when the time was used: the same point may be set again.
  func clear() {
    deadline = nil
  }
}
