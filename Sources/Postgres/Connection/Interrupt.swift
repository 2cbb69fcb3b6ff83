import Foundation
import Synchronization

/// Wakes or ends a wait for the server from another task.
///
/// One may serve several connections for `interrupt()`; a `wake()` reaches one of them.
public final class Interrupt: Sendable {
  /// Readable from `interrupt()` on; never read.
  private let interruption: Pipe
  /// Readable from a `wake()` until a wait takes it.
  private let wakeUp: Pipe
  private let interrupted = Atomic(false)

  /// An interrupt that has not been used.
  ///
  /// - Throws: `PostgresError` with code `system` where no file descriptor is left.
  public init() throws(PostgresError) {
    interruption = try Pipe()
    wakeUp = try Pipe()
  }

  /// Lets the wait of `ReplicationConnection.drain` that is under way, or else the next one, return at once.
  public func wake() {
    wakeUp.signal()
  }

  /// Ends every wait, now and from now on, with the code `interrupted`; a running statement is cancelled and
  /// its connection closed.
  public func interrupt() {
    interrupted.store(true, ordering: .sequentiallyConsistent)
    interruption.signal()
  }

  /// Whether `interrupt()` was called.
  public var isInterrupted: Bool { interrupted.load(ordering: .sequentiallyConsistent) }

  var interruptionDescriptor: Int32 { interruption.readEnd }
  var wakeDescriptor: Int32 { wakeUp.readEnd }

  /// Takes the wake-ups that have come.
  func takeWake() {
    wakeUp.clear()
  }
}

/// A pipe whose bytes say no more than that they are there.
private final class Pipe: Sendable {
  let readEnd: Int32
  private let writeEnd: Int32

  init() throws(PostgresError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .systemCall("pipe", errno: errno) }
    (readEnd, writeEnd) = (ends[0], ends[1])
    for end in ends {
      // Neither call fails on a descriptor that was just opened.
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  func signal() {
    var byte: UInt8 = 1
    // A full pipe has said it already.
    _ = write(writeEnd, &byte, 1)
  }

  func clear() {
    var bytes = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    while withUnsafeMutableBytes(of: &bytes, { read(readEnd, $0.baseAddress, $0.count) }) > 0 {}
  }
}

extension PostgresError {
  /// A system call that failed.
  static func systemCall(_ name: StaticString, errno: Int32) -> PostgresError {
    PostgresError(.system, message: "\(name): \(String(cString: strerror(errno)))")
  }
}
