import ArgumentParser
import ObjectStorage
import Reporting
import Time

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
        lakecanary reconcile --config customers.yaml --plan
        lakecanary reconcile --config customers.yaml --engine spark --engine-output s3://observations/customers
        lakecanary reconcile --config customers.yaml --engine athena --engine-output s3://observations/customers

      \(ExitStatus.help)
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Engine") var engine: EngineOptions
  @OptionGroup(title: "Report") var result: ReportOptions

  @Flag(name: .long, help: "Stay until the operations are delivered or due.")
  var wait = false

  @Flag(name: .long, help: "Say what there is to read and what it would take, by each engine; read nothing.")
  var plan = false

  @Flag(name: .long, help: "Compare the source's own rows with those that the bucket implies.")
  var sourceCheck = false

  func validate() throws {
    if engine.observations != nil, wait {
      throw ValidationError("a file of observations does not change: no --wait")
    }
    if engine.observations != nil, sourceCheck {
      throw ValidationError("the source is of now and a file of observations is not: no --source-check")
    }
  }

  mutating func run() async throws {
    let session = try Session.begin(
      common, flags: pipeline.flags.merging(limits.flags) { $1 }.merging(engine.flags) { $1 })
    let pipeline = session.pipeline
    let (wait, engine, sourceCheck, isVerbose) = (wait, engine, sourceCheck, isVerbose)
    if plan {
      let ledger = try pipeline.openLedger()
      let store = try await pipeline.listedStore(ledger, try pipeline.openStore(), session.console)
      let plan = try await pipeline.plan(ledger, store)
      pipeline.keep(plan)
      return try session.console.write(result.json ? try JSONText.text(of: plan) : PlanText.text(plan))
    }
    try await session.supervise(result) { ledger in
      let began = pipeline.clock.now()
      let saved = try engine.observations.flatMap { try pipeline.openSaved($0, of: ledger) }
      let view =
        if let saved { BucketView(store: saved) } else {
          try await pipeline.view(by: engine, ledger, session.console)
        }
      for line in view.failure?.lines(isVerbose: isVerbose) ?? [] { session.console.note(line) }
      let reconciled = try await pipeline.reconcile(
        ledger, view.store, command: "reconcile",
        sourceClock: engine.observations == nil ? await pipeline.measureSourceClock(ledger) : nil,
        patience: wait ? .untilDecided(every: pipeline.lookInterval) : .none, unseen: view.failure?.text,
        source: sourceCheck ? try await pipeline.sourceWitness(ledger) : nil,
        observer: view.observer, engine: engine.engine ?? .native,
        since: wait || engine.observations != nil ? nil : began, progress: session.console.showReconciling)
      try pipeline.pruneDaily(ledger)
      return Session.Judged(
        report: try pipeline.report(of: reconciled.run, ledger),
        isBeginning: pipeline.isBeginning(reconciled.result))
    }
  }
}
