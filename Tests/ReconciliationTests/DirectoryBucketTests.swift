import DMS
import Foundation
import Ledger
import ObjectStorage
import Parquet
import Reconciliation
import TestSupport
import Testing
import Time

/// Real Parquet files in a real directory, read with the real source.
@Suite struct DirectoryBucketTests {
  let directory = ScratchDirectory()
  let clock = ManualClock(SystemWallClock().now())
  let table = TableName(schema: "public", name: "customers")
  let settings: EndpointSettings
  let ledger: LedgerStore
  let store: DirectoryStore

  init() throws {
    settings = try EndpointSettings(
      parsing: "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true")
    ledger = try LedgerStore.open(path: directory.file("ledger"), pipeline: "test", clock: clock)
    try FileManager.default.createDirectory(
      atPath: directory.file("bucket"), withIntermediateDirectories: true)
    store = DirectoryStore(path: directory.file("bucket"), access: .write)
  }

  private func insert(_ count: Int) throws -> [(row: CustomerRow, commit: Timestamp)] {
    let sequences = try ledger.reserveSequences(count)
    let rows = sequences.map { sequence in
      CustomerRow(
        createdAt: clock.now() - .seconds(86_400), updatedAt: clock.now(),
        key: RowIdentity(tag: ledger.pipelineTag, sequence: sequence).description,
        name: "name \(sequence)", latitude: Double(sequence) / 7)
    }
    let id = try ledger.recordIntent(
      xid: 7, table: table,
      operations: zip(sequences, rows).map { sequence, row in
        IntendedOperation(kind: .insert, sequence: sequence, version: row.updatedAt, digest: row.digest)
      })
    try ledger.markCommitted(id, lsn: nil, commitTime: CommitTime(exactly: clock.now()))
    return rows.map { ($0, clock.now()) }
  }

  private func delete(_ sequence: Int64) throws -> Timestamp {
    let id = try ledger.recordIntent(
      xid: 8, table: table,
      operations: [
        IntendedOperation(
          kind: .delete, sequence: sequence, version: clock.now(), digest: RowDigest(bytes: []))
      ])
    try ledger.markCommitted(id, lsn: nil, commitTime: CommitTime(exactly: clock.now()))
    return clock.now()
  }

  private func reconcile(
    level: ObservationLevel? = nil, source: (any ObservationSource)? = nil
  ) async throws -> ReconciliationResult {
    var configuration = ReconcilerConfiguration(bucket: store.name, settings: settings)
    configuration.level = level
    let run = try ledger.beginRun(command: "reconcile", settings: "")
    return try await Reconciler(
      store: store, ledger: ledger, configuration: configuration, clock: clock, source: source
    ).run(run)
  }

  private func changesKey(_ number: Int) -> String {
    "public/customers/20261123-22540000\(number).parquet"
  }

  @Test(arguments: [ObservationLevel.keys, .values], [false, true])
  func aWholeHistoryIsFoundInFiles(level: ObservationLevel, milliseconds: Bool) async throws {
    var load = try CustomerFile(milliseconds: milliseconds)
    for (row, commit) in try insert(30) { try load.append("I", commit: commit, row) }
    try await store.put("public/customers/LOAD00000001.parquet", load.finish())
    clock.advance(by: .seconds(5))
    var options = WriterSettings()
    options.rowGroupLength = 3
    options.compression = .gzip
    var changes = try CustomerFile(milliseconds: milliseconds, settings: options)
    for (row, commit) in try insert(10) { try changes.append("I", commit: commit, row) }
    let deleted = try delete(3)
    try changes.append(
      deleted: RowIdentity(tag: ledger.pipelineTag, sequence: 3).description, commit: deleted)
    try await store.put(changesKey(1), changes.finish())
    let result = try await reconcile(level: level)
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.findings.isEmpty, "\(result.findings)")
    #expect(result.outcome.tables.first?.covered == 30)
    #expect(result.outcome.tables.first?.delivered == 41)
    #expect(result.outcome.cost.objectsRead == 2)
  }

  @Test func valuesAreNamedByColumnAndDamageByObject() async throws {
    var whole = try CustomerFile()
    for (row, commit) in try insert(2) {
      var row = row
      row.name = String(row.name.dropLast())
      row.latitude += 1e-9
      try whole.append("I", commit: commit, row)
    }
    try await store.put(changesKey(1), whole.finish())
    var damaged = try CustomerFile()
    for (row, commit) in try insert(2) { try damaged.append("I", commit: commit, row) }
    try await store.put(changesKey(2), Array(damaged.finish().dropLast(40)))
    try await store.put(changesKey(3), [])
    let result = try await reconcile()
    #expect(result.findings(.alteredRows).first?.rows.first?.columns == ["name", "lat"])
    #expect(
      result.findings(.unreadableObject).compactMap(\.object).sorted() == [changesKey(2), changesKey(3)])
    let again = try await reconcile()
    #expect(again.newFindings.isEmpty)
    #expect(again.outcome.cost.objectsRead == 0)
  }

  /// Rows that lost their version, or everything but their key, are altered, at every level that looks at rows.
  @Test(arguments: [ObservationLevel.keys, .values])
  func valuesThatAreGoneAreAltered(level: ObservationLevel) async throws {
    var file = try CustomerFile()
    let rows = try insert(3)
    try file.append("I", commit: rows[0].commit, rows[0].row)
    try file.append("I", commit: rows[1].commit, rows[1].row, hasVersion: false)
    try file.append(deleted: rows[2].row.key, op: "I", commit: rows[2].commit)
    try await store.put(changesKey(1), file.finish())
    let result = try await reconcile(level: level)
    let finding = try #require(result.findings(.alteredRows).first)
    #expect(finding.rows.map(\.key) == [rows[1].row.key, rows[2].row.key])
    #expect(finding.rows.allSatisfy { $0.columns == ["updated_at"] })
    #expect(result.verdict.status == .critical && result.figures?.delivered == 3)
  }

  /// Of a large object of a shared table, only the columns that say whose a row is are read.
  @Test func aLargeObjectIsReadInParts() async throws {
    try ledger.declareTable(TableDeclaration(name: table, isShared: true))
    var options = WriterSettings()
    options.encoding = .plain
    var file = try CustomerFile(settings: options)
    let ours = try insert(2)
    for number in 0..<20_000 {
      var (row, commit) = ours[number == 77 ? 1 : 0]
      if number != 0, number != 77 {
        row.key = "00000000-0000-4000-8000-\(String(number, radix: 16).leftPadded(to: 12))"
        row.name = "somebody else with a rather long name \(number * 7919)"
      }
      try file.append("I", commit: commit, row)
    }
    let bytes = try file.finish()
    try await store.put(changesKey(1), bytes)
    let source = BucketObservationSource(store: store)
    let result = try await reconcile(source: source)
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.outcome.tables.first?.foreignRows == 19_998)
    #expect(result.outcome.cost.bytesRead < Int64(bytes.count * 2 / 3))
    let listed = try await store.listPage(ListQuery(prefix: "public/"), cursor: nil).objects[0]
    let counts = try await source.observe(
      ObjectReference(key: listed.key, etag: listed.etag.rawValue, size: listed.size, isLoad: false),
      ObservationRequest(
        level: .ops, tag: ledger.pipelineTag, keyColumn: "customer_id", versionColumn: "updated_at",
        timestampColumn: nil, digestColumns: []))
    #expect(counts.counts.inserts == 20_000)
    // All is I, which the statistics prove: the tail alone was read.
    #expect(counts.requests == 1 && counts.bytesRead == Int64(FooterDecoder.suggestedTailByteCount))
  }

  @Test func aBucketThatIsNotThereIsUnknown() async throws {
    _ = try insert(1)
    try FileManager.default.removeItem(atPath: directory.file("bucket"))
    let result = try await reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(result.error != nil)
  }
}

extension String {
  fileprivate func leftPadded(to length: Int) -> String {
    String(repeating: "0", count: max(0, length - count)) + self
  }
}
