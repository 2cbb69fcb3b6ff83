import Foundation
import Ledger
import Reporting
import Subprocess
import SystemPackage

/// A shell command that is given an alert: its JSON on standard input, its first facts in variables.
struct AlertCommand: Sendable {
  var text: String

  /// The variables that the command finds.
  static let variables = [
    "LAKECANARY_ALERT_EVENT", "LAKECANARY_ALERT_STATUS", "LAKECANARY_ALERT_PIPELINE",
    "LAKECANARY_ALERT_REASON", "LAKECANARY_ALERT_INCIDENT",
  ]

  /// The longest that it may take; then it and what it started in its process group are ended.
  static let timeout = Duration.seconds(30)

  /// Runs it to its end; what it prints on standard error is seen, what it prints on standard output is not.
  ///
  /// - Throws: `AlertFailure`.
  func run(
    _ alert: Alert, environment: [String: String], timeout: Duration = timeout
  ) async throws(AlertFailure) {
    let values = [
      alert.event.rawValue, alert.status.rawValue, alert.report.pipeline, alert.report.verdict.reason,
      alert.incident,
    ]
    var variables: [Environment.Key: String] = [:]
    for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
    for (name, value) in zip(AlertCommand.variables, values) {
      // A variable ends at the first null byte.
      variables[Environment.Key(stringLiteral: name)] = value.replacing("\0", with: "")
    }
    let status: TerminationStatus?
    do {
      status = try await AlertCommand.run(
        text, input: AlertJSON.text(of: alert), environment: .custom(variables), timeout: timeout)
    } catch {
      throw AlertFailure(.commandNotStarted, "the command cannot be started: \(error)")
    }
    switch status {
    case .exited(0): return
    case .exited(let code):
      throw AlertFailure(.commandFailed(exitCode: Int(code)), "the command ended with exit code \(code)")
    case .signaled(let signal):
      throw AlertFailure(
        .commandFailed(exitCode: 128 + Int(signal)), "the command was ended by signal \(signal)")
    case nil:
      throw AlertFailure(
        .commandTimedOut, "the command did not end within \(timeout.components.seconds) s and was ended")
    }
  }

  /// How it ended; nil where it had to be ended.
  private static func run(
    _ text: String, input: String, environment: Environment, timeout: Duration
  ) async throws -> TerminationStatus? {
    // A file that is gone when it is closed: a command that does not read its input breaks no pipe.
    guard let file = tmpfile() else { throw Errno(rawValue: errno) }
    defer { fclose(file) }
    guard fputs(input, file) >= 0, fflush(file) == 0 else { throw Errno(rawValue: errno) }
    rewind(file)
    let descriptor = FileDescriptor(rawValue: fileno(file))
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
    return try await withThrowingTaskGroup(of: TerminationStatus?.self) { group in
      group.addTask { [options] in
        try await Subprocess.run(
          .path("/bin/sh"), arguments: ["-c", text], environment: environment, platformOptions: options,
          input: .fileDescriptor(descriptor, closeAfterSpawningProcess: false), output: .discarded,
          error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        ).terminationStatus
      }
      group.addTask {
        try await Task.sleep(for: timeout)
        return nil
      }
      let first = try await group.next() ?? nil
      group.cancelAll()
      while (try? await group.next()) != nil {}
      return first
    }
  }
}
