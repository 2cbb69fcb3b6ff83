import Synchronization

/// The last lines of a log.
final class LogTail: Sendable {
  private static let most = 200

  private let lines = Mutex<[String]>([])

  func append(_ line: String) {
    lines.withLock { lines in
      lines.append(line)
      if lines.count > 2 * LogTail.most { lines.removeFirst(lines.count - LogTail.most) }
    }
  }

  /// The lines, each with a line feed at its end.
  var text: String { lines.withLock { $0.suffix(LogTail.most).map { $0 + "\n" }.joined() } }
}
