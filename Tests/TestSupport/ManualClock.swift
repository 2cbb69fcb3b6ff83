import Synchronization
public import Time

/// A clock that stands until it is moved; a sleeper moves it to where it wants to wake up.
public final class ManualClock: WallClock {
  private struct State {
    var now: Timestamp
    var wakeUps: [Timestamp] = []
    var pauses: [Duration] = []
  }

  private let state: Mutex<State>

  /// A clock that shows `start`; 2026-11-23 22:54:01 UTC by default.
  public init(_ start: Timestamp = Timestamp(seconds: 1_795_474_441)) {
    state = Mutex(State(now: start))
  }

  /// The time that it shows.
  public func now() -> Timestamp { state.withLock { $0.now } }

  /// Moves it on.
  public func advance(by duration: Duration) { state.withLock { $0.now = $0.now + duration } }

  /// Moves it, back as well.
  public func set(_ point: Timestamp) { state.withLock { $0.now = point } }

  /// Moves it on to `deadline`; a cancelled task throws `CancellationError` then.
  public func sleep(until deadline: Timestamp) async throws {
    state.withLock { state in
      state.wakeUps.append(deadline)
      state.pauses.append(deadline - state.now)
      state.now = max(state.now, deadline)
    }
    try Task.checkCancellation()
  }

  /// The points in time until which somebody slept.
  public var wakeUps: [Timestamp] { state.withLock { $0.wakeUps } }

  /// How long was slept, each time.
  public var pauses: [Duration] { state.withLock { $0.pauses } }
}
