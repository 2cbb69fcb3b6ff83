import CLibCurl
import Glibc
import Synchronization

/// What tasks order of the loop's thread: transfers to begin, to cancel, and its end.
final class TransferOrders: Sendable {
  struct Submission: Sendable {
    let id: UInt64
    let request: HTTPRequest
    let continuation: CheckedContinuation<Result<HTTPAnswer, TransferFailure>, Never>
  }

  /// What the loop is to do now.
  struct Batch: Sendable {
    var begun: [Submission] = []
    var cancelled: [UInt64] = []
    var isClosed = false
  }

  private struct State {
    /// In order of arrival; those before `next` have begun.
    var waiting: [Submission] = []
    var next = 0
    var cancelled: Set<UInt64> = []
    var lastID: UInt64 = 0
    var isClosed = false
    /// How many transfers the loop would begin if it were woken; nil while it is awake, or woken already.
    var sleepingWithRoom: Int?
  }

  private let state = Mutex(State())
  private let descriptor: Int32

  /// Orders; nil where the system has no descriptor left.
  init?() {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { return nil }
  }

  deinit { Glibc.close(descriptor) }

  /// What becomes readable when there are orders.
  var signal: Int32 { descriptor }

  func nextID() -> UInt64 {
    state.withLock {
      $0.lastID += 1
      return $0.lastID
    }
  }

  func begin(_ submission: Submission) {
    let isRefused = state.withLock { state in
      if state.isClosed { return true }
      state.waiting.append(submission)
      if let room = state.sleepingWithRoom, room > 0 { wake(&state) }
      return false
    }
    if isRefused {
      submission.continuation.resume(
        returning: .failure(
          TransferFailure(kind: .cancelled, detail: "the engine was closed", duration: .zero)))
    }
  }

  func cancel(_ id: UInt64) {
    state.withLock { state in
      state.cancelled.insert(id)
      wake(&state)
    }
  }

  func close() {
    state.withLock { state in
      state.isClosed = true
      wake(&state)
    }
  }

  /// Takes what is to be done, on waking up too; of the waiting transfers no more than `room`.
  func take(upTo room: Int) -> Batch {
    var abandoned: [Submission] = []
    let batch = state.withLock { state in
      state.sleepingWithRoom = nil
      var batch = Batch(isClosed: state.isClosed)
      if !state.cancelled.isEmpty {
        // The cancelled either wait, or are the loop's already, or have ended.
        abandoned = state.waiting[state.next...].filter { state.cancelled.contains($0.id) }
        let left = state.waiting[state.next...].filter { !state.cancelled.contains($0.id) }
        (state.waiting, state.next) = (left, 0)
        batch.cancelled = Array(state.cancelled)
        state.cancelled = []
      }
      if state.isClosed {
        abandoned += state.waiting[state.next...]
        (state.waiting, state.next) = ([], 0)
      }
      let end = min(state.next + max(0, room), state.waiting.count)
      guard end > state.next else { return batch }
      batch.begun = Array(state.waiting[state.next..<end])
      state.next = end
      if state.next == state.waiting.count {
        state.waiting.removeAll(keepingCapacity: state.waiting.count <= 1024)
        state.next = 0
      } else if state.next >= 1024 {
        state.waiting.removeSubrange(..<state.next)
        state.next = 0
      }
      return batch
    }
    for submission in abandoned {
      submission.continuation.resume(
        returning: .failure(TransferFailure(kind: .cancelled, detail: "cancelled", duration: .zero)))
    }
    return batch
  }

  /// Whether the loop may sleep until it is signalled: there is nothing to do with `room` for so many transfers.
  func maySleep(withRoom room: Int) -> Bool {
    state.withLock { state in
      let isOrdered =
        state.isClosed || !state.cancelled.isEmpty || room > 0 && state.next < state.waiting.count
      state.sleepingWithRoom = isOrdered ? nil : room
      return !isOrdered
    }
  }

  /// The loop has seen the signal.
  func acknowledge() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
  }

  private func wake(_ state: inout State) {
    guard state.sleepingWithRoom != nil else { return }
    state.sleepingWithRoom = nil
    var one: UInt64 = 1
    // An eventfd refuses only where its counter is full, and then it is readable already.
    _ = write(descriptor, &one, 8)
  }
}
