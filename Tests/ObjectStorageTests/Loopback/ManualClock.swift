import Synchronization
import Time

/// A clock that a test sets; sleeping moves it on at once.
final class ManualClock: WallClock {
  private let state: Mutex<(now: Timestamp, pauses: [Duration])>

  init(_ now: Timestamp) { state = Mutex((now, [])) }

  /// 2026-11-23 22:54:01 UTC.
  convenience init() { self.init(Timestamp(seconds: 1_795_474_441)) }

  func now() -> Timestamp { state.withLock { $0.now } }

  func sleep(until deadline: Timestamp) async throws {
    try Task.checkCancellation()
    state.withLock { state in
      state.pauses.append(deadline - state.now)
      state.now = max(state.now, deadline)
    }
  }

  func advance(by duration: Duration) { state.withLock { $0.now = $0.now + duration } }

  /// How long was slept, each time.
  var pauses: [Duration] { state.withLock { $0.pauses } }
}
