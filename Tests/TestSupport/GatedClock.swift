public import Time

/// A clock that stands until it is let go, and then shows whatever anybody waits for.
public final class GatedClock: WallClock {
  private let (gate, opened) = AsyncStream<Void>.makeStream()

  /// A clock that stands at 2026-11-23 22:54:01 UTC.
  public init() {}

  /// The time at which it stands.
  public func now() -> Timestamp { Timestamp(seconds: 1_795_474_441) }

  /// Lets it go.
  public func open() { opened.finish() }

  /// Returns once it is let go; throws `CancellationError` where the task is cancelled.
  public func sleep(until deadline: Timestamp) async throws {
    for await _ in gate {}
    try Task.checkCancellation()
  }
}
