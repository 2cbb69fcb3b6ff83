import Synchronization

/// The last lines of what a Java program says, without the frames of stack traces and the trees of plans.
final class LogTail: Sendable {
  private struct State {
    var lines: [String] = []
    var cause: (rank: Int, line: String)?
  }

  private let state = Mutex(State())
  private let limit: Int

  /// A tail of up to `limit` lines.
  init(limit: Int = 40) { self.limit = limit }

  /// Takes a line.
  func add(_ line: String) {
    let text = line.drop { $0 == " " || $0 == "\t" }
    let isNoise = text.isEmpty || ["at ", "... ", "+- ", ":", "'"].contains { text.hasPrefix($0) }
    guard !isNoise else { return }
    // A line is cut where nobody reads on.
    let kept = String(text.prefix(2_000))
    let rank = LogTail.causes.firstIndex { $0(kept) }
    state.withLock { state in
      state.lines.append(kept)
      if state.lines.count > limit { state.lines.removeFirst(state.lines.count - limit) }
      // What fails while the program shuts down after a failure says nothing of the failure, and comes last.
      if let rank, rank < state.cause?.rank ?? .max { state.cause = (rank, kept) }
    }
  }

  /// The lines, the newest last.
  var all: [String] { state.withLock { $0.lines } }

  /// The line that says most of why the program failed; nil where none does.
  var cause: String? { state.withLock { $0.cause?.line } }

  /// Which lines say why, those first that say most.
  private static let causes: [@Sendable (String) -> Bool] = [
    { $0.contains("Job aborted") },
    { $0.contains("OutOfMemoryError") },
    { $0.hasPrefix("[") || $0.contains("SQLSTATE") },
    { $0.hasPrefix("Caused by: ") },
    { $0.hasPrefix("Exception in thread") || $0.hasPrefix("Error: ") },
    { $0.contains(" ERROR ") || $0.contains("Exception: ") },
  ]
}
