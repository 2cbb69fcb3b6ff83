import Postgres
import Replicator
import Synchronization

/// How far a replicator is, and a way to wait for it.
final class Milestones: Sendable {
  private struct State {
    var isStreaming = false
    var confirmed = LSN.zero
    var isOver = false
    var waiters:
      [(test: @Sendable (Milestones.Progress) -> Bool, continuation: CheckedContinuation<Bool, Never>)] =
        []
  }

  struct Progress: Sendable {
    var isStreaming: Bool
    var confirmed: LSN
  }

  private let state = Mutex(State())

  func record(_ step: ReplicationStep) {
    wake { state in
      switch step {
      case .streaming: state.isStreaming = true
      case .lsnConfirmed(let position): state.confirmed = max(state.confirmed, position)
      default: break
      }
    }
  }

  /// The replicator has ended: nobody waits any more.
  func finish() {
    wake { $0.isOver = true }
  }

  private func wake(_ change: (inout State) -> Void) {
    let woken = state.withLock { state -> [(CheckedContinuation<Bool, Never>, Bool)] in
      change(&state)
      let progress = Progress(isStreaming: state.isStreaming, confirmed: state.confirmed)
      let woken = state.waiters.filter { state.isOver || $0.test(progress) }
      state.waiters.removeAll { state.isOver || $0.test(progress) }
      return woken.map { ($0.continuation, $0.test(progress)) }
    }
    for (continuation, isReached) in woken { continuation.resume(returning: isReached) }
  }

  /// Returns when it has come so far.
  ///
  /// - Throws: `Ended` where it ends before.
  func wait(for test: @escaping @Sendable (Progress) -> Bool) async throws {
    let isReached = await withCheckedContinuation { continuation in
      let known: Bool? = state.withLock { state in
        if test(Progress(isStreaming: state.isStreaming, confirmed: state.confirmed)) { return true }
        if state.isOver { return false }
        state.waiters.append((test, continuation))
        return nil
      }
      if let known { continuation.resume(returning: known) }
    }
    if !isReached { throw Ended() }
  }

  struct Ended: Error {}
}
