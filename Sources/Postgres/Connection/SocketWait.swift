import Foundation
import Time

/// A `poll` for a socket that an interrupt and a deadline can end.
struct SocketWait {
  let interrupt: Interrupt?
  /// Whether `Interrupt.wake()` ends the wait as well.
  let wakeable: Bool

  enum Outcome {
    /// What `poll` found; `POLLERR` and `POLLHUP` included.
    case ready(Int16)
    case deadline
    case woken
    case interrupted
  }

  /// Waits for any of `events` on `socket`.
  ///
  /// - Throws: `PostgresError` with code `system` where `poll` fails.
  mutating func wait(
    socket: Int32, events: Int32, until deadline: ContinuousClock.Instant?
  ) throws(PostgresError) -> Outcome {
    if interrupt?.isInterrupted == true { return .interrupted }
    // A negative descriptor is passed over by poll.
    var descriptors = (
      pollfd(fd: socket, events: Int16(truncatingIfNeeded: events), revents: 0),
      pollfd(fd: interrupt?.interruptionDescriptor ?? -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wakeable ? interrupt?.wakeDescriptor ?? -1 : -1, events: Int16(POLLIN), revents: 0)
    )
    while true {
      let milliseconds = SocketWait.milliseconds(until: deadline)
      let count = withUnsafeMutableBytes(of: &descriptors) { bytes in
        poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 3, milliseconds)
      }
      if count < 0 {
        guard errno == EINTR else { throw .systemCall("poll", errno: errno) }
        continue
      }
      if descriptors.1.revents != 0 { return .interrupted }
      if descriptors.2.revents != 0 {
        interrupt?.takeWake()
        return .woken
      }
      if descriptors.0.revents != 0 { return .ready(descriptors.0.revents) }
      if let deadline, ContinuousClock.now >= deadline { return .deadline }
    }
  }

  /// What is left until the deadline, rounded up; -1 without one.
  private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
    guard let deadline else { return -1 }
    let left = ContinuousClock.now.duration(to: deadline)
    guard left > .zero else { return 0 }
    return Int32(clamping: Int64((left.inSeconds * 1000).rounded(.up)))
  }
}
