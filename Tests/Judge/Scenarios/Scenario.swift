import DMS
import Foundation
import Ledger
import LocalServers
import Logging
import ObjectStorage
import Postgres
import Reconciliation
import Replicator
import Time
import Workload

/// A pipeline of its own: a database, a bucket directory, a ledger; written to, replicated with faults, judged.
struct Scenario: Sendable {
  let plan: ScenarioPlan
  let cluster: PostgresCluster
  let directory: String

  private var database: String { "judge_\(plan.number)" }
  private var folder: String { "\(directory)/\(database)" }
  private var truthFile: String { folder + "/truth.jsonl" }
  static let table = TableName(schema: "lakecanary", name: "customers")
  /// A table beside it that must stay well, where a fault is one of a whole table.
  private static let neighbour = TableName(schema: "lakecanary", name: "neighbours")
  private var table: TableName { Scenario.table }

  /// Plays it; what cannot be played counts as a failure.
  func play() async -> Score {
    do {
      return try await played()
    } catch {
      return Score(plan: plan, failure: "\(error)")
    }
  }

  private func played() async throws -> Score {
    try FileManager.default.createDirectory(atPath: folder + "/bucket", withIntermediateDirectories: true)
    let source = cluster.conninfo(database: database)
    try execute("create database \(identifier: database)", on: cluster.conninfo())
    let clock = SystemWallClock()
    let ledger = try LedgerStore.open(path: folder + "/ledger.sqlite", pipeline: database, clock: clock)
    defer { try? ledger.close() }
    let writers = tables.map { table in
      Writer(
        conninfo: source, ledger: ledger,
        table: WrittenTable(name: table, isShared: plan.form.isShared), clock: clock)
    }
    var generator = SplitMix64(seed: plan.seed)
    for writer in writers {
      guard !plan.form.isEmptyAtLoad else {
        try await writer.prepare()
        // One session at a time may write.
        await writer.close()
        continue
      }
      _ = try await write(writer, inserts: 90, updates: 30, deletes: 10, batch: 20, &generator)
    }
    if plan.form.isReplicaIdentityFull {
      try execute("alter table lakecanary.customers replica identity full", on: source)
    }
    let (settings, mappings) = try (settings(), mappings())
    let milestones = Milestones()
    let replicator = try replicator(source, settings, mappings, milestones)
    let replication = Task {
      defer { milestones.finish() }
      try await replicator.run()
    }
    var score = Score(plan: plan)
    let judge = JudgedPipeline(
      ledger: ledger, taskBegan: clock.now() - .seconds(3_600), bucket: folder + "/bucket",
      settings: settings,
      mappings: mappings, tables: tables,
      isStrict: !plan.faults.contains { $0 == .delay || $0 == .stall })
    do {
      try await milestones.wait { $0.isStreaming }
      var waves = 0
      // Two waves more after the last fault: what came after a loss is what proves it.
      var healthy = 0
      while waves < 4 || (healthy < 2 && waves < 30) {
        let before = try truths().count
        var offset: Ledger.ClockOffset?
        for writer in writers {
          offset = try await write(
            writer, inserts: Int.random(in: 5...9, using: &generator),
            updates: Int.random(in: 3...6, using: &generator),
            deletes: Int.random(in: 2...3, using: &generator), batch: 4, &generator)
        }
        if plan.form.isShared { try writeRowsOfOthers(waves, on: source) }
        let position = try position(of: source)
        try await milestones.wait { $0.confirmed >= position }
        waves += 1
        if waves == 2, plan.faults.contains(.reload) {
          // What the reload takes away is seen before; then the judge looks while it is under way.
          score.note(try await judge.reconcile(sourceClock: offset))
          try reload(replicator)
        }
        let found = try truths().count
        healthy = found == before && found >= expectedTruths ? healthy + 1 : 0
        score.note(try await judge.reconcile(sourceClock: offset))
      }
      replicator.stop()
      try await replication.value
    } catch {
      replicator.stop()
      try? await replication.value
      throw error
    }
    // What a suspended table owes falls due in an hour, which is not waited for.
    let result = try await judge.reconcile(sourceClock: nil, ahead: isSuspended ? .seconds(3_600) : .zero)
    score.note(result)
    score.settle(
      try truths(), result: result,
      findings: try ledger.findings(states: Set(FindingState.allCases), limit: 10_000),
      record: try LedgerRecord(path: folder + "/ledger.sqlite", tag: ledger.pipelineTag))
    score.add(problems: try ledger.verifyIntegrity() + judge.differences())
    try await replicator.cleanUp()
    try? execute("drop database \(identifier: database)", on: cluster.conninfo())
    if score.isPerfect { try? FileManager.default.removeItem(atPath: folder) }
    return score
  }

  /// Has the table loaded again, between two looks of the judge, and says so in the truth file.
  private func reload(_ replicator: Replicator) throws {
    replicator.requestReload(of: QualifiedName(schema: table.schema, name: table.name))
    let truth = FaultTruth(fault: .reload, table: "\(table)")
    let file = try FileHandle(forWritingTo: URL(filePath: truthFile))
    defer { try? file.close() }
    try file.seekToEnd()
    try file.write(contentsOf: JSONEncoder().encode(truth) + Data("\n".utf8))
  }

  private var isSuspended: Bool { plan.faults.contains(.suspendTable) }
  private var tables: [TableName] { [Scenario.table] + (isSuspended ? [Scenario.neighbour] : []) }

  /// How many truths the faults come to.
  private var expectedTruths: Int { plan.faults.count }

  private func settings() throws -> EndpointSettings {
    var settings = try EndpointSettings(parsing: plan.form.settings)
    settings.cdcMaxBatchInterval = .milliseconds(250)
    return settings
  }

  private func mappings() throws -> TableMappings {
    let selection =
      #""rule-type":"selection","rule-action":"include","object-locator":{"schema-name":"lakecanary","table-name":"%"}"#
    let rules = ([selection] + plan.form.rules).enumerated().map {
      "{\"rule-id\":\"\($0.offset + 1)\",\"rule-name\":\"\($0.offset + 1)\",\($0.element)}"
    }
    return try TableMappings(json: "{\"rules\":[\(rules.joined(separator: ","))]}")
  }

  private func replicator(
    _ source: String, _ settings: EndpointSettings, _ mappings: TableMappings, _ milestones: Milestones
  ) throws -> Replicator {
    var task = ReplicationTask(name: database, source: source, settings: settings, mappings: mappings)
    let faults = plan.faults.filter { $0 != .reload }.map {
      Fault($0, count: $0 == .delay || $0 == .stall ? 6 : 1)
    }
    _ = FileManager.default.createFile(atPath: truthFile, contents: nil)
    if !faults.isEmpty { task.faults = FaultPlan(faults, truthFile: truthFile) }
    return Replicator(
      task: task, store: DirectoryStore(path: folder + "/bucket", access: .write), clock: SystemWallClock(),
      logger: Logger(label: "judge") { _ in SwiftLogNoOpLogHandler() }, onStep: { milestones.record($0) })
  }

  private func write(
    _ writer: Writer, inserts: Int, updates: Int, deletes: Int, batch: Int, _ generator: inout SplitMix64
  ) async throws -> Ledger.ClockOffset? {
    let plan = WritePlan(
      inserts: inserts, updates: updates, deletes: deletes, batchSize: batch, rate: nil,
      seed: generator.next())
    let offset = try await writer.write(plan).clockOffset
    // One at a time writes for a pipeline.
    if tables.count > 1 { await writer.close() }
    return offset
  }

  private func writeRowsOfOthers(_ wave: Int, on source: String) throws {
    try execute(
      """
      insert into lakecanary.customers (customer_id, name, updated_at)
      select gen_random_uuid(), 'somebody', now() from generate_series(1, \(bind: Int64(wave + 2)))
      """, on: source)
  }

  private func truths() throws -> [FaultTruth] {
    try String(contentsOfFile: truthFile, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(FaultTruth.self, from: Data($0.utf8))
    }
  }

  private func execute(_ statement: SQL, on conninfo: String) throws {
    let connection = try Connection(conninfo)
    defer { connection.close() }
    _ = try connection.query(statement)
  }

  private func position(of source: String) throws -> LSN {
    let connection = try Connection(source)
    defer { connection.close() }
    return try connection.currentWALInsertLSN()
  }
}

/// The judge at work on a scenario's bucket.
struct JudgedPipeline {
  let ledger: LedgerStore
  /// When the replicator began: long enough ago that it reads changes when the first one is made.
  let taskBegan: Timestamp
  let bucket: String
  let settings: EndpointSettings
  let mappings: TableMappings
  let tables: [TableName]
  /// Whether nothing is delayed on purpose, so that a busy machine must not count as a delay.
  let isStrict: Bool

  /// A clock that is ahead of the machine's.
  private struct ClockAhead: WallClock {
    let by: Duration
    func now() -> Timestamp { SystemWallClock().now() + by }
    func sleep(until point: Timestamp) async throws { try await SystemWallClock().sleep(until: point - by) }
  }

  func reconcile(
    sourceClock: Ledger.ClockOffset?, ahead: Duration = .zero
  ) async throws -> ReconciliationResult {
    let store = DirectoryStore(path: bucket, access: .read)
    var configuration = ReconcilerConfiguration(bucket: store.name, settings: settings)
    configuration.mappings = mappings
    configuration.tables = tables
    configuration.sourceClock = sourceClock
    configuration.taskBegan = taskBegan
    if isStrict {
      configuration.limits.warningLag = .seconds(600)
      configuration.limits.criticalLag = .seconds(900)
    } else {
      configuration.limits.warningLag = .seconds(3)
      configuration.limits.criticalLag = .seconds(3)
    }
    let run = try ledger.beginRun(command: "reconcile", settings: "")
    let result = try await Reconciler(
      store: store, ledger: ledger, configuration: configuration, clock: ClockAhead(by: ahead)
    ).run(run)
    try ledger.finishRun(run, outcome: result.outcome)
    return result
  }

  /// Runs whose verdict is not the one that their evidence gives.
  func differences() throws -> [String] {
    try ledger.runs(limit: 1_000).flatMap { Reconciler.rederive($0) ?? [] }
  }
}
