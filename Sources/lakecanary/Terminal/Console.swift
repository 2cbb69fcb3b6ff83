import Foundation
import Glibc
import Reporting

/// Where a command's results (standard output), messages and progress (standard error) go.
struct Console: Sendable {
  /// How results look.
  let outputStyle: TextStyle
  /// How messages look.
  let messageStyle: TextStyle
  /// The line that tells how far the work is.
  let progress: ProgressLine
  /// The last lines of messages, for whoever is told how a run went.
  let tail = LogTail()

  init(output: TerminalTraits, messages: TerminalTraits) {
    outputStyle = output.style
    messageStyle = messages.style
    progress = ProgressLine(canRewrite: messages.canRewriteLines, width: messages.style.width)
  }

  /// The process's own streams.
  static func standard(environment: [String: String] = ProcessInfo.processInfo.environment) -> Console {
    Console(
      output: TerminalTraits(descriptor: STDOUT_FILENO, environment: environment),
      messages: TerminalTraits(descriptor: STDERR_FILENO, environment: environment))
  }

  /// Writes a result to standard output.
  ///
  /// Throws `ConsoleError` where it cannot be written: a result that nobody got is no success.
  func write(_ text: String) throws(ConsoleError) {
    progress.clear()
    try StandardStream.write(text, to: STDOUT_FILENO)
  }

  /// Writes a line to standard error; one that cannot be written is lost, as there is nowhere to say so.
  func note(_ line: String) {
    progress.clear()
    tail.append(line)
    try? StandardStream.write(line + "\n", to: STDERR_FILENO)
  }
}

/// Standard output cannot be written.
struct ConsoleError: Error {
  let errno: Int32
}

/// Writes to the process's descriptors, unbuffered, so that what is written is there when the process is killed.
enum StandardStream {
  static func write(_ text: String, to descriptor: Int32) throws(ConsoleError) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EINTR {
        throw ConsoleError(errno: errno)
      }
    }
  }
}
