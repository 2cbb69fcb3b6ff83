import ArgumentParser
import DMS
import Foundation
import Ledger
import ObjectStorage
import Postgres
import Replicator
import Reporting
import Synchronization
import Time

/// The stand-in for DMS.
struct Replicate: PipelineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replicate to the bucket as DMS would: full load, then changes.",
    discussion: """
      For machines without AWS, and for tests of the judge. Needs a PostgreSQL with wal_level=logical. Goes on \
      until interrupted; what was read by then is written, and the next start resumes there. The slot that makes \
      this possible keeps the server's log: take it away with --clean-up when you are done.

      EXAMPLES
        lakecanary replicate --config customers.yaml
        lakecanary replicate --config customers.yaml --until-idle 10s
        lakecanary replicate --config customers.yaml --fault lose-row:2 --truth-file truth.jsonl
        lakecanary replicate --config customers.yaml --reload shop.customers
        lakecanary replicate --config customers.yaml --clean-up

      FAULTS (--fault KIND[:N][@TIME])
      \(Fault.Kind.allCases.map { "  \($0.rawValue)  \($0.summary)" }.joined(separator: "\n"))
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup var result: ResultOptions

  @Option(
    name: .long, help: .init("Do this wrong, on purpose; may be repeated.", valueName: "kind[:n][@time]"))
  var fault: [String] = []

  @Option(name: .long, help: .init("Where each fault is told, a line of JSON each.", valueName: "file"))
  var truthFile: String?

  @Option(
    name: .long, help: .init("Stop after no change for so long.", valueName: "time"),
    transform: Replicate.duration)
  var untilIdle: Duration?

  @Option(name: .long, help: .init("Stop after so long.", valueName: "time"), transform: Replicate.duration)
  var duration: Duration?

  @Option(
    name: .long,
    help: .init(
      "Read a slot that is there already, as DMS's SlotName; needs migration_type cdc.", valueName: "name"))
  var slot: String?

  @Option(
    name: .long,
    help: .init("Publications to read that slot through, apart by commas, older than it.", valueName: "names")
  )
  var publications: String?

  @Option(
    name: .long,
    help: .init(
      "Begin at this position of the log, as DMS's CdcStartPosition: 16/B374D848, or a checkpoint.",
      valueName: "lsn"),
    transform: Replicate.position)
  var fromLSN: LSN?

  @Option(
    name: .long,
    help: .init("Load this table again while changes go on; may be repeated.", valueName: "schema.table"),
    transform: Replicate.table)
  var reload: [QualifiedName] = []

  @Option(
    name: .long,
    help: .init(
      "Keep a file up to date with each table's figures, as describe-table-statistics prints them.",
      valueName: "file"))
  var statistics: String?

  @Flag(name: .long, help: "Begin with a new full load, even where an earlier start could be resumed.")
  var afresh = false

  @Flag(name: .long, help: "Take the slot, the publications and the DDL artifacts away instead.")
  var cleanUp = false

  private static func duration(_ text: String) throws -> Duration {
    guard let duration = DurationText.duration(text), duration > .zero else {
      throw ValidationError("'\(text)' is no length of time; write 90s, 5m, 1h30m or 2d")
    }
    return duration
  }

  /// An LSN, or DMS's checkpoint with one in it: `checkpoint:V1#1#000004AF/B00000D0#0#0#*#0#0`.
  private static func position(_ text: String) throws -> LSN {
    let candidates = text.hasPrefix("checkpoint:") ? text.split(separator: "#").map(String.init) : [text]
    guard let position = candidates.lazy.compactMap({ LSN($0) }).first, position != .zero else {
      throw ValidationError("'\(text)' is no position in the log; write one as 16/B374D848")
    }
    return position
  }

  private static func table(_ text: String) throws -> QualifiedName {
    guard let name = TableText.table(text) else {
      throw ValidationError("'\(text)' is no table; write schema.table, a part with a space in double quotes")
    }
    return QualifiedName(schema: name.schema, name: name.name)
  }

  func validate() throws {
    if truthFile != nil, fault.isEmpty { throw ValidationError("--truth-file is of use with --fault alone") }
  }

  mutating func run() async throws {
    var flags = pipeline.flags
    flags.merge(
      .flags([
        (.replicatorPublications, "--publications", publications),
        (.replicatorStatistics, "--statistics", statistics),
      ])
    ) { $1 }
    let session = try Session.begin(common, flags: flags)
    let (pipeline, console) = (session.pipeline, session.console)
    let faults = try fault.map { try Fault($0) }
    let replicator = try await pipeline.replicator(
      try pipeline.openStore(.write),
      faults: faults.isEmpty ? nil : FaultPlan(faults, truthFile: truthFile), startsAfresh: afresh
    ) { task in
      task.startPosition = fromLSN
      if let slot { task.sourceSettings.slotName = slot }
    }
    for table in reload { replicator.requestReload(of: table) }
    if cleanUp {
      try await replicator.cleanUp()
      return try console.write(
        "slot, publications and DDL artifacts of task \(session.configuration.taskName) are gone\n")
    }
    let watch = ReplicationWatch(
      startedAt: pipeline.clock.now(), duration: duration, untilIdle: untilIdle)
    let manager = ServiceManager(ProcessInfo.processInfo.environment)
    try await pipeline.run(replicator) { statistics in
      console.progress.show(ReplicationReport.line(statistics))
      manager?.working(ReplicationReport.line(statistics), isReady: statistics.phase != .starting)
      return watch.goesOn(statistics, now: pipeline.clock.now())
    }
    manager?.stopping()
    let report = ReplicationReport(pipeline: session.configuration.name, replicator.statistics)
    try console.write(result.json ? try JSONText.text(of: report) : report.text)
  }
}

/// Decides when a replication has gone on for long enough.
final class ReplicationWatch: Sendable {
  private struct Activity: Hashable {
    var changes: Int
    var objects: Int
  }

  private let startedAt: Timestamp
  private let duration: Duration?
  private let untilIdle: Duration?
  private let last: Mutex<(activity: Activity, at: Timestamp)>

  init(startedAt: Timestamp, duration: Duration?, untilIdle: Duration?) {
    self.startedAt = startedAt
    self.duration = duration
    self.untilIdle = untilIdle
    last = Mutex((Activity(changes: -1, objects: 0), startedAt))
  }

  /// Whether the replication is to go on, as its statistics stand at `now`.
  func goesOn(_ statistics: ReplicationStatistics, now: Timestamp) -> Bool {
    if let duration, now - startedAt >= duration { return false }
    let changes = statistics.tables.reduce(0) { $0 + $1.inserts + $1.updates + $1.deletes + $1.fullLoadRows }
    let activity = Activity(changes: changes, objects: statistics.objectsWritten)
    let idle = last.withLock { last in
      // A full load that is still under way is not idle, however long a table takes.
      if last.activity != activity || statistics.phase == .starting || statistics.phase == .fullLoad {
        last = (activity, now)
      }
      return now - last.at
    }
    return untilIdle.map { idle < $0 } ?? true
  }
}

/// What `replicate` prints at its end.
struct ReplicationReport: Encodable {
  let format = "lakecanary.replication"
  let version = 1
  let pipeline: String
  let objectsWritten: Int
  let tables: [Table]

  struct Table: Encodable {
    let table: String
    let fullLoadRows, inserts, updates, deletes, objects, bytes: Int
    let state: String
  }

  init(pipeline: String, _ statistics: ReplicationStatistics) {
    self.pipeline = pipeline
    objectsWritten = statistics.objectsWritten
    tables = statistics.tables.map { table in
      Table(
        table: "\(table.schemaName).\(table.tableName)", fullLoadRows: table.fullLoadRows,
        inserts: table.inserts, updates: table.updates, deletes: table.deletes, objects: table.objects,
        bytes: table.bytes, state: table.tableState.rawValue)
    }
  }

  var text: String {
    tables.map { table in
      "\(SafeText.shown(table.table)): \(FigureText.counted(Int64(table.fullLoadRows), "row")) loaded, "
        + "\(FigureText.count(Int64(table.inserts))) I, \(FigureText.count(Int64(table.updates))) U, "
        + "\(FigureText.count(Int64(table.deletes))) D in \(FigureText.counted(Int64(table.objects), "object")), "
        + "\(FigureText.bytes(Int64(table.bytes))); \(table.state)\n"
    }.joined()
  }

  /// How far it is, for the progress line.
  static func line(_ statistics: ReplicationStatistics) -> String {
    let loaded = statistics.tables.reduce(0) { $0 + $1.fullLoadRows }
    let changes = statistics.tables.reduce(0) { $0 + $1.inserts + $1.updates + $1.deletes }
    let phase =
      switch statistics.phase {
      case .starting: "starting"
      case .fullLoad: "full load"
      case .changes: "changes"
      case .stopped: "stopped"
      }
    return "\(phase): \(FigureText.counted(Int64(loaded), "row")) loaded, "
      + "\(FigureText.counted(Int64(changes), "change")), "
      + "\(FigureText.counted(Int64(statistics.objectsWritten), "object")) written"
  }
}
