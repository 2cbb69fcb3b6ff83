import Foundation
import Reporting
import Synchronization

/// One line on standard error that tells how far the work is: written over in place on a terminal, and left
/// out elsewhere, so that a pipe or a journal gets milestones alone.
final class ProgressLine: Sendable {
  private struct State {
    var isShown = false
    var shownAt: ContinuousClock.Instant?
  }

  private let canRewrite: Bool
  private let width: Int
  private let state = Mutex(State())

  init(canRewrite: Bool, width: Int?) {
    self.canRewrite = canRewrite
    self.width = width ?? 80
  }

  /// Shows how far the work is, on a terminal; at most ten times a second.
  func show(_ text: @autoclosure () -> String) {
    guard canRewrite else { return }
    let now = ContinuousClock.now
    state.withLock { state in
      if let shownAt = state.shownAt, state.isShown, now - shownAt < .milliseconds(100) { return }
      let line = SafeText.fitted(SafeText.shown(text()), width: width - 1)
      try? StandardStream.write("\r\u{1B}[K\(line)", to: STDERR_FILENO)
      state.isShown = true
      state.shownAt = now
    }
  }

  /// Leaves a line behind: something is done, or begins.
  func milestone(_ text: String) {
    clear()
    try? StandardStream.write(SafeText.shown(text) + "\n", to: STDERR_FILENO)
  }

  /// Takes the line away.
  func clear() {
    state.withLock { state in
      guard state.isShown else { return }
      try? StandardStream.write("\r\u{1B}[K", to: STDERR_FILENO)
      state.isShown = false
    }
  }
}
