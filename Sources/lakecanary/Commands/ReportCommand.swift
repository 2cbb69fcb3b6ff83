import ArgumentParser
import Ledger
import Reporting
import Time

/// Any rendering of a recorded run.
struct ReportCommand: PipelineCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Print the report of the last run, of a given one, or of a span of history.",
    discussion: """
      Takes what the ledger remembers; neither source nor bucket is asked. The exit code is 0 whatever the \
      verdict: `check` is the gate.

      EXAMPLES
        lakecanary report --config customers.yaml
        lakecanary report --config customers.yaml --history
        lakecanary report --config customers.yaml --run 17 --json
        lakecanary report --config customers.yaml --since 30d
        lakecanary report --config customers.yaml --since 90d --output html:report.html
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup(title: "Report") var result: ReportOptions

  @Option(name: .long, help: .init("The run of this number instead of the last one.", valueName: "number"))
  var run: Int64?

  @Flag(name: .long, help: "List the runs, the newest first.")
  var history = false

  @Option(name: .long, help: .init("How many runs --history lists.", valueName: "number"))
  var limit = 20

  @Option(
    name: .long, help: .init("Tell how the pipeline has fared for so long: 24h, 30d.", valueName: "time"),
    transform: { text in
      guard let duration = DurationText.duration(text), duration > .zero else {
        throw ValidationError("'\(text)' is no length of time; write 24h or 30d")
      }
      return duration
    })
  var since: Duration?

  @Flag(name: .long, help: "Print the JSON Schema of --json and exit.")
  var jsonSchema = false

  func validate() throws {
    if history, run != nil {
      throw ValidationError("--history and --run exclude each other; give one of them")
    }
    if limit < 1 { throw ValidationError("--limit must be 1 or more") }
  }

  mutating func run() async throws {
    if jsonSchema { return try Console.standard().write(JSONReportSchema.text) }
    let session = try Session.begin(common, flags: pipeline.flags)
    let pipeline = session.pipeline
    let ledger = try pipeline.openLedger(.readOnly)
    if history { return try printHistory(session, ledger) }

    var report: Report
    if let number = run {
      guard let record = try ledger.run(RunID(rawValue: number)) else {
        throw ValidationError("the ledger has no run \(number); --history lists them")
      }
      report = try pipeline.report(of: record, ledger)
    } else if let record = try ledger.latestRun() {
      report = try pipeline.report(of: record, ledger)
    } else {
      report = Report(
        pipeline: session.configuration.name, generatedAt: pipeline.clock.now(),
        verdict: Verdict(status: .unknown, reason: "no run has come to a verdict yet; `lakecanary run` does"))
    }
    let needsHistory =
      since != nil || result.printed == .html || result.output.contains { $0.format == .html }
    if needsHistory { report.history = try pipeline.history(ledger, span: since ?? .seconds(86_400 * 30)) }
    if try !session.publish(report, result) { throw ExitStatus.unknown }
  }

  private func printHistory(_ session: Session, _ ledger: LedgerStore) throws {
    let runs = try ledger.runs(limit: limit)
    let history = RunHistory(pipeline: session.configuration.name, runs: runs)
    try session.console.write(
      result.json ? try JSONText.text(of: history) : history.text(style: session.console.outputStyle))
  }
}
