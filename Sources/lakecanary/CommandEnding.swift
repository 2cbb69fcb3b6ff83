import ArgumentParser
import Foundation

/// How a command ends: its messages on standard error, and the exit code.
enum CommandEnding {
  /// Ends the process for what the parser threw: help and version on standard output, a wrong use on
  /// standard error with code 64.
  private static func exit(parsing error: any Error) -> Never {
    let text = LakeCanary.fullMessage(for: error)
    guard LakeCanary.exitCode(for: error).isSuccess == false else { LakeCanary.exit(withError: error) }
    Console.standard().note(usageText(text))
    Foundation.exit(ExitStatus.usage.code)
  }

  /// Parses the process's arguments and runs the command that they name.
  static func parseAndRun() async -> ExitStatus {
    let command: any ParsableCommand
    do {
      command = try LakeCanary.parseAsRoot()
    } catch {
      exit(parsing: error)
    }
    return await status(running: command)
  }

  /// Runs `command` and tells what it throws.
  private static func status(running command: any ParsableCommand) async -> ExitStatus {
    let isVerbose = (command as? any VerboseCommand)?.isVerbose ?? false
    do {
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        var command = command
        try command.run()
      }
      return .ok
    } catch let status as ExitStatus {
      return status
    } catch let error as ConsoleError where error.errno == EPIPE {
      // Whoever read the output has seen enough of it (`lakecanary report | head`).
      return .signal(SIGPIPE)
    } catch let error where FailurePolicy.isCancellation(error) {
      return .unknown
    } catch let error where isParserError(error) {
      exit(parsing: error)
    } catch {
      let failure = FailurePolicy.failure(for: error)
      let console = Console.standard()
      for line in failure.lines(isVerbose: isVerbose) { console.note(line) }
      return failure.status
    }
  }

  /// Whether the parser made the error: to it, those of others are plain failures.
  private static func isParserError(_ error: any Error) -> Bool {
    LakeCanary.exitCode(for: error) != .failure
  }

  /// The parser's message in the form of all errors.
  private static func usageText(_ message: String) -> String {
    let prefix = "Error: "
    return "lakecanary: error: "
      + (message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message)
  }
}

/// A command whose errors can be told with their causes.
protocol VerboseCommand: AsyncParsableCommand {
  var isVerbose: Bool { get }
}
