import ArgumentParser
import Ledger
import Reconciliation
import Reporting
import Time

/// Upkeep of the ledger.
struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Verify and prune the ledger.",
    discussion: """
      EXAMPLES
        lakecanary ledger verify --config customers.yaml
        lakecanary ledger prune --older-than 30d --config customers.yaml
      """,
    subcommands: [Verify.self, Prune.self])

  struct Verify: PipelineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that the file is sound, and derive the verdict of every run again from its evidence.")

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
    @OptionGroup var result: ResultOptions

    mutating func run() async throws {
      let session = try Session.begin(common, flags: pipeline.flags)
      let ledger = try session.pipeline.openLedger(.readOnly)
      let problems = try ledger.verifyIntegrity() + LedgerCommand.differences(ledger)
      let console = session.console
      if result.json {
        try console.write(try JSONText.text(of: Verification(ledger: ledger.path, problems: problems)))
      } else {
        let path = SafeText.shown(ledger.path)
        try console.write(
          problems.isEmpty
            ? "the ledger \(path) is sound\n"
            : problems.map { "\(path): \(SafeText.shown($0))\n" }.joined())
      }
      if !problems.isEmpty { throw ExitStatus.critical }
    }
  }

  /// Runs whose recorded verdict is not the one that their evidence gives, a line each.
  private static func differences(_ ledger: LedgerStore) throws -> [String] {
    var differences: [String] = []
    var last: RunID?
    while true {
      let runs = try ledger.runs(limit: 500, before: last)
      differences += runs.flatMap { Reconciler.rederive($0) ?? [] }
      guard let oldest = runs.last else { return differences }
      last = oldest.id
    }
  }

  struct Verification: Encodable {
    let format = "lakecanary.ledger-verification"
    let version = 1
    let ledger: String
    let problems: [String]
  }

  struct Prune: PipelineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Forget what is settled for longer than the retention.",
      discussion:
        "Open operations, open findings and the daily figures stay for good. `run` prunes by itself.")

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
    @OptionGroup var result: ResultOptions

    @Option(
      name: .long,
      help: .init("Instead of the configured retention.", valueName: "time"))
    var olderThan: String?

    mutating func run() async throws {
      let session = try Session.begin(
        common, flags: pipeline.flags.merging(.flags([(.retention, "--older-than", olderThan)])) { $1 })
      let ledger = try session.pipeline.openLedger()
      let summary = try session.pipeline.prune(ledger)
      if result.json {
        return try session.console.write(try JSONText.text(of: Pruned(summary)))
      }
      let counts: [(Int, String)] = [
        (summary.operations, "operation"), (summary.transactions, "transaction"), (summary.objects, "object"),
        (summary.runs, "run"), (summary.findings, "finding"),
      ]
      let text = counts.map { FigureText.counted(Int64($0.0), $0.1) }.joined(separator: ", ")
      try session.console.write("forgotten: \(text)\n")
    }
  }

  struct Pruned: Encodable {
    let format = "lakecanary.ledger-pruning"
    let version = 1
    let operations, transactions, objects, runs, findings: Int

    init(_ summary: PruneSummary) {
      (operations, transactions, objects) = (summary.operations, summary.transactions, summary.objects)
      (runs, findings) = (summary.runs, summary.findings)
    }
  }
}
