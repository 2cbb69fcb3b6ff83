import DMS
import Foundation
import Ledger
import LocalServers
import Logging
import ObjectStorage
import Replicator
import Reporting
import Time
import Workload

/// The pipeline of the demo at work, from the first row to the report.
struct DemoStage {
  static let database = "exercise"

  private let cluster: PostgresCluster
  private let demo: DemoConfiguration
  private let faults: [Fault]
  private let console: Console

  init(
    cluster: PostgresCluster, server: SeaweedServer?, directory: String, faults: [Fault], seed: UInt64,
    console: Console
  ) throws {
    self.cluster = cluster
    self.faults = faults
    self.console = console
    demo = DemoConfiguration(
      directory: directory, source: cluster.conninfo(database: Self.database), seed: seed,
      maxLag: DemoConfiguration.maxLag(for: faults), server: server)
    try demo.yaml.write(toFile: demo.path, atomically: true, encoding: .utf8)
    try demo.credentials?.write(toFile: demo.credentialsFile, atomically: true, encoding: .utf8)
  }

  /// Writes, replicates, reconciles and reports; returns how the command is to end.
  func perform(json: Bool) async throws -> ExitStatus {
    try await cluster.createDatabase(Self.database)
    // What the surroundings configure is not for the demo.
    let configuration = try ConfigurationLoader(file: demo.path, environment: [:]).load().configuration
    let pipeline = Pipeline(configuration, logger: logger, environment: demo.environment)
    try await ObjectStores.createBucket(pipeline.bucket, pipeline.storage(.write))
    let ledger = try pipeline.openLedger()
    let before = DemoWorkload.before(seed: demo.seed)
    milestone("Creating public.customers as the exercise has it, and writing its first rows")
    _ = try await write(before, pipeline, ledger)

    let reconciled = try await replicating(pipeline) {
      milestone("Writing inserts, updates and deletes while it runs")
      var offset: Ledger.ClockOffset?
      for wave in DemoWorkload.waves(seed: demo.seed) {
        offset = try await write(wave, pipeline, ledger) ?? offset
      }
      milestone("Looking for every one of them in the bucket")
      return try await pipeline.reconcile(
        ledger, try pipeline.openStore(), command: "demo", sourceClock: offset,
        patience: .untilDecided(every: .milliseconds(500)), progress: console.showReconciling)
    }
    let report = try pipeline.report(of: reconciled.run, ledger)
    if json {
      try console.write(try JSONReport(report).text())
    } else {
      try console.write(TextReport(report).text(style: console.outputStyle))
    }
    return ExitStatus(verdict: report.verdict.status, failOn: configuration.failOn)
  }

  /// Runs `body` beside the replicator, from the end of its full load on; then ends it and removes its slot.
  private func replicating<Value: Sendable>(
    _ pipeline: Pipeline, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    milestone(
      "Starting the replicator in place of DMS, into \(demo.bucket), with the exercise's settings; of these "
        + "cdcMaxBatchinterval alone is changed, from \(DemoConfiguration.exerciseInterval) s to \(DemoConfiguration.interval) s"
    )
    let (loaded, load) = AsyncStream<Void>.makeStream()
    var task = ReplicationTask(
      name: "demo", source: demo.source, settings: pipeline.configuration.endpointSettings,
      mappings: TableMappings(including: [QualifiedName(schema: "public", name: "customers")]))
    task.prefix = try pipeline.bucket.prefix
    task.faults = faults.isEmpty ? nil : FaultPlan(faults, truthFile: demo.truthFile)
    let replicator = Replicator(
      task: task, store: try pipeline.openStore(.write), clock: pipeline.clock,
      logger: pipeline.logger,
      onStep: { step in if case .streaming = step { load.finish() } })
    let outcome: Result<Value, any Error>
    do {
      outcome = .success(
        try await withThrowingTaskGroup(of: Value?.self) { group in
          group.addTask {
            defer { load.finish() }
            try await replicator.run()
            return nil
          }
          group.addTask {
            for await _ in loaded {}
            try Task.checkCancellation()
            return try await body()
          }
          var value: Value?
          while let ended = try await group.next() {
            guard let ended else { continue }
            value = ended
            replicator.stop()
          }
          guard let value else { throw CancellationError() }
          return value
        })
    } catch {
      outcome = .failure(error)
    }
    try? await replicator.cleanUp()
    return try outcome.get()
  }

  /// Writes by `plan` and returns how PostgreSQL's clock stands to ours.
  @discardableResult
  private func write(
    _ plan: WritePlan, _ pipeline: Pipeline, _ ledger: LedgerStore
  ) async throws -> Ledger.ClockOffset? {
    let written = try await pipeline.write(plan, to: ledger, progress: console.showWriting)
    if written.contains(where: { $0.summary.ending == .cancelled }) { throw CancellationError() }
    return written.last?.summary.clockOffset
  }

  private var logger: Logger {
    let console = console
    return Logger(label: "lakecanary") { label in
      StandardErrorLogHandler(
        label: label, level: .warning, isJournal: false, clock: SystemWallClock(),
        write: { console.note($0) })
    }
  }

  private func milestone(_ text: String) { console.progress.milestone(text) }
}
