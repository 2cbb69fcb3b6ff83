import DMS
import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import TestSupport
import Testing
import Time

@testable import Engines

/// The statements that are printed and sent, read by a parser that is not ours: sqlglot, in the engine's dialect.
@Suite struct StatementTests {
  /// What sqlglot finds in a statement.
  private struct Found: Decodable, Equatable {
    var kind: String
    var output: String?
    var location: String?
    var tables: [[String]]?
    var defined: [String]?
    var columns: [String]?
    var literals: [String]?
  }

  private func read(_ text: String, _ dialect: String) async throws -> [Found] {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let file = scratch.path + "/statements.json"
    try JSONEncoder().encode(["dialect": dialect, "text": text]).write(to: URL(filePath: file))
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Peers/parse_statements.py")
    let run = try await CommandRun.command(try PythonPeers.interpreter, [script.path, file])
    try #require(run.exitCode == 0, "\(run.errorOutput)\n\(text)")
    return try JSONDecoder().decode([Found].self, from: Data(run.output.utf8))
  }

  /// A part of a name that means something else to SQL, to a splitter of statements, or to a path.
  static let parts = [
    "it's", "it'\u{301}s", "\"\u{301}`\u{301}", "say \"so\"", "a`b", "/*c*/d", "x;--y", "back\\slash",
    "\\u0041", "日本 ü\u{1F600}", "sp  ace",
    "%25+",
    "$path", "*",
  ]

  /// Whether Spark's splitter of statements takes a part of it for what it means elsewhere.
  static func isCut(_ part: String) -> Bool {
    ["'", "\"", ";", "/*"].contains { part.utf8.firstRange(of: $0.utf8) != nil }
  }

  /// A table whose names hold `part`, in a bucket with one object of it.
  private func table(
    _ part: String, in scratch: Scratch, column: String
  ) async throws -> (table: ObservedTable, store: any ObjectStore) {
    let settings = try EndpointSettings(parsing: "DataFormat=parquet;timestampColumnName=t")
    let name = TableName(schema: "s \(part)", name: "t \(part)")
    let table = ObservedTable.of(settings, name: name, key: "key", digest: [column, "updated_at"])
    try await Peer.write(
      "object", scratch.path + "/" + table.prefix.dropLast(),
      [
        "unit": "ms", "name": "20261101-000000000.parquet",
        "renamed": ["customer_id": "key", "name": column],
      ])
    return (table, try ObjectStores.open(try BucketLocation(scratch.path)))
  }

  @Test(arguments: parts) func athenaIsAskedForNamesAsTheyAre(part: String) async throws {
    let scratch = try Scratch()
    let column = "c \(part)"
    let (table, store) = try await table(part, in: scratch, column: column)
    let output = "s3://out/\(part)/"
    let bucket = "s3://lake/"
    let made = try await AthenaStatements.make(
      table, store: store, bucket: bucket, output: output, database: "d \(part)",
      span: KeySpan(first: table.prefix + "1 \(part)", last: table.prefix + "2 \(part)"), name: "n \(part)")
    let statements = try #require(made)
    let found = try await read(
      [statements.create, statements.unload, statements.drop].joined(separator: ";\n"), "athena")
    #expect(found.map(\.kind) == ["CREATE", "UNLOAD", "DROP"])
    try #require(found.count == 3)
    // Athena's names are of lower case.
    let name = [["d \(part)".lowercased(), "n \(part)".lowercased()]]
    #expect(found.map(\.tables) == [name, name, name])
    #expect(found[0].location == bucket + table.prefix)
    #expect(Set(found[0].defined ?? []) == ["op", "t", "key", "updated_at", column.lowercased()])
    #expect(found[1].output == output)
    #expect(found[1].columns?.contains(column.lowercased()) ?? false, "\(found[1])")
    let literals = found[1].literals ?? []
    #expect(literals.contains(table.name.description), "\(literals)")
    for key in ["1 \(part)", "2 \(part)"] {
      #expect(literals.contains(bucket + table.prefix + key), "\(literals)")
    }
  }

  @Test(arguments: parts) func sparkIsAskedForNamesAsTheyAre(part: String) async throws {
    let scratch = try Scratch()
    let column = Self.isCut(part) ? "c" : "c \(part)"
    let (table, store) = try await table(part, in: scratch, column: column)
    let (bucket, output) = ("s3a://\(part)/", "s3a://out/\(part)/")
    let made = try await SparkStatements.make(
      table, store: store, bucket: bucket, output: output, since: Timestamp("2026-11-20T01:00:00Z"), number: 7
    )
    let script = SparkStatements.settings + "\n" + (try #require(made).sql())
    let found = try await read(script, "spark")
    let settings = SparkStatements.settings.split(separator: "\n").map { _ in "SET" }
    #expect(found.map(\.kind) == settings + ["CREATE", "INSERT", "DROP"])
    try #require(found.count > 3)
    let (create, insert, drop) = (found[found.count - 3], found[found.count - 2], found[found.count - 1])
    let view = [["", "lakecanary_\(table.request.tag.hexadecimal)_7"]]
    #expect(create.tables == view && insert.tables == view && drop.tables == view)
    #expect(create.location == bucket + table.prefix)
    #expect(Set(create.defined ?? []) == ["Op", "t", "key", "updated_at", column])
    #expect(insert.output == output)
    #expect(insert.columns?.contains(column) ?? false, "\(insert)")
    #expect(insert.literals?.contains(table.name.description) ?? false, "\(insert)")
  }

  @Test(arguments: parts.filter(isCut))
  func aColumnThatSparkWouldCutIsRefused(part: String) async throws {
    let scratch = try Scratch()
    let (table, store) = try await table(part, in: scratch, column: "c \(part)")
    let error = try await #require(throws: EngineError.self) {
      _ = try await SparkStatements.make(
        table, store: store, bucket: "s3a://lake/", output: "s3a://out/", since: nil, number: 0)
    }
    #expect(error.code == .unsupported && error.description.contains("c \(part)"), "\(error)")
    #expect(error.mend != nil)
  }
}
