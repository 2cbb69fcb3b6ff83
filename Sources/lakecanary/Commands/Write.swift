import ArgumentParser
import Ledger
import Reporting
import Workload

/// The workload alone.
struct Write: PipelineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write made-up rows to the source and remember them in the ledger.",
    discussion: """
      Updates and deletes touch rows that this pipeline inserted and no others. A table that lakecanary did \
      not make is refused unless the configuration calls it shared.

      EXAMPLES
        lakecanary write --config customers.yaml --inserts 100 --updates 20 --deletes 10
        lakecanary write --config customers.yaml --rate 50 --duration 10m
        lakecanary write --config customers.yaml --rate 5 --endless
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup(title: "Workload") var workload: WorkloadOptions
  @OptionGroup var result: ResultOptions

  @Option(
    name: .long,
    help: .init("Go on for so long; the rows of each kind are then a mix.", valueName: "time"),
    transform: { text in
      guard let duration = DurationText.duration(text), duration > .zero else {
        throw ValidationError("'\(text)' is no length of time; write 90s, 5m, 1h30m or 2d")
      }
      return duration
    })
  var duration: Duration?

  @Flag(name: .long, help: "Go on until interrupted; the rows of each kind are then a mix.")
  var endless = false

  func validate() throws {
    if endless, duration != nil {
      throw ValidationError("--endless and --duration exclude each other; give one of them")
    }
  }

  mutating func run() async throws {
    let session = try Session.begin(common, flags: pipeline.flags.merging(workload.flags) { $1 })
    let (pipeline, console) = (session.pipeline, session.console)
    var plan = session.configuration.workload
    plan.extent = endless ? .endless : duration.map(WritePlan.Extent.lasting) ?? .once
    let ledger = try pipeline.openLedger()
    let written = try await pipeline.write(plan, to: ledger, progress: console.showWriting)
    let report = WriteReport(pipeline: session.configuration.name, written)
    try console.write(result.json ? try JSONText.text(of: report) : report.text)
    // An endless write ends by a signal, which is its good end.
    if written.contains(where: { $0.summary.ending == .cancelled }), !endless { throw CancellationError() }
  }
}
