import Synchronization
import Time

/// A clock that stands still until it is set; those who sleep wake when it is set far enough.
final class FixedClock: WallClock {
  private struct State {
    var now: Timestamp
    var sleepers: [Int: (deadline: Timestamp, continuation: CheckedContinuation<Void, any Error>)] = [:]
    var cancelled: Set<Int> = []
    var last = 0
  }

  private let state: Mutex<State>

  init(_ now: Timestamp) {
    state = Mutex(State(now: now))
  }

  func now() -> Timestamp { state.withLock { $0.now } }

  func set(_ now: Timestamp) {
    let woken = state.withLock { state in
      state.now = now
      let due = state.sleepers.filter { $0.value.deadline <= now }
      for number in due.keys { state.sleepers[number] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  func advance(by duration: Duration) {
    set(now() + duration)
  }

  func sleep(until deadline: Timestamp) async throws {
    let number = state.withLock { state in
      state.last += 1
      return state.last
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
          if deadline <= state.now { return .success(()) }
          state.sleepers[number] = (deadline, continuation)
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        let sleeper = state.sleepers.removeValue(forKey: number)
        if sleeper == nil { state.cancelled.insert(number) }
        return sleeper
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}

/// A clock on which every sleep is over at once: the time has passed then.
final class HastyClock: WallClock {
  private let time = Mutex(Timestamp(seconds: 1_000_000_000))

  func now() -> Timestamp { time.withLock { $0 } }

  func sleep(until deadline: Timestamp) async throws {
    try Task.checkCancellation()
    time.withLock { $0 = max($0, deadline) }
  }
}
