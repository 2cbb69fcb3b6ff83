import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into the cancellation of a task, so that a command ends cleanly.
enum Interruption {
  /// Runs `body` in a task that the first SIGINT or SIGTERM cancels; the second ends the process at once.
  ///
  /// Returns what `body` returns, and the signal that came, if one did.
  static func cancelling<Value: Sendable>(
    _ body: @escaping @Sendable () async -> Value
  ) async -> (value: Value, signal: Int32?) {
    let received = Mutex<Int32?>(nil)
    let task = Task { await body() }
    let sources = [SIGINT, SIGTERM].map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        let isFirst = received.withLock { received in
          guard received == nil else { return false }
          received = number
          return true
        }
        guard isFirst else { _exit(128 + number) }
        task.cancel()
      }
      source.resume()
      return source
    }
    let value = await task.value
    for source in sources { source.cancel() }
    return (value, received.withLock { $0 })
  }
}
