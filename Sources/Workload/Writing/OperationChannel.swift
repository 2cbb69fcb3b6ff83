import Foundation
import Ledger
import Synchronization

/// Hands operations from the thread that makes rows up to the one that writes the ledger; the first waits where the
/// second is behind.
final class OperationChannel: Sendable {
  private struct State {
    var lists: [OperationList] = []
    var isEnded = false
    var isGivenUp = false
  }

  /// How many lists may wait.
  private static let capacity = 64

  private let state = Mutex(State())
  /// Held around each access to `state` as well, as its waits ask for.
  private let changed = NSCondition()

  /// Hands a list over; drops it where nobody takes lists any more.
  func send(_ list: sending OperationList) {
    guard list.count > 0 else { return }
    changed.lock()
    defer { changed.unlock() }
    while state.withLock({ $0.lists.count >= OperationChannel.capacity && !$0.isGivenUp }) { changed.wait() }
    state.withLock { $0.lists.append(list) }
    changed.broadcast()
  }

  /// No list comes any more.
  func end() {
    change { $0.isEnded = true }
  }

  /// What was sent is not to be recorded, or cannot be.
  func giveUp() {
    change { $0.isGivenUp = true }
  }

  /// The next list, once there is one.
  func receive() -> OperationBlock {
    changed.lock()
    defer { changed.unlock() }
    while true {
      let block: OperationBlock? = state.withLock { state in
        if state.isGivenUp { return .giveUp }
        if !state.lists.isEmpty { return .operations(state.lists.removeFirst()) }
        return state.isEnded ? .end : nil
      }
      if let block {
        changed.broadcast()
        return block
      }
      changed.wait()
    }
  }

  private func change(_ body: (inout sending State) -> Void) {
    changed.lock()
    state.withLock { body(&$0) }
    changed.broadcast()
    changed.unlock()
  }
}
