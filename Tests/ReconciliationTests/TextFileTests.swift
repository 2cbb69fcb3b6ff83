import DMS
import Foundation
import Ledger
import ObjectStorage
import Parquet
import Reconciliation
import TestSupport
import Testing
import Time

/// Objects that are text, or have it where DMS's Parquet has types: csv in every form of its settings, files of
/// all tables, and Parquet files that an engine has written again.
@Suite struct TextFileTests {
  let directory = ScratchDirectory()
  let clock = ManualClock(SystemWallClock().now())
  let table = TableName(schema: "public", name: "customers")
  let ledger: LedgerStore
  let store: DirectoryStore

  init() throws {
    ledger = try LedgerStore.open(path: directory.file("ledger"), pipeline: "test", clock: clock)
    try FileManager.default.createDirectory(
      atPath: directory.file("bucket"), withIntermediateDirectories: true)
    store = DirectoryStore(path: directory.file("bucket"), access: .write)
  }

  private struct Row {
    var sequence: Int64
    var created: Timestamp
    var updated: Timestamp
    var name: String
    var latitude: Double
    var commit: Timestamp
  }

  private func key(_ sequence: Int64) -> String {
    RowIdentity(tag: ledger.pipelineTag, sequence: sequence).description
  }

  private func insert(_ names: [String]) throws -> [Row] {
    let sequences = try ledger.reserveSequences(names.count)
    let rows = zip(sequences, names).map { sequence, name in
      Row(
        sequence: sequence, created: clock.now(), updated: clock.now(), name: name,
        latitude: Double(sequence) + 1.0 / 3, commit: clock.now())
    }
    let id = try ledger.recordIntent(
      xid: 7, table: table,
      operations: rows.map { row in
        let digest = RowDigest(of: [
          .timestamp(row.created), .timestamp(row.updated), .text(key(row.sequence)), .text(row.name), .null,
          .text("Österreich"), .double(row.latitude), .double(2), .text("a@example.com"), .text("1"),
        ])
        return IntendedOperation(kind: .insert, sequence: row.sequence, version: row.updated, digest: digest)
      })
    try ledger.markCommitted(id, lsn: nil, commitTime: CommitTime(exactly: clock.now()))
    clock.advance(by: .milliseconds(10))
    return rows
  }

  private func delete(_ row: Row) throws -> Timestamp {
    let id = try ledger.recordIntent(
      xid: 8, table: table,
      operations: [
        IntendedOperation(
          kind: .delete, sequence: row.sequence, version: row.updated, digest: RowDigest(bytes: []))
      ])
    try ledger.markCommitted(id, lsn: nil, commitTime: CommitTime(exactly: clock.now()))
    return clock.now()
  }

  private func values(_ row: Row) -> [String] {
    [
      row.created.dmsText, row.updated.dmsText, key(row.sequence), row.name, "", "Österreich",
      String(format: "%+.16e", row.latitude), "+2.0000000000000000e+00", "a@example.com", "1",
    ]
  }

  private func reconcile(_ settings: String) async throws -> ReconciliationResult {
    let configuration = ReconcilerConfiguration(
      bucket: store.name, settings: try EndpointSettings(parsing: settings))
    let run = try ledger.beginRun(command: "reconcile", settings: "")
    return try await Reconciler(store: store, ledger: ledger, configuration: configuration, clock: clock)
      .run(run)
  }

  private static let columns =
    "created_at updated_at customer_id name region country lat lng email phone".split(separator: " ").map(
      String.init)

  private static let names = ["plain", "with, and | and ; and \"quotes\"", "two\nlines", "Zoë 東京", "NULLS"]

  /// Quoted as RFC 4180 has it, where that is asked for.
  private func line(_ values: [String], delimiter: String, end: String) -> String {
    values.map { value in
      guard value.contains(delimiter) || value.contains("\"") || value.contains("\n") else { return value }
      return "\"" + value.replacing("\"", with: "\"\"") + "\""
    }.joined(separator: delimiter) + end
  }

  @Test(arguments: [
    ("timestampColumnName=ts;includeOpForFullLoad=true", ",", "\n", false),
    ("CompressionType=gzip;timestampColumnName=ts;includeOpForFullLoad=true;CsvDelimiter=|", "|", "\n", true),
    (
      "DataFormat=csv;timestampColumnName=ts;includeOpForFullLoad=true;AddColumnName=true;CsvDelimiter=\\t",
      "\t",
      "\r\n", false
    ),
    ("timestampColumnName=ts;includeOpForFullLoad=true;CsvRowDelimiter=\\r\\n", ",", "\r\n", false),
  ])
  func csvIsReadInEveryForm(settings: String, _: String, end: String, isGzipped: Bool) async throws {
    let parsed = try EndpointSettings(parsing: settings)
    let delimiter = parsed.csv.delimiter
    let header =
      parsed.csv.addColumnName ? line(["Op", "ts"] + Self.columns, delimiter: delimiter, end: end) : ""
    func put(_ name: String, _ text: String) async throws {
      let bytes = Array(text.utf8)
      try await store.put(
        "public/customers/" + name + parsed.fileFormat.rawValue, isGzipped ? try Gzip.compress(bytes) : bytes)
    }
    let loaded = try insert(Self.names)
    try await put(
      "LOAD00000001",
      header
        + loaded.map { line(["I", clock.now().dmsText] + values($0), delimiter: delimiter, end: end) }
        .joined())
    clock.advance(by: .seconds(5))
    let changed = try insert(Self.names)
    let deleted = try delete(loaded[0])
    try await put(
      "20261125-120000000",
      header
        + changed.map { line(["I", $0.commit.dmsText] + values($0), delimiter: delimiter, end: end) }.joined()
        + line(
          ["D", deleted.dmsText, "", "", key(loaded[0].sequence), "", "", "", "", "", "", ""],
          delimiter: delimiter, end: end))
    let result = try await reconcile(settings)
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.findings.isEmpty, "\(result.findings.map(\.summary))")
    #expect(result.outcome.tables.first?.delivered == 11)

    // What goes wrong is found as it is in Parquet.
    let last = try insert(Self.names)
    var altered = last[1]
    altered.name += "x"
    try await put(
      "20261125-120100000",
      header
        + [last[0], altered, last[3], last[4]].map {
          line(["I", $0.commit.dmsText] + values($0), delimiter: delimiter, end: end)
        }.joined())
    try await put(
      "20261125-120200000",
      header
        + (try insert(["after"])).map {
          line(["I", $0.commit.dmsText] + values($0), delimiter: delimiter, end: end)
        }.joined())
    let wrong = try await reconcile(settings)
    #expect(wrong.rows(.lostRows) == ["I \(key(last[2].sequence))"])
    #expect(wrong.findings(.alteredRows).first?.rows.map(\.columns) == [["name"]])
  }

  /// The form of real (8 digits) says less than a double: nothing is called altered for it.
  @Test func roundedNumbersOfCsvAreNotCalledAltered() async throws {
    let settings = "timestampColumnName=ts;includeOpForFullLoad=true"
    let rows = try insert(["one", "two"])
    let text = rows.map { row in
      var values = values(row)
      values[6] = String(format: "%+.8e", row.latitude)
      return line(["I", row.commit.dmsText] + values, delimiter: ",", end: "\n")
    }
    try await store.put("public/customers/20261125-120000000.csv", Array(text.joined().utf8))
    let result = try await reconcile(settings)
    #expect(result.findings.isEmpty && result.verdict.status == .ok, "\(result.verdict)")
    // And it is said.
    #expect(
      result.outcome.notes.contains {
        $0.hasPrefix("2 values of public.customers in lat could not be compared")
      })
  }

  @Test func damagedTextIsUnreadableAndNoCrash() async throws {
    let settings = "timestampColumnName=ts;includeOpForFullLoad=true;CompressionType=gzip"
    let rows = try insert(["one", "two"])
    let text = Array(
      rows.map { line(["I", $0.commit.dmsText] + values($0), delimiter: ",", end: "\n") }.joined().utf8)
    let gzip = try Gzip.compress(text)
    let damaged: [[UInt8]] = [
      Array(gzip.dropLast(9)), text, Array(repeating: 0xFF, count: 100),
      try Gzip.compress(Array(text.dropLast(60))), try Gzip.compress(Array("I,\"open".utf8)), [0x1F],
    ]
    for (number, bytes) in damaged.enumerated() {
      try await store.put("public/customers/20261125-12000000\(number).csv.gz", bytes)
    }
    let result = try await reconcile(settings)
    #expect(result.findings(.unreadableObject).count == damaged.count)
  }

  /// PreserveTransactions: the changes of all tables in one place, in commit order.
  @Test func filesOfAllTablesAreRead() async throws {
    let settings =
      "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true;PreserveTransactions=true;CdcPath=cdc"
    let other = TableName(schema: "public", name: "orders")
    try ledger.declareTable(TableDeclaration(name: table))
    try ledger.declareTable(TableDeclaration(name: other))
    let rows = try ["one", "two", "three"].flatMap { try insert([$0]) }
    let lines = rows.map { row in
      line(["I", "customers", "public", row.commit.dmsText] + values(row), delimiter: ",", end: "\n")
        + line(["U", "others", "public", row.commit.dmsText, "1"], delimiter: ",", end: "\n")
    }
    try await store.put("cdc/CDC_TXN-20261125120000000.csv", Array(lines[0].utf8))
    try await store.put(
      "cdc/CDC_TXN-20261125120100000.csv", Array("U,others,public,2026-11-25 12:00:00,1\n".utf8))
    try await store.put("cdc/CDC_TXN-20261125120200000.csv", Array(lines[2].utf8))
    let result = try await reconcile(settings)
    #expect(result.rows(.lostRows) == ["I \(key(rows[1].sequence))"], "\(result.verdict)")
    #expect(result.findings.map(\.kind) == [.lostRows], "\(result.findings.map(\.summary))")
    let again = try await reconcile(settings)
    #expect(again.newFindings.isEmpty && again.outcome.cost.objectsRead == 0)
  }

  /// As an engine writes a DMS bucket again: other order, other case, times as text or strings without a mark.
  @Test func parquetOfAnEngineIsUnderstood() async throws {
    let rows = try insert(["one", "two"])
    var writer = try FileWriter(
      columns: [
        .text("PHONE"), .text("EMAIL"), ColumnDefinition("LNG", .double), ColumnDefinition("LAT", .double),
        .text("COUNTRY"), .text("REGION"), ColumnDefinition("NAME", .byteArray), .text("CUSTOMER_ID"),
        .text("UPDATED_AT"), .text("CREATED_AT"), .text("TS"), .text("op"),
      ], settings: WriterSettings())
    for row in rows {
      writer[0].append(text: "1")
      writer[1].append(text: "a@example.com")
      writer[2].append(double: 2)
      writer[3].append(double: row.latitude)
      writer[4].append(text: "Österreich")
      writer[5].appendNull()
      writer[6].append(text: row.name)
      writer[7].append(text: key(row.sequence).uppercased())
      writer[8].append(text: row.updated.dmsText)
      writer[9].append(text: "\(row.created)")
      writer[10].append(text: row.commit.dmsText)
      writer[11].append(text: "I")
      try writer.endRow()
    }
    try await store.put("public/customers/20261125-1200000000.parquet", writer.finish())
    let result = try await reconcile("DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true")
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.findings.isEmpty, "\(result.findings.map(\.summary))")
    #expect(result.outcome.tables.first?.delivered == 2)
  }
}
