import Foundation
import Synchronization

/// The right to write a ledger: an exclusive flock on a file beside it, given back when the process ends,
/// however it ends.
final class WriterLock: Sendable {
  private let descriptor: Mutex<Int32?>

  /// Takes the lock on `lockPath`, which is made (0600) where it is not there; never waits.
  ///
  /// - Throws: `.locked` where another process holds it; the error of open(2) or flock(2).
  init(lockPath: String, ledgerPath: String) throws(LedgerError) {
    let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw LedgerError(errno: errno, path: ledgerPath) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let number = errno
      if number == EINTR { continue }
      // Closed before throwing: deinit does not run for an initializer that throws before `self` is whole.
      Foundation.close(descriptor)
      if number == EWOULDBLOCK { throw LedgerError(.locked, path: ledgerPath) }
      throw LedgerError(errno: number, path: ledgerPath)
    }
    self.descriptor = Mutex(descriptor)
  }

  deinit { release() }

  /// Gives the lock back; the file stays, lest two processes lock two files of one name.
  func release() {
    descriptor.withLock { descriptor in
      guard let open = descriptor else { return }
      // A child that was forked and has not yet become another program holds the descriptor too: closing ours
      // alone would leave the lock with it for a while.
      _ = flock(open, LOCK_UN)
      Foundation.close(open)
      descriptor = nil
    }
  }
}
