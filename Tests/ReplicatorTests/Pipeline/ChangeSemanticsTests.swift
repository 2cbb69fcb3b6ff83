import DMS
import Postgres
import Testing
import Time

@testable import Replicator

/// What DMS writes for each kind of change (DMS.md sections 0, 2, 3 and 8).
@Suite struct ChangeSemanticsTests {
  /// Rows of one table after statements that run while the replicator streams.
  private func rows(
    _ setUp: [SQL], settings: String = Run.settings, transactions: [[SQL]]
  ) async throws -> [[String: String]] {
    let (source, bucket) = (try await Source(), try Bucket())
    for statement in setUp { try source.run(statement) }
    let run = try Run(source, bucket, settings: settings)
    try await run.waitUntilStreaming()
    let connection = try Connection(source.conninfo)
    defer { connection.close() }
    for statements in transactions {
      try connection.execute("begin")
      for statement in statements { try connection.execute(statement) }
      try connection.execute("commit")
    }
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    return try await bucket.changedRows()
  }

  @Test func allOperationsOfATransactionShareItsCommitTime() async throws {
    let rows = try await rows(
      ["create table t (id int primary key, v text)"],
      transactions: [
        ["insert into t values (1, 'a')", "update t set v = 'b'", "delete from t"],
        ["insert into t values (2, 'c')"],
      ])
    #expect(rows.map { $0["Op"] } == ["I", "U", "D", "I"])
    #expect(rows.map { $0["v"] } == ["a", "b", nil, "c"])
    let times = rows.compactMap { $0["extracted_at"] }
    #expect(Set(times.prefix(3)).count == 1)
    #expect(times[0] < times[3])
    #expect(Timestamp(times[0])?.dmsText == times[0])
  }

  @Test func theTimestampIsTheCommits() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    let before = try #require(
      try source.rows("select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')")[0][
        0])
    try source.run("insert into t values (1)")
    let after = try #require(
      try source.rows("select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')")[0][
        0])
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let time = try #require(try await bucket.changedRows().first?["extracted_at"])
    #expect(before <= time && time <= after)
  }

  @Test func whatIsRolledBackIsNotThere() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run(
      "begin", "insert into t values (1)", "rollback", "begin", "insert into t values (2)", "savepoint s",
      "insert into t values (3)", "rollback to s", "insert into t values (4)", "commit")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(try await bucket.changedRows().map { $0["id"] } == ["2", "4"])
  }

  @Test func aChangedKeyIsOneUpdateWithTheNewKey() async throws {
    let rows = try await rows(
      ["create table t (id int primary key, v text)", "insert into t values (1, 'a')"],
      transactions: [["update t set id = 7"]])
    #expect(rows.count == 1)
    #expect(rows[0]["Op"] == "U" && rows[0]["id"] == "7" && rows[0]["v"] == "a")
  }

  @Test func deletesCarryTheKeyOnlyUnlessTheIdentityIsFull() async throws {
    let rows = try await rows(
      [
        "create table t (a int, v text, b int, primary key (b, a))", "insert into t values (1, 'x', 2)",
        "create table u (id int primary key, v text)", "insert into u values (1, 'y')",
        "alter table u replica identity full",
      ],
      transactions: [["delete from t"], ["delete from u"]])
    #expect(rows.count == 2)
    #expect(rows[0]["a"] == "1" && rows[0]["b"] == "2" && rows[0]["v"] == nil)
    #expect(rows[1]["id"] == "1" && rows[1]["v"] == "y")
  }

  @Test func aTableWithoutKeyKeepsItsUpdatesAndLosesThemHere() async throws {
    let rows = try await rows(
      ["create table t (v text)", "create table u (id int primary key)"],
      transactions: [
        ["insert into t values ('a')"], ["update t set v = 'b'"], ["delete from t"],
        ["insert into u values (1)"],
      ])
    #expect(rows.map { $0["Op"] } == ["I", "I"])
  }

  /// Each replica identity: what of the old row a delete carries, and that updates are whole.
  @Test func eachReplicaIdentityHasItsDeletes() async throws {
    let tables = ["d", "f", "i", "n"]
    let rows = try await rows(
      tables.flatMap { name -> [SQL] in
        [
          SQL(stringLiteral: "create table \(name) (id int primary key, u int not null unique, v text)"),
          SQL(stringLiteral: "insert into \(name) values (1, 10, 'x'), (2, 20, 'y')"),
        ]
      } + [
        "alter table f replica identity full", "alter table i replica identity using index i_u_key",
        "alter table n replica identity nothing",
      ],
      transactions: tables.map { name -> [SQL] in
        [
          SQL(stringLiteral: "update \(name) set v = 'z' where id = 1"),
          SQL(stringLiteral: "delete from \(name) where id = 2"),
          SQL(stringLiteral: "insert into \(name) values (3, 30, 'n')"),
        ]
      })
    let shown = rows.map { row in
      ["Op", "id", "u", "v"].map { row[$0] ?? "-" }.joined(separator: " ")
    }
    #expect(
      shown == [
        "U 1 10 z", "D 2 - -", "I 3 30 n", "U 1 10 z", "D 2 20 y", "I 3 30 n", "U 1 10 z", "D - 20 -",
        "I 3 30 n",
        // Without an identity only inserts are published.
        "I 3 30 n",
      ])
  }

  @Test func truncateIsNotCaptured() async throws {
    let rows = try await rows(
      ["create table t (id int primary key)", "insert into t values (1)"],
      transactions: [["truncate t"], ["insert into t values (2)"]])
    #expect(rows.map { $0["id"] } == ["2"])
  }

  @Test(arguments: ["default", "full"])
  func untouchedTOASTedValuesAreThere(identity: String) async throws {
    let rows = try await rows(
      [
        "create table t (id int primary key, n int, v text)", "alter table t alter v set storage external",
        identity == "full" ? "alter table t replica identity full" : "select 1",
        "insert into t values (1, 0, repeat('long ', 2000))",
      ],
      transactions: [["update t set n = 1"]])
    #expect(rows.count == 1)
    #expect(rows[0]["n"] == "1")
    #expect(rows[0]["v"] == String(repeating: "long ", count: 2000))
  }

  /// The log lacks them, so they are the row's as it is when the change is read (DMS.md section 8, inferred).
  @Test func untouchedTOASTedValuesAreThoseOfTheRowAsItIs() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, n int, v text)", "alter table t alter v set storage external",
      "insert into t select i, 0, repeat('long ', 2000) from generate_series(1, 3) i")
    let first = try Run(source, bucket)
    try await first.waitUntilStreaming()
    try await first.stop()
    try source.run(
      "update t set n = 1", "update t set v = repeat('new ', 2000) where id = 2",
      "delete from t where id = 3",
      "update t set id = 4, n = 2 where id = 1")
    let second = try Run(source, bucket)
    try await second.waitUntilStreaming()
    try await second.waitUntilConfirmed(try source.position())
    try await second.stop()
    let rows = try await bucket.changedRows().map { row in
      ["Op", "id", "n"].map { row[$0] ?? "-" } + [row["v"].map { String($0.prefix(4)) } ?? "-"]
    }
    #expect(
      rows == [
        ["U", "1", "1", "-"], ["U", "2", "1", "new "], ["U", "3", "1", "-"], ["U", "2", "1", "new "],
        ["D", "3", "-", "-"], ["U", "4", "2", "long"],
      ])
  }

  @Test func partitionedTablesAreOne() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key) partition by range (id)",
      "create table t1 partition of t for values from (0) to (10)",
      "create table t2 partition of t for values from (10) to (20)", "insert into t values (1), (11)")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run("insert into t values (2), (12)")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let keys = try await bucket.keys()
    #expect(keys.allSatisfy { $0.hasPrefix("public/t/") })
    #expect(try await bucket.changedRows().map { $0["id"] } == ["2", "12"])
  }

  @Test func insertsOnlyDropsTheRest() async throws {
    let statements: [[SQL]] = [
      ["insert into t values (1, 'a')"], ["update t set v = 'b'"], ["delete from t"],
      ["insert into t values (2, 'c')"],
    ]
    let only = try await rows(
      ["create table t (id int primary key, v text)"],
      settings: "DataFormat=parquet;cdcInsertsOnly=true;cdcMaxBatchInterval=1", transactions: statements)
    #expect(only.map { $0["id"] } == ["1", "2"])
    #expect(only.allSatisfy { $0["Op"] == nil })
    let both = try await rows(
      ["create table t (id int primary key, v text)"],
      settings: "DataFormat=parquet;cdcInsertsAndUpdates=true;cdcMaxBatchInterval=1", transactions: statements
    )
    #expect(both.map { $0["Op"] } == ["I", "U", "I"])
  }

  @Test func namesThatNeedQuotesAreNoTrouble() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      #"create schema "Sch ema""#,
      #"create table "Sch ema"."Tab""le" ("I d" int primary key, "select" text, "日本" text)"#,
      #"insert into "Sch ema"."Tab""le" values (1, 'a', 'ä')"#)
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run(#"update "Sch ema"."Tab""le" set "select" = 'b'"#)
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let files = try await bucket.files()
    #expect(files.count == 2)
    #expect(files.allSatisfy { $0.columns == ["Op", "extracted_at", "I d", "select", "日本"] })
    #expect(files.map { $0.values("select") } == [["b"], ["a"]])
    #expect(files.allSatisfy { $0.key.hasPrefix("Sch ema/Tab\"le/") })
  }

  @Test func changesOfColumnsBeginANewFile() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run(
      "insert into t values (1, 'a')", "alter table t add w int", "insert into t values (2, 'b', 3)",
      "alter table t rename v to x", "insert into t values (3, 'c', 4)", "alter table t drop w",
      "alter table t alter x type varchar(5)", "insert into t values (4, 'd')")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let files = try await bucket.changes()
    #expect(
      files.map { $0.columns.dropFirst(2).map { $0 } } == [
        ["id", "v"], ["id", "v", "w"], ["id", "x", "w"], ["id", "x"],
      ])
    #expect(files.flatMap { $0.values("id") } == ["1", "2", "3", "4"])
    #expect(run.replicator.statistics.tables.map(\.ddls) == [3])
  }
}
