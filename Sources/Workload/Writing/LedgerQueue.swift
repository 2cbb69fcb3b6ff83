import Dispatch
import Ledger
import Synchronization

/// Writes to the ledger beside the writer: one write after the other, on a thread of their own, while the writer's
/// thread waits for PostgreSQL.
final class LedgerQueue: Sendable {
  private let queue = DispatchQueue(label: "ledger")

  /// Begins a write once those before it are done.
  func begin<Value: Sendable>(
    _ body: @escaping @Sendable () throws(LedgerError) -> Value
  ) -> LedgerWrite<Value> {
    let write = LedgerWrite<Value>()
    queue.async {
      write.end(with: Result { () throws(LedgerError) in try body() })
    }
    return write
  }
}

/// A write to the ledger that is under way.
final class LedgerWrite<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, LedgerError>?>(nil)
  private let isDone = DispatchSemaphore(value: 0)

  fileprivate func end(with result: Result<Value, LedgerError>) {
    self.result.withLock { $0 = result }
    isDone.signal()
  }

  /// Blocks this thread, which must not be one of the shared ones, until it is done.
  func wait() throws(LedgerError) -> Value {
    isDone.wait()
    // For whoever waits after this.
    isDone.signal()
    guard let result = result.withLock({ $0 }) else { preconditionFailure("a write ended without a result") }
    return try result.get()
  }
}
