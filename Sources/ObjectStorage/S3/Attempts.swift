import Synchronization
import Time

/// What a call does after an attempt that failed: a pure value, so that its course can be told in a test.
package struct Attempts: Sendable {
  package enum Action: Equatable {
    /// Again after a pause.
    case again(after: Duration)
    /// The error is the caller's.
    case giveUp
  }

  private let policy: RetryPolicy
  private let limit: Int
  /// The time that is left for the whole call.
  package private(set) var timeLeft: Duration
  /// How many attempts have failed.
  package private(set) var failed = 0

  package init(policy: RetryPolicy, limit: Int, call: Duration) {
    (self.policy, self.limit, timeLeft) = (policy, limit, call)
  }

  /// Takes the time of an attempt, or of a pause, from the call's.
  package mutating func spend(_ duration: Duration) { timeLeft -= duration }

  /// Counts a failed attempt and says what follows.
  ///
  /// - Parameters:
  ///   - wait: how long the server asks to wait.
  ///   - jitter: from 0 to below 1: where between nothing and its bound the pause lies.
  ///   - budget: where the retry is paid from.
  package mutating func next(
    isTransient: Bool, wait: Duration?, jitter: Double, budget: RetryBudget
  ) -> Action {
    failed += 1
    guard isTransient, failed < limit else { return .giveUp }
    var bound = policy.firstPause
    for _ in 1..<failed where bound < policy.longestPause { bound = bound * 2 }
    let pause = max(min(bound, policy.longestPause) * jitter, wait ?? .zero)
    // An attempt after the deadline would be of no use, so the pause before it is not worth it either.
    guard pause < timeLeft, budget.take() else { return .giveUp }
    return .again(after: pause)
  }
}

/// What a store may spend on retries: each takes one, each success gives one back.
package final class RetryBudget: Sendable {
  private let most: Int
  private let left: Mutex<Int>

  package init(_ most: Int) {
    self.most = most
    left = Mutex(most)
  }

  package func take() -> Bool {
    left.withLock {
      guard $0 > 0 else { return false }
      $0 -= 1
      return true
    }
  }

  package func giveBack() {
    left.withLock { $0 = min(most, $0 + 1) }
  }
}
