import ArgumentParser
import Ledger
import ObjectStorage
import Reconciliation
import Reporting
import Time

/// The gate: judges the ledger against the limits.
struct Check: PipelineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judge the ledger as it stands against the limits; the exit code is the answer.",
    discussion: """
      Neither writes nor reads the bucket: it takes what the last runs found. For a job that must not start on \
      a stale lake.

      EXAMPLES
        lakecanary check --config customers.yaml
        lakecanary check --config customers.yaml --max-lag 5m --p95-lag 3m --window 1h

      \(ExitStatus.help)
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Report") var result: ReportOptions

  @Option(
    name: .long,
    help: .init(
      "Judge only what was committed within so long before the last reconciliation: 1h.", valueName: "time"),
    transform: { text in
      guard let duration = DurationText.duration(text), duration > .zero else {
        throw ValidationError("'\(text)' is no length of time; write 90s, 5m, 1h30m or 2d")
      }
      return duration
    })
  var window: Duration?

  mutating func run() async throws {
    let session = try Session.begin(common, flags: pipeline.flags.merging(limits.flags) { $1 })
    let pipeline = session.pipeline
    let ledger = try pipeline.openLedger(.readOnly)
    let judged = try pipeline.reconciler(ledger, try pipeline.openStore()).judge(window: window)
    try session.finish(pipeline.report(of: judged), result)
  }
}

extension Pipeline {
  /// The report of a judgement that no run recorded.
  func report(of judged: ReconciliationResult) -> Report {
    var report = Report(
      pipeline: configuration.name, generatedAt: clock.now(), verdict: judged.verdict)
    report.bucket = configuration.bucket?.description
    report.level = judged.outcome.level
    report.tables = judged.outcome.tables
    report.notes = judged.outcome.notes
    report.findings = judged.findings
    report.hold(to: configuration.limits)
    return report
  }
}
