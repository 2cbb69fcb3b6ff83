import Foundation
import Ledger
import Reporting

extension Session {
  /// The variable in which GitHub Actions names the file of a job's summary.
  private static let summaryVariable = "GITHUB_STEP_SUMMARY"

  /// Prints the report, writes its files, and ends the command by its verdict.
  ///
  /// A file that cannot be written is told; it makes a good verdict UNKNOWN and leaves a bad one as it is.
  func finish(
    _ report: Report, _ options: ReportOptions,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    let isWhole = try publish(report, options, environment: environment)
    let status = ExitStatus(verdict: report.verdict.status, failOn: configuration.failOn)
    throw status == .ok && !isWhole ? ExitStatus.unknown : status
  }

  /// Prints the report and writes its files; false where a file could not be written.
  func publish(
    _ report: Report, _ options: ReportOptions,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> Bool {
    var isWhole = true
    for destination in options.output {
      do throws(ConfigurationError) {
        try ReportFile.replace(try text(report, destination.format), at: destination.path)
      } catch {
        console.note(FailurePolicy.failure(for: error).line)
        isWhole = false
      }
    }
    if let path = environment[Session.summaryVariable], !path.isEmpty {
      do throws(ConfigurationError) {
        try ReportFile.append(try text(report, .markdown), to: path)
      } catch {
        // The job's summary is a courtesy: that it fails is told, and changes nothing.
        console.note(FailurePolicy.failure(for: error).line)
      }
    }
    try console.write(try report.rendered(options.printed, style: console.outputStyle))
    return isWhole
  }

  private func text(_ report: Report, _ format: ReportFormat) throws(ConfigurationError) -> String {
    do {
      return try report.rendered(format)
    } catch {
      // Only a figure that is not finite cannot be encoded, and no figure of a report is.
      preconditionFailure("the report cannot be encoded: \(error)")
    }
  }
}

/// Files that reports go to.
enum ReportFile {
  /// Writes `text` under a temporary name beside `path` and renames it, so that a reader never sees half of it.
  static func replace(_ text: String, at path: String) throws(ConfigurationError) {
    let temporary = path + ".\(getpid()).tmp"
    do throws(ConsoleError) {
      try write(text, to: temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)
      if rename(temporary, path) != 0 { throw ConsoleError(errno: errno) }
    } catch {
      unlink(temporary)
      throw ConfigurationError(.unwritableFile(errno: error.errno), file: path)
    }
  }

  /// Adds `text` to the end of the file at `path`.
  static func append(_ text: String, to path: String) throws(ConfigurationError) {
    do throws(ConsoleError) {
      try write(text, to: path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC)
    } catch {
      throw ConfigurationError(.unwritableFile(errno: error.errno), file: path)
    }
  }

  private static func write(_ text: String, to path: String, _ flags: Int32) throws(ConsoleError) {
    let descriptor = open(path, flags, 0o644)
    guard descriptor >= 0 else { throw ConsoleError(errno: errno) }
    defer { close(descriptor) }
    try StandardStream.write(text, to: descriptor)
    // A pipe or a terminal cannot be synced, and need not be.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw ConsoleError(errno: errno) }
  }
}
