import Foundation
import Synchronization

/// systemd, where it started this process and waits to hear of it: readiness, status and watchdog (sd_notify(3)).
final class ServiceManager: Sendable {
  private struct State {
    var isReady = false
    var status = ""
    var toldAt: ContinuousClock.Instant?
  }

  private let path: String
  /// How often the watchdog is told at least: half of what it waits for; nil where there is none.
  private let interval: Duration?
  private let state = Mutex(State())

  /// The manager that the environment names; nil where there is none.
  init?(_ environment: [String: String]) {
    guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@") else {
      return nil
    }
    self.path = path
    interval = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.map { .microseconds($0) / 2 }
  }

  /// Says that the service is at work, and how far; to be called again and again for as long as it is.
  func working(_ status: String, isReady: Bool) {
    let now = ContinuousClock.now
    let message = state.withLock { state in
      var lines: [String] = []
      if isReady, !state.isReady {
        state.isReady = true
        lines.append("READY=1")
      }
      let isDue = state.toldAt.map { now - $0 >= min(interval ?? .seconds(5), .seconds(5)) } ?? true
      if isDue || !lines.isEmpty {
        if interval != nil { lines.append("WATCHDOG=1") }
        if state.status != status { lines.append("STATUS=\(status.replacing("\n", with: " "))") }
        state.status = status
        state.toldAt = now
      }
      return lines.joined(separator: "\n")
    }
    if !message.isEmpty { send(message) }
  }

  /// Says that the service ends.
  func stopping() { send("STOPPING=1") }

  /// A datagram to the manager's socket; one that does not arrive is the manager's to notice.
  private func send(_ message: String) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let isFitting = withUnsafeMutableBytes(of: &address.sun_path) { place in
      guard bytes.count < place.count else { return false }
      place.copyBytes(from: bytes)
      // An abstract socket's name begins with a null byte, which is written as @.
      if bytes.first == UInt8(ascii: "@") { place[0] = 0 }
      return true
    }
    guard isFitting else { return }
    let length = socklen_t(MemoryLayout.offset(of: \sockaddr_un.sun_path)! + bytes.count)
    let text = Array(message.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), pointer, length)
      }
    }
  }
}
