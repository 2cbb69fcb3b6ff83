import ArgumentParser
import Reporting

/// Looks for what was written, without writing.
struct Reconcile: PipelineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look in the bucket for what was written, report, and exit by the verdict.",
    discussion: """
      Lists the bucket, reads what is new in it, and matches it with the ledger. Writes nothing to the source \
      and does not need it.

      EXAMPLES
        lakecanary reconcile --config customers.yaml
        lakecanary reconcile --config customers.yaml --wait --fail-on critical

      \(ExitStatus.help)
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Report") var result: ReportOptions

  @Flag(name: .long, help: "Stay until the operations are delivered or due.")
  var wait = false

  mutating func run() async throws {
    let session = try Session.begin(common, flags: pipeline.flags.merging(limits.flags) { $1 })
    let pipeline = session.pipeline
    let wait = wait
    try await session.supervise(result) { ledger in
      let reconciled = try await pipeline.reconcile(
        ledger, try pipeline.openStore(), command: "reconcile",
        patience: wait ? .untilDecided(every: pipeline.lookInterval) : .none,
        progress: session.console.showReconciling)
      try pipeline.prune(ledger)
      return Session.Judged(
        report: try pipeline.report(of: reconciled.run, ledger),
        isBeginning: pipeline.isBeginning(reconciled.result))
    }
  }
}
