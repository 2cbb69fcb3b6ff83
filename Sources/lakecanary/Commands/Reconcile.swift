import ArgumentParser
import Reporting

/// Looks for what was written, without writing.
struct Reconcile: PipelineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look in the bucket for what was written, report, and exit by the verdict.",
    discussion: """
      Lists the bucket, reads what is new in it, and matches it with the ledger. Writes nothing to the source \
      and does not need it, but for --source-check: that compares the source's own rows with the rows that the \
      bucket implies, and names the keys that differ.

      EXAMPLES
        lakecanary reconcile --config customers.yaml
        lakecanary reconcile --config customers.yaml --source-check
        lakecanary reconcile --config customers.yaml --observations saved.jsonl
        lakecanary reconcile --config customers.yaml --wait --fail-on critical

      \(ExitStatus.help)
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Report") var result: ReportOptions

  @Flag(name: .long, help: "Stay until the operations are delivered or due.")
  var wait = false

  @Flag(name: .long, help: "Compare the source's own rows with those that the bucket implies.")
  var sourceCheck = false

  @Option(
    name: .long, help: .init("Take this file of `observe` in place of the bucket.", valueName: "file"))
  var observations: String?

  func validate() throws {
    if observations != nil, wait {
      throw ValidationError("a file of observations does not change: no --wait")
    }
    if observations != nil, sourceCheck {
      throw ValidationError("the source is of now and a file of observations is not: no --source-check")
    }
  }

  mutating func run() async throws {
    let session = try Session.begin(common, flags: pipeline.flags.merging(limits.flags) { $1 })
    let pipeline = session.pipeline
    let (wait, observations, sourceCheck) = (wait, observations, sourceCheck)
    try await session.supervise(result) { ledger in
      let reconciled = try await pipeline.reconcile(
        ledger,
        try observations.map { try pipeline.openSaved($0, of: ledger) } ?? pipeline.openStore(),
        command: "reconcile",
        sourceClock: observations == nil ? await pipeline.measureSourceClock(ledger) : nil,
        patience: wait ? .untilDecided(every: pipeline.lookInterval) : .none,
        source: sourceCheck ? try pipeline.sourceWitness(ledger) : nil,
        progress: session.console.showReconciling)
      try pipeline.prune(ledger)
      return Session.Judged(
        report: try pipeline.report(of: reconciled.run, ledger),
        isBeginning: pipeline.isBeginning(reconciled.result))
    }
  }
}
