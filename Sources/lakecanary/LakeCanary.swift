import ArgumentParser
import Foundation

/// The root command.
@main
struct LakeCanary: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lakecanary",
    abstract: "A canary for database-to-lake replication: PostgreSQL, AWS DMS, S3.",
    discussion: """
      Commits rows of its own to the source, remembers each of them in a ledger, looks for them in the bucket \
      that DMS writes, and says which arrived, how late, and which did not.

      EXAMPLES
        lakecanary demo
        lakecanary config init customers.yaml
        lakecanary run --config customers.yaml
        lakecanary report --config customers.yaml

      \(ExitStatus.help)
      """,
    version: LakeCanary.version,
    subcommands: subcommands)

  static let version = "0.1.0"

  private static let subcommands: [any ParsableCommand.Type] = [
    Demo.self, Run.self, Write.self, Reconcile.self, Observe.self, Check.self, Doctor.self,
    ReportCommand.self,
    Inspect.self,
    Replicate.self, FindingsCommand.self, AlertsCommand.self, LedgerCommand.self, ConfigCommand.self,
  ]

  /// Parses, runs and exits.
  static func main() async {
    // Writes to a pipe that nobody reads fail with EPIPE. A handler, unlike SIG_IGN, is not handed on to
    // the programs that are started.
    signal(SIGPIPE) { _ in }
    // libdispatch asks for more priority for its timers, which only root may have, and complains to syslog where it is
    // refused; nothing depends on it. Whoever wants its log sets the variable.
    setenv("LIBDISPATCH_LOG", "NO", 0)
    let (status, signal) = await Interruption.cancelling { await CommandEnding.parseAndRun() }
    Foundation.exit((signal.map(ExitStatus.signal) ?? status).code)
  }
}
