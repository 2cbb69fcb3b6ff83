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
  var files: FileBucket

  init() throws { files = try FileBucket() }

  @Test(arguments: [ObservationLevel.keys, .values], [false, true])
  mutating func aWholeHistoryIsFoundInFiles(level: ObservationLevel, milliseconds: Bool) async throws {
    files.level = level
    var load = try CustomerFile(milliseconds: milliseconds)
    let loaded = try files.insert(30)
    for change in loaded { try load.append("I", commit: change.commit, change.row) }
    try await files.store.put("public/customers/LOAD00000001.parquet", load.finish())
    files.clock.advance(by: .seconds(5))
    var options = WriterSettings()
    options.rowGroupLength = 3
    options.compression = .gzip
    var changes = try CustomerFile(milliseconds: milliseconds, settings: options)
    for change in try files.insert(10) { try changes.append("I", commit: change.commit, change.row) }
    let deleted = try files.delete(loaded[3].row)
    try changes.append(deleted: deleted.row.key, commit: deleted.commit)
    try await files.store.put(files.changesKey(1), changes.finish())
    let result = try await files.reconcile()
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.findings.isEmpty, "\(result.findings)")
    #expect(result.outcome.tables.first?.covered == 30)
    #expect(result.outcome.tables.first?.delivered == 41)
    #expect(result.outcome.cost.objectsRead == 2)
  }

  @Test func valuesAreNamedByColumnAndDamageByObject() async throws {
    var whole = try CustomerFile()
    for change in try files.insert(2) {
      var row = change.row
      row.name = String(row.name.dropLast())
      row.latitude += 1e-9
      try whole.append("I", commit: change.commit, row)
    }
    try await files.store.put(files.changesKey(1), whole.finish())
    var damaged = try CustomerFile()
    for change in try files.insert(2) { try damaged.append("I", commit: change.commit, change.row) }
    try await files.store.put(files.changesKey(2), Array(damaged.finish().dropLast(40)))
    try await files.store.put(files.changesKey(3), [])
    let result = try await files.reconcile()
    #expect(result.findings(.alteredRows).first?.rows.first?.columns == ["name", "lat"])
    #expect(
      result.findings(.unreadableObject).compactMap(\.object).sorted() == [
        files.changesKey(2), files.changesKey(3),
      ])
    let again = try await files.reconcile()
    #expect(again.newFindings.isEmpty)
    #expect(again.outcome.cost.objectsRead == 0)
  }

  /// Rows that lost their version, or everything but their key, are altered, at every level that looks at rows.
  @Test(arguments: [ObservationLevel.keys, .values])
  mutating func valuesThatAreGoneAreAltered(level: ObservationLevel) async throws {
    files.level = level
    var file = try CustomerFile()
    let rows = try files.insert(3)
    try file.append("I", commit: rows[0].commit, rows[0].row)
    try file.append("I", commit: rows[1].commit, rows[1].row, hasVersion: false)
    try file.append(deleted: rows[2].row.key, op: "I", commit: rows[2].commit)
    try await files.store.put(files.changesKey(1), file.finish())
    let result = try await files.reconcile()
    let finding = try #require(result.findings(.alteredRows).first)
    #expect(finding.rows.map(\.key) == [rows[1].row.key, rows[2].row.key])
    #expect(finding.rows.allSatisfy { $0.columns == ["updated_at"] })
    #expect(result.verdict.status == .critical && result.figures?.delivered == 3)
  }

  /// Of a large object of a shared table, only the columns that say whose a row is are read.
  @Test func aLargeObjectIsReadInParts() async throws {
    let files = try FileBucket(isShared: true)
    var options = WriterSettings()
    options.encoding = .plain
    var file = try CustomerFile(settings: options)
    let ours = try files.insert(2)
    for number in 0..<20_000 {
      let change = ours[number == 77 ? 1 : 0]
      var row = change.row
      if number != 0, number != 77 {
        row.key = "00000000-0000-4000-8000-\(String(number, radix: 16).leftPadded(to: 12))"
        row.name = "somebody else with a rather long name \(number * 7919)"
      }
      try file.append("I", commit: change.commit, row)
    }
    let bytes = try file.finish()
    try await files.store.put(files.changesKey(1), bytes)
    let source = BucketObservationSource(store: files.store)
    let result = try await files.reconcile(source: source)
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.outcome.tables.first?.foreignRows == 19_998)
    #expect(result.outcome.cost.bytesRead < Int64(bytes.count * 2 / 3))
    let listed = try await files.store.listPage(ListQuery(prefix: "public/"), cursor: nil).objects[0]
    let counts = try await source.observe(
      ObjectReference(key: listed.key, etag: listed.etag.rawValue, size: listed.size, isLoad: false),
      ObservationRequest(
        level: .ops, tag: files.ledger.pipelineTag, keyColumn: "customer_id", versionColumn: "updated_at",
        timestampColumn: nil, digestColumns: []))
    #expect(counts.counts.inserts == 20_000)
    // All is I, which the statistics prove: the tail alone was read.
    #expect(counts.requests == 1 && counts.bytesRead == Int64(FooterDecoder.suggestedTailByteCount))
  }

  @Test func aBucketThatIsNotThereIsUnknown() async throws {
    _ = try files.insert(1)
    try FileManager.default.removeItem(atPath: files.directory.file("bucket"))
    let result = try await files.reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(result.error != nil)
  }
}

extension String {
  fileprivate func leftPadded(to length: Int) -> String {
    String(repeating: "0", count: max(0, length - count)) + self
  }
}
