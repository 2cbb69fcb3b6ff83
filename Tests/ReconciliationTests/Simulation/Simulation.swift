import DMS
import Foundation
import Ledger
import Reconciliation
import TestSupport
import Testing
import Time
import Workload

/// A source, a DMS and a judge in memory: a history is written, delivered with or without faults, and
/// judged.
struct Simulation {
  /// A change as the WAL has it.
  struct Change: Hashable {
    var kind: OperationKind
    var sequence: Int64
    var version: Timestamp
    var digest: RowDigest
    var commit: Timestamp
    var xid: UInt64
  }

  struct Row {
    var version: Timestamp
    var digest: RowDigest
  }

  let directory = ScratchDirectory()
  let clock: ManualClock
  let bucket: SimulatedBucket
  var ledger: LedgerStore
  var settings: EndpointSettings
  var configuration: ReconcilerConfiguration
  var generator: SplitMix64
  /// The rows in the source.
  var live: [Int64: Row] = [:]
  /// What was committed, in order.
  var log: [Change] = []
  /// How much of the log DMS has delivered.
  var position = 0
  var nextXID: UInt64 = 700
  var loads = 0
  let table = TableName(schema: "public", name: "customers")

  static let columns = 10

  init(
    seed: UInt64 = 1,
    settings text: String = "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true",
    start: Timestamp = Timestamp(seconds: 1_790_000_000)
  ) throws {
    clock = ManualClock(start)
    settings = try EndpointSettings(parsing: text)
    bucket = SimulatedBucket(clock: clock)
    ledger = try LedgerStore.open(
      path: directory.file("ledger.sqlite"), pipeline: "test", clock: clock)
    configuration = ReconcilerConfiguration(bucket: "simulated", settings: settings)
    // Days pass in which the bucket alone is looked at.
    configuration.limits.idleLimit = nil
    generator = SplitMix64(seed: seed)
  }

  /// Commits one transaction of these operations: inserts of new rows, updates and deletes of random ones.
  @discardableResult
  mutating func commit(inserts: Int = 0, updates: Int = 0, deletes: Int = 0) throws -> [Change] {
    var changes: [Change] = []
    clock.advance(by: .milliseconds(Int64.random(in: 5...50, using: &generator)))
    for sequence in try ledger.reserveSequences(inserts) { changes.append(change(.insert, sequence)) }
    for _ in 0..<updates {
      if let sequence = live.keys.sorted().randomElement(using: &generator) {
        changes.append(change(.update, sequence))
      }
    }
    for _ in 0..<deletes {
      if let sequence = live.keys.sorted().randomElement(using: &generator) {
        changes.append(change(.delete, sequence))
      }
    }
    return try commit(changes)
  }

  /// Makes a change of a row, at once in the rows of the source.
  mutating func change(_ kind: OperationKind, _ sequence: Int64) -> Change {
    clock.advance(by: .microseconds(Int64.random(in: 50...900, using: &generator)))
    switch kind {
    case .insert, .update:
      let digest = RowDigest(
        of: (0..<Simulation.columns).map { _ in .integer(Int64.random(in: 0..<1 << 40, using: &generator)) })
      live[sequence] = Row(version: clock.now(), digest: digest)
      return Change(
        kind: kind, sequence: sequence, version: clock.now(), digest: digest, commit: clock.now(), xid: 0)
    case .delete:
      let row = live.removeValue(forKey: sequence)
      return Change(
        kind: .delete, sequence: sequence, version: row?.version ?? clock.now(), digest: RowDigest(bytes: []),
        commit: clock.now(), xid: 0)
    }
  }

  @discardableResult
  mutating func commit(_ changes: [Change]) throws -> [Change] {
    let (id, changes) = try intend(changes)
    let before = clock.now()
    clock.advance(by: .microseconds(300))
    try ledger.markCommitted(
      id, lsn: nil, commitTime: CommitTime(earliest: before, latest: clock.now()))
    return changes
  }

  /// Commits in the source, while the ledger knows of the intent alone.
  mutating func intend(_ changes: [Change]) throws -> (SourceTransactionID, [Change]) {
    nextXID += 1
    let id = try ledger.recordIntent(
      xid: nextXID, table: table,
      operations: changes.map {
        IntendedOperation(kind: $0.kind, sequence: $0.sequence, version: $0.version, digest: $0.digest)
      })
    let commit = clock.now() + .microseconds(100)
    let committed = changes.map { change in
      var change = change
      (change.commit, change.xid) = (commit, nextXID)
      return change
    }
    log += committed
    return (id, committed)
  }

  // MARK: DMS

  var prefix: String { "public/customers/" }

  /// Writes the full load of the rows as they are, in objects of `rowsPerObject`; changes follow from here.
  mutating func load(rowsPerObject: Int = 1_000, dropping: Set<Int64> = []) {
    let rows = live.keys.sorted()
    position = log.count
    loads = 0
    for start in stride(from: 0, to: rows.count, by: rowsPerObject) {
      clock.advance(by: .milliseconds(200))
      loads += 1
      let sequences = rows[start..<min(start + rowsPerObject, rows.count)]
      let observed = sequences.filter { !dropping.contains($0) }.compactMap { sequence in
        live[sequence].map { row in
          ObservedRow(
            place: 0, op: settings.hasOpColumn(in: .fullLoad) ? .operation(.insert) : .none,
            sequence: sequence, version: row.version, commit: clock.now(), digest: row.digest)
        }
      }
      bucket.write(loadKey(loads), .success(observation(observed)))
    }
  }

  func loadKey(_ number: Int) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return (settings.bucketFolder.map { "\($0)/" } ?? "") + prefix + "LOAD"
      + String(repeating: "0", count: 8 - digits.count) + digits + ".parquet"
  }

  /// The rows of what is committed and not delivered.
  mutating func takeRows(limit: Int = .max) -> [ObservedRow] {
    let changes = log[position..<min(log.count, limit == .max ? log.count : position + limit)]
    position += changes.count
    return changes.filter { change in
      ChangeOperation(rawValue: change.kind.rawValue).map(settings.delivers) ?? true
    }.map(row)
  }

  func row(_ change: Change) -> ObservedRow {
    let isDelete = change.kind == .delete
    return ObservedRow(
      place: 0, op: settings.hasOpColumn(in: .changes) ? .operation(change.kind) : .none,
      sequence: change.sequence, version: isDelete ? nil : cut(change.version), commit: change.commit,
      digest: isDelete ? nil : change.digest)
  }

  private func cut(_ time: Timestamp) -> Timestamp {
    guard settings.parquetTimestampInMillisecond else { return time }
    return Timestamp(microseconds: time.microseconds / 1_000 * 1_000)
  }

  func observation(_ rows: [ObservedRow], foreign: Int64 = 0) -> Observation {
    var observation = Observation(level: .values)
    observation.rowCount = Int64(rows.count) + foreign
    observation.foreignRows = foreign
    observation.schema = ["Op byteArray", "customer_id byteArray"]
    observation.versionPrecision = settings.parquetTimestampInMillisecond ? 1_000 : 1
    for (index, row) in rows.enumerated() {
      var row = row
      row.place = Int64(index)
      observation.rows.append(row)
      guard let commit = row.commit else { continue }
      observation.firstCommit = min(observation.firstCommit ?? commit, commit)
      observation.lastCommit = max(observation.lastCommit ?? commit, commit)
    }
    return observation
  }

  /// A key for an object of changes written now.
  func changesKey() -> String {
    let civil = settings.civilTime(at: clock.now())
    return TableLocation(
      table: QualifiedName(schema: table.schema, name: table.name), settings: settings
    ).key(ObjectName(.changes(civil), settings.fileFormat), partition: clock.now())
  }

  /// Ends a batch: writes what is committed and not delivered as one object, some time after.
  @discardableResult
  mutating func flush(after delay: Duration = .seconds(1), limit: Int = .max) -> String? {
    let rows = takeRows(limit: limit)
    guard !rows.isEmpty else { return nil }
    return write(rows, after: delay)
  }

  @discardableResult
  mutating func write(_ rows: [ObservedRow], after delay: Duration = .seconds(1), foreign: Int64 = 0)
    -> String
  {
    clock.advance(by: delay)
    let key = changesKey()
    bucket.write(key, .success(observation(rows, foreign: foreign)))
    return key
  }

  // MARK: The judge

  @discardableResult
  func reconcile(
    writing: SourceWriting = .notTried, witness: (any SourceWitness)? = nil, verifying: Bool = true
  ) async throws -> ReconciliationResult {
    clock.advance(by: .milliseconds(10))
    let run = try ledger.beginRun(command: "reconcile", settings: "")
    let result = try await Reconciler(
      store: bucket, ledger: ledger, configuration: configuration, clock: clock, source: bucket
    ).run(run, writing: writing, witness: witness)
    try ledger.finishRun(run, outcome: result.outcome)
    guard verifying else { return result }
    #expect(try ledger.verifyIntegrity() == [])
    #expect(try ledger.run(run).flatMap(Reconciler.rederive) == [])
    return result
  }

  func key(_ sequence: Int64) -> String {
    RowIdentity(tag: ledger.pipelineTag, sequence: sequence).description
  }
}

extension ReconciliationResult {
  var figures: TableFigures? { outcome.tables.first }

  func findings(_ kind: FindingKind) -> [Finding] { findings.filter { $0.kind == kind } }

  /// `I key`, `U key`: the rows that findings of a kind name.
  func rows(_ kind: FindingKind) -> [String] {
    findings(kind).flatMap(\.rows).map { "\($0.kind?.rawValue ?? "?") \($0.key)" }.sorted()
  }
}
