import ArgumentParser
import Ledger
import Reconciliation
import Reporting

/// Saves a listing and what is read of each object.
struct Observe: PipelineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Save the bucket's listing and what its objects hold, to be reconciled elsewhere.",
    discussion: """
      Lists the tables' prefixes, reads footers and the columns that the level needs, and writes them to a file \
      (JSON Lines). `reconcile --observations FILE`, with this pipeline's ledger or a copy of it, then judges \
      without the bucket, as of the time of saving. The ledger is only read.

      EXAMPLES
        lakecanary observe --output saved.jsonl --config customers.yaml
        lakecanary reconcile --observations saved.jsonl --config customers.yaml
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup var result: ResultOptions

  @Option(name: .shortAndLong, help: .init("The file to write.", valueName: "file"))
  var output: String

  mutating func run() async throws {
    let session = try Session.begin(common, flags: pipeline.flags)
    let pipeline = session.pipeline
    let ledger = try pipeline.openLedger(.readOnly)
    let summary = try await pipeline.reconciler(ledger, try pipeline.openStore()).saveObservations(
      to: output, progress: session.console.showReconciling)
    if result.json {
      return try session.console.write(try JSONText.text(of: Saved(output, summary)))
    }
    let failures =
      summary.failures == 0 ? "" : ", \(FigureText.count(Int64(summary.failures))) of them could not be read"
    try session.console.write(
      "\(SafeText.shown(output)): \(FigureText.counted(Int64(summary.objects), "object"))\(failures)\n")
  }

  struct Saved: Encodable {
    let format = "lakecanary.saving"
    let version = 1
    let file: String
    let objects, failures: Int
    let bytesRead: Int64

    init(_ file: String, _ summary: SavingSummary) {
      (self.file, objects, failures) = (file, summary.objects, summary.failures)
      bytesRead = summary.bytesRead
    }
  }
}
