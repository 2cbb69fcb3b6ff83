import DMS
import Foundation
import LocalServers
import ObjectStorage
import Postgres
import Testing
import Time

@testable import Replicator

/// Every fault does what it says, once, and the truth about it is told.
@Suite struct FaultPipelineTests {
  private struct Outcome {
    let keys: [String]
    let rows: [(operation: String?, id: String?, value: String?, time: String?)]
    let truths: [FaultTruth]
    let bucket: Bucket
  }

  /// Two tables; the second batch of `t` comes after the first one is durable.
  private func outcome(_ fault: String, settings: String = Run.settings) async throws -> Outcome {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, v text)",
      "insert into t select i, 'load' from generate_series(1, 500) i")
    let directory = try TemporaryDirectory(prefix: "lakecanary-truth", for: "truth")
    defer { directory.remove() }
    let truthFile = directory.path + "/truth.jsonl"
    let run = try Run(source, bucket, settings: settings, clock: SystemWallClock()) {
      $0.faults = FaultPlan([try Fault(fault)], truthFile: truthFile)
    }
    try await run.waitUntilStreaming()
    try source.run(
      "insert into t values (1001, 'one')", "insert into t values (1002, 'two')",
      "update t set v = 'three' where id = 1001",
      "delete from t where id = 1002")
    try await run.waitUntilConfirmed(try source.position())
    try source.run("insert into t values (1003, 'four')")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let truths = try String(contentsOfFile: truthFile, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(FaultTruth.self, from: Data($0.utf8))
    }
    let keys = try await bucket.keys()
    var rows: [(String?, String?, String?, String?)] = []
    if !["truncate-object", "corrupt-footer", "zero-object", "foreign-object"].contains(fault) {
      rows = try await bucket.changedRows().map { ($0["Op"], $0["id"], $0["v"], $0["extracted_at"]) }
    }
    return Outcome(keys: keys, rows: rows, truths: truths, bucket: bucket)
  }

  private static let changes = ["I1001", "I1002", "U1001", "D1002", "I1003"]

  private func shorthand(_ outcome: Outcome) -> [String] {
    outcome.rows.map { ($0.operation ?? "-") + ($0.id ?? "-") }
  }

  @Test(arguments: [
    ("lose-row", ["I1002", "U1001", "D1002", "I1003"], "I"),
    ("lose-update", ["I1001", "I1002", "D1002", "I1003"], "U"),
    ("lose-delete", ["I1001", "I1002", "U1001", "I1003"], "D"),
    ("double-row", ["I1001", "I1001", "I1002", "U1001", "D1002", "I1003"], "I"),
    ("flip-op", ["U1001", "I1002", "U1001", "D1002", "I1003"], "I"),
    ("reorder", ["I1002", "I1001", "U1001", "D1002", "I1003"], "I"),
    ("lose-transaction", ["I1002", "U1001", "D1002", "I1003"], "I"),
    ("flip-delete", ["I1001", "I1002", "U1001", "U1002", "I1003"], "D"),
  ])
  func rowsGoWrong(fault: String, rows: [String], operation: String) async throws {
    let outcome = try await outcome(fault)
    #expect(shorthand(outcome) == rows)
    #expect(outcome.truths.count == 1)
    let truth = try #require(outcome.truths.first)
    #expect(truth.fault == fault && truth.table == "public.t" && truth.op == operation)
    #expect(truth.row == ["id": operation == "D" ? "1002" : "1001"])
    #expect(outcome.keys.contains(try #require(truth.object)))
  }

  @Test func valuesAndTimesGoWrong() async throws {
    let altered = try await outcome("alter-value")
    #expect(shorthand(altered) == FaultPipelineTests.changes)
    #expect(altered.rows.first?.value == "onx")
    #expect(altered.truths.first?.detail == "v")
    let early = try await outcome("wrong-timestamp")
    let times = early.rows.compactMap(\.time)
    #expect(times[0] < times[1] && times[0].prefix(13) != times[1].prefix(13))
  }

  @Test(arguments: ["drop-object", "delete-object", "overwrite-object"])
  func objectsAreLost(fault: String) async throws {
    let outcome = try await outcome(fault)
    #expect(outcome.truths.count == 1)
    #expect(shorthand(outcome) == ["I1003"])
    let truth = try #require(outcome.truths.first)
    let key = try #require(truth.object)
    #expect(outcome.keys.contains(key) == (fault == "overwrite-object"))
    // The truth names what went with it.
    #expect(
      truth.rows?.map { "\($0.op)\($0.key["id"].flatMap { $0 } ?? "-")" } == [
        "I1001", "I1002", "U1001", "D1002",
      ])
  }

  @Test func objectsAreSpoiled() async throws {
    for fault in ["truncate-object", "corrupt-footer", "zero-object"] {
      let outcome = try await outcome(fault)
      let key = try #require(outcome.truths.first?.object)
      #expect(outcome.keys.contains(key))
      await #expect(throws: Bucket.PeerFailure.self) { try await outcome.bucket.files() }
    }
  }

  @Test func objectsAreTooMany() async throws {
    let doubled = try await outcome("double-object")
    #expect(shorthand(doubled) == ["I1001", "I1002", "U1001", "D1002"] + FaultPipelineTests.changes)
    let empty = try await outcome("empty-object")
    #expect(shorthand(empty) == FaultPipelineTests.changes)
    #expect(empty.keys.count == 4)
    let foreign = try await outcome("foreign-object")
    #expect(foreign.keys.contains("public/t/part-00000-not-from-dms.parquet"))
    #expect(foreign.truths.first?.object == "public/t/part-00000-not-from-dms.parquet")
  }

  @Test func aColumnTooMany() async throws {
    let outcome = try await outcome("schema-change")
    let columns = try await outcome.bucket.changes().map(\.columns.count)
    #expect(columns == [5, 4])
    #expect(outcome.truths.count == 1)
  }

  @Test func aColumnTooFew() async throws {
    let outcome = try await outcome("drop-column")
    let columns = try await outcome.bucket.changes().map(\.columns.count)
    #expect(columns == [3, 4])
    #expect(outcome.truths.first?.detail == "v")
  }

  @Test func anObjectComesAfterTheNext() async throws {
    let outcome = try await outcome("late-object")
    let keys = outcome.keys.filter { !$0.contains("LOAD") }
    try #require(keys.count == 2)
    #expect(outcome.truths.first?.object == keys[0])
    #expect(shorthand(outcome) == FaultPipelineTests.changes)
    let (first, second) = (
      try await outcome.bucket.store.head(keys[0]), try await outcome.bucket.store.head(keys[1])
    )
    #expect(first.lastModified >= second.lastModified)
  }

  @Test(arguments: ["delay:2", "stall:2"])
  func objectsAreLate(fault: String) async throws {
    let outcome = try await outcome(fault)
    #expect(shorthand(outcome) == FaultPipelineTests.changes)
    #expect(outcome.truths.count == 1)
  }

  @Test func aDelayEndsWithTheRun() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)")
    let run = try Run(source, bucket) { $0.faults = FaultPlan([try Fault("delay:100000")]) }
    try await run.waitUntilStreaming()
    try source.run("insert into t values (1, 'a')")
    try await run.log.wait { $0.name == "objectEncoded" }
    try await run.stop()
    #expect(try await bucket.keys().isEmpty)
    // It was not confirmed: the next run writes it.
    let second = try Run(source, bucket)
    try await second.waitUntilStreaming()
    try await second.waitUntilConfirmed(try source.position())
    try await second.stop()
    #expect(try await bucket.state("t") == [["1", "a"]])
  }

  @Test func aGapInTheLoad() async throws {
    let outcome = try await outcome("gap-in-load", settings: Run.settings + ";MaxFileSize=1")
    #expect(!outcome.keys.contains("public/t/LOAD00000001.parquet"))
    #expect(outcome.keys.contains("public/t/LOAD00000002.parquet"))
    #expect(outcome.truths.first?.object == "public/t/LOAD00000001.parquet")
  }

  @Test func aRowOfTheLoadIsLost() async throws {
    let outcome = try await outcome("lose-load-row")
    #expect(shorthand(outcome) == FaultPipelineTests.changes && outcome.truths.count == 1)
    let truth = try #require(outcome.truths.first)
    #expect(truth.row == ["id": "1"] && truth.op == "I" && truth.object == "public/t/LOAD00000001.parquet")
    let rows = try await outcome.bucket.state("t")
    #expect(!rows.contains(["1", "load"]) && rows.contains(["2", "load"]) && rows.count == 501)
  }

  /// One table is suspended, and the other goes on.
  @Test func aTableIsSuspended() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, v text)", "create table u (id int primary key, v text)")
    let directory = try TemporaryDirectory(prefix: "lakecanary-truth", for: "truth")
    defer { directory.remove() }
    let truthFile = directory.path + "/truth.jsonl"
    let run = try Run(source, bucket) {
      $0.faults = FaultPlan([try Fault("suspend-table")], truthFile: truthFile)
    }
    try await run.waitUntilStreaming()
    for number in Int64(1)...3 {
      try source.run(
        "insert into t values (\(bind: number), 'a')", "insert into u values (\(bind: number), 'b')")
      try await run.waitUntilConfirmed(try source.position())
    }
    try await run.stop()
    #expect(try await bucket.keys().allSatisfy { $0.hasPrefix("public/u/") })
    #expect(try await bucket.state("u") == [["1", "b"], ["2", "b"], ["3", "b"]])
    let lines = try String(contentsOfFile: truthFile, encoding: .utf8).split(separator: "\n")
    let truth = try JSONDecoder().decode(FaultTruth.self, from: Data(try #require(lines.first).utf8))
    #expect(lines.count == 1 && truth.table == "public.t" && truth.commitTime != nil)
  }

  @Test func aLoadThatIsThereTwice() async throws {
    let outcome = try await outcome("double-load")
    #expect(outcome.truths.first?.object == "public/t/LOAD00000002.parquet")
    #expect(outcome.truths.first?.rowCount == 500)
    #expect(outcome.keys.contains("public/t/LOAD00000002.parquet"))
  }

  @Test func aTableIsLoadedAgain() async throws {
    let outcome = try await outcome("reload")
    #expect(outcome.truths.map(\.fault) == ["reload"])
    #expect(outcome.keys.contains("public/t/LOAD00000001.parquet"))
    #expect(try await outcome.bucket.state("t").contains(["1003", "four"]))
  }
}
