import DMS
import Foundation
import Ledger
import ObjectStorage
import Parquet
import Reconciliation
import TestSupport
import Time

/// A bucket of real files in a directory, and the ledger of what should be in it.
struct FileBucket {
  /// A change as DMS tells of it.
  struct Change {
    var kind: OperationKind
    var row: CustomerRow
    var commit: Timestamp
    /// The row before, of an update.
    var before: CustomerRow?
  }

  /// How rows are written: what a task's mapping rules make of the exercise's table.
  struct Columns {
    /// A column's name in the bucket.
    var name: @Sendable (String) -> String = { $0 }
    /// Columns that rules add behind the table's own.
    var added: [(name: String, value: @Sendable (Change) -> String?)] = []
    /// Digits behind the point of `lat`, where a rule has made it numeric.
    var scale: Int?
  }

  let directory = ScratchDirectory()
  let clock = ManualClock(SystemWallClock().now())
  let table = TableName(schema: "public", name: "customers")
  let ledger: LedgerStore
  let store: DirectoryStore
  let settings: EndpointSettings
  var mappings: TableMappings?
  var level: ObservationLevel?
  /// Whether objects have the time of the test's clock, which goes its own way.
  var keepsTime = false

  init(
    settings text: String = "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true",
    rules: [String] = [], isShared: Bool = false
  ) throws {
    settings = try EndpointSettings(parsing: text)
    ledger = try LedgerStore.open(path: directory.file("ledger"), pipeline: "test", clock: clock)
    try FileManager.default.createDirectory(
      atPath: directory.file("bucket"), withIntermediateDirectories: true)
    store = DirectoryStore(path: directory.file("bucket"), access: .write)
    try ledger.declareTable(TableDeclaration(name: table, isShared: isShared))
    guard !rules.isEmpty else { return }
    let locator = #""object-locator":{"schema-name":"%","table-name":"%"}"#
    let all = [#""rule-type":"selection","rule-action":"include",\#(locator)"#] + rules
    mappings = try TableMappings(
      json: "{\"rules\":["
        + all.enumerated().map { "{\"rule-id\":\"\($0.offset)\",\($0.element)}" }.joined(separator: ",")
        + "]}")
  }

  // MARK: The source

  func insert(_ count: Int) throws -> [Change] {
    clock.advance(by: .milliseconds(10))
    let sequences = try ledger.reserveSequences(count)
    let rows = sequences.map { sequence in
      CustomerRow(
        createdAt: clock.now() - .seconds(86_400), updatedAt: clock.now(), key: key(sequence),
        name: "name \(sequence)", latitude: Double(sequence) / 7)
    }
    return try commit(zip(sequences, rows).map { ($0, .insert, $1) })
  }

  func update(_ row: CustomerRow) throws -> Change {
    clock.advance(by: .milliseconds(10))
    var changed = row
    changed.updatedAt = clock.now()
    changed.name += " again"
    var change = try commit([(sequence(of: row), .update, changed)])[0]
    change.before = row
    return change
  }

  func delete(_ row: CustomerRow) throws -> Change {
    clock.advance(by: .milliseconds(10))
    return try commit([(sequence(of: row), .delete, row)])[0]
  }

  private func commit(_ operations: [(Int64, OperationKind, CustomerRow)]) throws -> [Change] {
    let id = try ledger.recordIntent(
      xid: 7, table: table,
      operations: operations.map { sequence, kind, row in
        IntendedOperation(
          kind: kind, sequence: sequence, version: row.updatedAt,
          digest: kind == .delete ? RowDigest(bytes: []) : row.digest)
      })
    try ledger.markCommitted(id, lsn: nil, commitTime: CommitTime(exactly: clock.now()))
    return operations.map { Change(kind: $0.1, row: $0.2, commit: clock.now()) }
  }

  func key(_ sequence: Int64) -> String {
    RowIdentity(tag: ledger.pipelineTag, sequence: sequence).description
  }

  func sequence(of row: CustomerRow) -> Int64 { RowIdentity(row.key)?.sequence ?? -1 }

  // MARK: The bucket

  func changesKey(_ number: Int) -> String {
    "public/customers/20261123-22540000\(number)" + settings.fileFormat.rawValue
  }

  func loadKey(_ number: Int) -> String {
    "public/customers/LOAD0000000\(number)" + settings.fileFormat.rawValue
  }

  /// Writes an object of these rows, in the form that the settings ask for.
  func put(_ changes: [Change], at key: String, _ columns: Columns = Columns()) async throws {
    let hasOp = settings.hasOpColumn(in: key.contains("LOAD") ? .fullLoad : .changes)
    let bytes =
      settings.dataFormat == .csv
      ? Array(changes.map { csv($0, columns, hasOp) }.joined().utf8) : try parquet(changes, columns, hasOp)
    try await store.put(key, bytes)
    guard keepsTime else { return }
    let time = Date(timeIntervalSince1970: Double(clock.now().microseconds) / 1e6)
    try FileManager.default.setAttributes(
      [.modificationDate: time], ofItemAtPath: directory.file("bucket/" + key))
  }

  private func parquet(_ changes: [Change], _ columns: Columns, _ hasOp: Bool) throws -> [UInt8] {
    let latitude =
      columns.scale.map { scale in
        ColumnDefinition.decimal(columns.name("lat"), precision: scale > 9 ? 38 : 28, scale: Int32(scale))
      } ?? ColumnDefinition(columns.name("lat"), .double)
    var definitions: [ColumnDefinition] = hasOp ? [.text("Op", isOptional: false)] : []
    definitions.append(.text(settings.timestampColumnName ?? "ts", isOptional: false))
    let base = definitions.count
    definitions += ["created_at", "updated_at"].map {
      ColumnDefinition(columns.name($0), .int64, convertedType: .timestampMicros)
    }
    definitions += ["customer_id", "name", "region", "country"].map { .text(columns.name($0)) }
    definitions += [latitude, ColumnDefinition(columns.name("lng"), .double)]
    definitions += ["email", "phone"].map { .text(columns.name($0)) }
    definitions += columns.added.map { .text($0.name) }
    var writer = try FileWriter(columns: definitions, settings: WriterSettings())
    for change in changes {
      let row = change.row
      if hasOp { writer[0].append(text: change.kind.rawValue) }
      writer[base - 1].append(text: change.commit.dmsText)
      if change.kind == .delete {
        for column in 0..<10 where column != 2 { writer[base + column].appendNull() }
        writer[base + 2].append(text: row.key)
      } else {
        writer[base].append(int64: row.createdAt.microseconds)
        writer[base + 1].append(int64: row.updatedAt.microseconds)
        writer[base + 2].append(text: row.key)
        writer[base + 3].append(text: row.name)
        writer[base + 4].appendNull()
        writer[base + 5].append(text: "Österreich")
        if let scale = columns.scale {
          writer[base + 6].append(decimalUnscaled: unscaled(row.latitude, scale))
        } else {
          writer[base + 6].append(double: row.latitude)
        }
        writer[base + 7].append(double: 0)
        writer[base + 8].append(text: "a@example.com")
        writer[base + 9].appendNull()
      }
      for (index, column) in columns.added.enumerated() {
        if let text = column.value(change) {
          writer[base + 10 + index].append(text: text)
        } else {
          writer[base + 10 + index].appendNull()
        }
      }
      try writer.endRow()
    }
    return try writer.finish()
  }

  private func csv(_ change: Change, _ columns: Columns, _ hasOp: Bool) -> String {
    let row = change.row
    let isDelete = change.kind == .delete
    let latitude =
      columns.scale.map { scale in
        let digits = String(unscaled(row.latitude, scale))
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return padded.dropLast(scale) + "." + padded.suffix(scale)
      } ?? String(format: "%+.16e", row.latitude)
    let values: [String?] = [
      row.createdAt.dmsText, row.updatedAt.dmsText, row.key, row.name, nil, "Österreich", latitude,
      "+0.0000000000000000e+00", "a@example.com", nil,
    ]
    let own = values.enumerated().map { isDelete && $0.offset != 2 ? nil : $0.element }
    let header = (hasOp ? [change.kind.rawValue] : []) + [change.commit.dmsText]
    let all = header + own + columns.added.map { $0.value(change) }
    return all.map { $0 ?? "" }.joined(separator: ",") + "\n"
  }

  /// The decimal nearest to a number of at least zero, without its point.
  private func unscaled(_ number: Double, _ scale: Int) -> Int128 {
    // The shortest text that tells the number, as PostgreSQL prints it and DMS reads it.
    let parts = "\(number)".split(separator: ".", maxSplits: 1)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let kept = fraction.prefix(scale)
    let padded = kept + String(repeating: "0", count: scale - kept.count)
    let isUp = fraction.count > scale && fraction.dropFirst(scale).first.map { $0 >= "5" } ?? false
    return (Int128(parts[0] + padded) ?? 0) + (isUp ? 1 : 0)
  }

  // MARK: The judge

  func reconcile(
    source: (any ObservationSource)? = nil, witness: (any SourceWitness)? = nil
  ) async throws -> ReconciliationResult {
    var configuration = ReconcilerConfiguration(bucket: store.name, settings: settings)
    configuration.level = level
    configuration.mappings = mappings
    let run = try ledger.beginRun(command: "reconcile", settings: "")
    let result = try await Reconciler(
      store: store, ledger: ledger, configuration: configuration, clock: clock, source: source
    ).run(run, witness: witness)
    try ledger.finishRun(run, outcome: result.outcome)
    return result
  }
}
