import ArgumentParser
import Ledger
import Reconciliation
import Reporting
import Time
import Workload

/// The timer's job: write, list, read, reconcile, report, exit.
struct Run: PipelineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write, look for what was written, report, and exit by the verdict.",
    discussion: """
      What a timer runs. Without --wait, operations of this run are judged by the next one, when they are due; \
      with it, the run stays until they are delivered or due, as a CI job wants it.

      EXAMPLES
        lakecanary run --config customers.yaml
        lakecanary run --config customers.yaml --wait --json

      \(ExitStatus.help)
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup(title: "Workload") var workload: WorkloadOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Report") var result: ReportOptions

  @Flag(name: .long, help: "Stay until the run's operations are delivered or due.")
  var wait = false

  mutating func run() async throws {
    let session = try Session.begin(
      common, flags: pipeline.flags.merging(workload.flags) { $1 }.merging(limits.flags) { $1 })
    let wait = wait
    let isVerbose = isVerbose
    try await session.supervise(result) { ledger in
      try await Run.judge(session, ledger, wait: wait, isVerbose: isVerbose)
    }
  }

  /// Writes, looks for what is due, and judges.
  private static func judge(
    _ session: Session, _ ledger: LedgerStore, wait: Bool, isVerbose: Bool
  ) async throws -> Session.Judged {
    let (pipeline, console) = (session.pipeline, session.console)
    var sourceClock: ClockOffset?
    var writing = SourceWriting.done
    do {
      let written = try await pipeline.write(to: ledger, progress: console.showWriting)
      if written.contains(where: { $0.summary.ending == .cancelled }) { throw CancellationError() }
      sourceClock = written.last?.summary.clockOffset
    } catch let error
      where FailurePolicy.status(of: error) == .unknown && !FailurePolicy.isCancellation(error)
    {
      // The bucket can be judged all the same, for what was written before.
      let failure = FailurePolicy.failure(for: error)
      console.note(failure.line)
      writing = .failed(failure.text)
    }

    let began = pipeline.clock.now()
    let view = try await pipeline.view(ledger, console)
    for line in view.failure?.lines(isVerbose: isVerbose) ?? [] { console.note(line) }
    let reconciled = try await pipeline.reconcile(
      ledger, view.store, command: "run", sourceClock: sourceClock,
      patience: wait ? .untilDecided(every: pipeline.lookInterval) : .none, writing: writing,
      unseen: view.failure?.text, since: wait ? nil : began, progress: console.showReconciling)
    try pipeline.pruneDaily(ledger)
    return Session.Judged(
      report: try pipeline.report(of: reconciled.run, ledger),
      isBeginning: writing == .done && pipeline.isBeginning(reconciled.result))
  }
}
