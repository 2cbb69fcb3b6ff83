import Foundation
import Synchronization

/// Where a test has the process killed, in debug builds alone.
///
/// `LAKECANARY_KILL_AT=STEP[:N]` sends it SIGKILL when the N-th STEP is reached (N counts from 1), so that a
/// test can say at which step the machine fails; the STEP `any` is every one.
final class KillPoint: Sendable {
  static let variable = "LAKECANARY_KILL_AT"

  private let step: String
  private let left: Mutex<Int>

  /// The point that the environment names, or nil.
  static func named(in environment: [String: String]) -> KillPoint? {
    #if DEBUG
    guard let text = environment[variable] else { return nil }
    let parts = text.split(separator: ":", maxSplits: 1)
    guard let step = parts.first, let count = parts.count == 2 ? Int(parts[1]) : 1, count > 0 else {
      fatalError("\(variable)=\(text): write STEP or STEP:N")
    }
    return KillPoint(step: String(step), count: count)
    #else
    return nil
    #endif
  }

  private init(step: String, count: Int) {
    self.step = step
    left = Mutex(count)
  }

  /// Says that `step` is reached.
  func reach(_ step: String) {
    guard step == self.step || self.step == "any" else { return }
    let isLast = left.withLock { left in
      left -= 1
      return left == 0
    }
    if isLast { kill(getpid(), SIGKILL) }
  }
}
