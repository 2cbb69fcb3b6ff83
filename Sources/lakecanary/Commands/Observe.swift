import ArgumentParser
import Engines
import Ledger
import Reconciliation
import Reporting

/// Saves a listing and what is read of each object, by this process or by an engine.
struct Observe: PipelineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Save the bucket's listing and what its objects hold, to be reconciled elsewhere.",
    discussion: """
      Lists the tables' prefixes, reads footers and the columns that the level needs, and writes them to a file \
      (JSON Lines). `reconcile --observations FILE`, with this pipeline's ledger or a copy of it, then judges \
      without the bucket, as of the time of saving. The ledger is only read.

      With --engine spark, Spark reads the objects and leaves a table of observations at a location; this process \
      reads one footer a table. The table's form is documented in docs/observation-table.md. Credentials are the \
      cluster's own affair. With --engine athena, Amazon Athena reads them, asked with the bucket's credentials.

      EXAMPLES
        lakecanary observe --output saved.jsonl --config customers.yaml
        lakecanary reconcile --observations saved.jsonl --config customers.yaml
        lakecanary observe --engine spark --output s3://observations/monday --config customers.yaml
        lakecanary observe --engine spark --output s3://observations/monday --print-sql --config customers.yaml
        lakecanary observe --engine athena --output s3://observations/monday --config customers.yaml
        lakecanary reconcile --observations s3://observations/monday --config customers.yaml

      \(ExitStatus.help)
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup var result: ResultOptions

  @Option(
    name: .shortAndLong,
    help: .init(
      "The file to write; with an engine, a location where there is nothing yet.", valueName: "location"))
  var output: String

  @Option(name: .long, help: .init("Who reads the objects: native, spark or athena.", valueName: "engine"))
  var engine: EngineName = .native

  @Flag(
    name: .long, help: "Print the engine's SQL instead of running it: for Glue, Databricks or a notebook.")
  var printSql = false

  @OptionGroup(title: "Spark") var spark: SparkOptions
  @OptionGroup(title: "Athena") var athena: AthenaOptions

  func validate() throws {
    if engine == .native, printSql {
      throw ValidationError("this process needs no SQL; give --engine spark or athena as well")
    }
    if engine != .native, result.json {
      throw ValidationError("an engine leaves tables of Parquet; --json is of files that this process saves")
    }
  }

  mutating func run() async throws {
    switch engine {
    case .native: try await save()
    case .spark: try await observeBySpark()
    case .athena: try await observeByAthena()
    }
  }

  private func save() async throws {
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

  private func engineSession() throws -> Session {
    let flags = Settings.flags([(.engineOutput, "--output", output)]).merging(spark.flags) { $1 }
      .merging(athena.flags) { $1 }
    return try Session.begin(common, flags: pipeline.flags.merging(flags) { $1 })
  }

  private func observeByAthena() async throws {
    let session = try engineSession()
    let pipeline = session.pipeline
    let ledger = try pipeline.openLedger(.readOnly)
    let store = try pipeline.openStore()
    let place = try pipeline.engineOutput()
    let statements = try await pipeline.athenaStatements(ledger, store, place, reading: nil)
    guard !statements.isEmpty else { return nothing(session) }
    if printSql {
      return try session.console.write(
        pipeline.athenaHeading(statements, place) + pipeline.athenaScript(statements))
    }
    if !athena.yes {
      let outlooks = try await pipeline.reconciler(ledger, store).outlook()
      try await pipeline.requireScanLimit(outlooks, ledger, store, ofAll: true)
    }
    let outcome = try await pipeline.runAthena(statements, place, session.console)
    session.console.note("lakecanary: \(outcome.text)")
    try session.console.write("\(place.location)\n")
  }

  private func nothing(_ session: Session) {
    session.console.note("lakecanary: the bucket has no objects yet, so that there is nothing to observe")
  }

  private func observeBySpark() async throws {
    let session = try engineSession()
    let pipeline = session.pipeline
    let ledger = try pipeline.openLedger(.readOnly)
    let place = try pipeline.engineOutput()
    let statements = try await pipeline.sparkStatements(
      ledger, try pipeline.openStore(), place, isIncremental: false)
    guard !statements.isEmpty else { return nothing(session) }
    let sql = try pipeline.sparkScript(statements)
    if printSql { return try session.console.write(pipeline.sparkHeading(place) + sql + "\n") }
    try await pipeline.runSpark(sql, statements, place, session.console)
    try session.console.write("\(place.location)\n")
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
