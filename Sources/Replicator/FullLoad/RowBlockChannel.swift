import Dispatch
import Synchronization

/// Hands blocks of rows from the thread that reads them to the one that encodes them; the first waits where the
/// second is behind.
final class RowBlockChannel: Sendable {
  /// What became of a block that was to be handed over.
  enum Sending {
    case taken
    /// The receiver was behind until the deadline.
    case full
    /// The receiver takes no more.
    case refused
  }

  private struct State {
    var blocks: [RowBlock] = []
    var isEnded = false
    var isRefused = false
  }

  /// How many blocks may wait.
  private static let capacity = 8

  private let state = Mutex(State())
  private let places = DispatchSemaphore(value: 0)
  private let arrivals = DispatchSemaphore(value: 0)

  init() {
    // Dispatch wants no semaphore to end below the value that it began with.
    for _ in 0..<RowBlockChannel.capacity { places.signal() }
  }

  func send(_ block: RowBlock, deadline: DispatchTime) -> Sending {
    guard places.wait(timeout: deadline) == .success else { return .full }
    let isRefused = state.withLock { state in
      if !state.isRefused { state.blocks.append(block) }
      return state.isRefused
    }
    // The place is passed on, so that no later sender waits either.
    if isRefused { places.signal() } else { arrivals.signal() }
    return isRefused ? .refused : .taken
  }

  /// No block comes any more.
  func end() {
    state.withLock { $0.isEnded = true }
    arrivals.signal()
  }

  /// Takes no more.
  func refuse() {
    state.withLock { $0.isRefused = true }
    places.signal()
  }

  /// The next block, once there is one; nil at the end.
  func receive() -> RowBlock? {
    arrivals.wait()
    let block = state.withLock { state in state.blocks.isEmpty ? nil : state.blocks.removeFirst() }
    if block == nil {
      // Whoever asks again is told again.
      arrivals.signal()
    } else {
      places.signal()
    }
    return block
  }
}
