import Synchronization

/// The last lines of what a program says.
final class LogTail: Sendable {
  private let lines = Mutex<[String]>([])
  private let limit: Int

  /// A tail of up to `limit` lines.
  init(limit: Int = 40) { self.limit = limit }

  /// Takes a line.
  func add(_ line: String) {
    // A line is cut where nobody reads on.
    let line = String(line.prefix(2_000))
    lines.withLock { lines in
      lines.append(line)
      if lines.count > limit { lines.removeFirst(lines.count - limit) }
    }
  }

  /// The lines, the newest last.
  var all: [String] { lines.withLock { $0 } }
}

extension [String] {
  /// Of a Java program's lines, those without the frames of stack traces and the tree of a query's plan; the one that
  /// says most is last.
  var withoutStackTraces: [String] {
    let told = filter { line in
      let text = line.drop { $0 == " " || $0 == "\t" }
      return !text.isEmpty && !text.hasPrefix("at ") && !text.hasPrefix("... ") && !text.hasPrefix("+- ")
        && !text.hasPrefix(":") && !text.hasPrefix("'")
    }
    // What is said of the failure comes before what is said of the shutdown after it.
    let causes = told.filter {
      $0.hasPrefix("Caused by: ") || $0.contains("SQLSTATE") || $0.hasPrefix("[") || $0.contains("Exception")
        || $0.contains("Error: ") || $0.contains(" ERROR ")
    }
    guard let cause = causes.last else { return told }
    return told.filter { $0 != cause } + [cause]
  }
}
