import Foundation
import Subprocess
import SystemPackage

/// What a run of the built `lakecanary` left: how it ended and what it said.
public struct CommandRun: Sendable {
  /// The exit code; 128 + the signal's number for a run that a signal ended, as a shell has it.
  public let exitCode: Int
  /// Standard output.
  public let output: String
  /// Standard error.
  public let errorOutput: String

  /// Runs the built command to its end.
  ///
  /// - Parameters:
  ///   - arguments: the command's arguments.
  ///   - environment: variables beside those of the tests; nil takes one away.
  ///   - onMessage: gets each line of standard error as it comes, with the command's process id.
  ///   - onStart: gets the command's process id once it runs.
  /// - Throws: where the command cannot be started.
  public static func lakecanary(
    _ arguments: [String], environment: [String: String?] = [:], directory: String? = nil,
    onMessage: @escaping @Sendable (String, Int32) -> Void = { _, _ in },
    onStart: @escaping @Sendable (Int32) -> Void = { _ in }
  ) async throws -> CommandRun {
    // Kill points are in debug builds alone.
    let killed = environment.keys.contains("LAKECANARY_KILL_AT")
    let release = ProcessInfo.processInfo.environment["LAKECANARY_TEST_COMMAND"]
    return try await command(
      killed ? executable : release ?? executable, arguments, environment: environment, directory: directory,
      onMessage: onMessage, onStart: onStart)
  }

  /// Runs any program to its end, as `lakecanary` does the built command.
  ///
  /// - Throws: where the program cannot be started.
  public static func command(
    _ program: String, _ arguments: [String], environment: [String: String?] = [:],
    directory: String? = nil, onMessage: @escaping @Sendable (String, Int32) -> Void = { _, _ in },
    onStart: @escaping @Sendable (Int32) -> Void = { _ in }
  ) async throws -> CommandRun {
    var updates: [Environment.Key: String?] = ["NO_COLOR": "1"]
    // A test says itself what surrounds a command; nothing comes from the machine that it runs on.
    for name in ProcessInfo.processInfo.environment.keys
    where name.hasPrefix("PG") || name.hasPrefix("AWS_") || name.hasPrefix("LAKECANARY_") {
      updates[Environment.Key(stringLiteral: name)] = .some(nil)
    }
    for (name, value) in environment { updates[Environment.Key(stringLiteral: name)] = value }
    var options = PlatformOptions()
    options.processGroupID = 0
    let result = try await run(
      .path(FilePath(program)), arguments: Arguments(arguments), environment: .inherit.updating(updates),
      workingDirectory: directory.map { FilePath($0) }, platformOptions: options,
      input: .none, output: .sequence, error: .sequence
    ) { execution in
      let process = execution.processIdentifier.value
      onStart(process)
      async let output = text(of: execution.standardOutput) { _ in }
      async let errorOutput = text(of: execution.standardError) { onMessage($0, process) }
      return try await (output, errorOutput)
    }
    let exitCode: Int
    switch result.terminationStatus {
    case .exited(let code): exitCode = Int(code)
    case .signaled(let signal): exitCode = 128 + Int(signal)
    }
    return CommandRun(exitCode: exitCode, output: result.closureResult.0, errorOutput: result.closureResult.1)
  }

  /// The command as it was built with the tests; `make test` has another started where it can be, the release's,
  /// which is what users run (`LAKECANARY_TEST_COMMAND`).
  public static var executable: String {
    URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "lakecanary").path
  }
}

/// The whole text of a stream but for its last line break; `onLine` gets each line as soon as it is there.
///
/// Subprocess's own sequence of lines takes microseconds for a byte where nothing is optimized.
private func text(
  of sequence: SubprocessOutputSequence, _ onLine: @escaping @Sendable (String) -> Void
) async throws -> String {
  let lineBreak = UInt8(ascii: "\n")
  var bytes: [UInt8] = []
  var told = 0
  func tell(to end: Int) {
    onLine(String(decoding: bytes[told..<end], as: UTF8.self))
    told = end + 1
  }
  for try await buffer in sequence {
    let start = bytes.count
    buffer.withUnsafeBytes { bytes.append(contentsOf: $0) }
    var from = start
    while let end = bytes[from...].firstIndex(of: lineBreak) {
      tell(to: end)
      from = end + 1
    }
  }
  if told < bytes.count { tell(to: bytes.count) }
  if bytes.last == lineBreak { bytes.removeLast() }
  return String(decoding: bytes, as: UTF8.self)
}
