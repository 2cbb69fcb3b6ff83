import Synchronization
import Time

/// A clock that stands still, and that a sleeper moves to where it wants to wake up.
final class ManualClock: WallClock {
  private let time: Mutex<Timestamp>
  private let slept = Mutex<[Timestamp]>([])

  init(_ start: Timestamp = Timestamp(seconds: 1_700_000_000)) {
    time = Mutex(start)
  }

  /// The points in time until which somebody slept.
  var wakeUps: [Timestamp] { slept.withLock { $0 } }

  func now() -> Timestamp { time.withLock { $0 } }

  func sleep(until deadline: Timestamp) async throws {
    try Task.checkCancellation()
    slept.withLock { $0.append(deadline) }
    time.withLock { $0 = max($0, deadline) }
  }
}
