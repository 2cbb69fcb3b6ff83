import Foundation

/// The time of day, passed in wherever time matters, so that tests decide what time it is.
public protocol WallClock: Sendable {
  /// The current time by this clock.
  func now() -> Timestamp

  /// Returns when the clock reads `deadline` or later.
  ///
  /// - Throws: `CancellationError` where the task is cancelled first.
  func sleep(until deadline: Timestamp) async throws
}

/// The machine's own clock.
public struct SystemWallClock: WallClock {
  /// The machine's own clock.
  public init() {}

  /// The machine's time, in UTC.
  public func now() -> Timestamp {
    var time = timespec()
    // clock_gettime fails only for an unknown clock or a bad pointer.
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  /// Sleeps on the continuous clock for what is left until `deadline`.
  ///
  /// - Throws: `CancellationError` where the task is cancelled first.
  public func sleep(until deadline: Timestamp) async throws {
    let left = deadline - now()
    if left > .zero { try await Task.sleep(for: left) } else { try Task.checkCancellation() }
  }
}
