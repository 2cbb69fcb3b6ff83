import CLibPQ
import Dispatch
import Foundation

/// Asks the server to cancel what a connection runs, from any thread.
///
/// It opens a connection of its own for that, without TLS, as libpq does.
/// `@unchecked Sendable` because a `PGcancel` is never changed once it is made, and `PQcancel` may be called on
/// it from any thread (PostgreSQL documentation, "Canceling Queries in Progress").
public final class CancelHandle: @unchecked Sendable {
  private let handle: OpaquePointer

  init?(_ connection: OpaquePointer) {
    guard let handle = PQgetCancel(connection) else { return nil }
    self.handle = handle
  }

  deinit { PQfreeCancel(handle) }

  /// Asks once; the statement, if it still runs, then fails with SQLSTATE 57014.
  ///
  /// - Returns: whether the request reached the server.
  @discardableResult
  public func cancel() -> Bool {
    var text = [CChar](repeating: 0, count: 256)
    return PQcancel(handle, &text, Int32(text.count)) == 1
  }

  /// Asks once, and gives it up to two seconds: libpq connects without a time limit, and a server that cannot be
  /// reached would hold up those who are just leaving it.
  func cancelBriefly() {
    let isDone = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      self.cancel()
      isDone.signal()
    }
    _ = isDone.wait(timeout: .now() + .seconds(2))
  }
}
