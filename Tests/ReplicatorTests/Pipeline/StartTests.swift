import DMS
import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

@testable import Replicator

/// Where changes begin: at a slot of somebody else's, at a position, and never earlier than what is kept.
@Suite struct StartTests {
  private func code(_ run: Run) async -> ReplicatorError? {
    await #expect(throws: ReplicatorError.self) { try await run.end() }
  }

  /// A source with a publication and a slot that is newer, and a row that came after.
  private func prepared() async throws -> (source: Source, slot: String, publication: String) {
    let source = try await Source()
    let slot = "theirs_\(Run.taskName(source))"
    try source.run(
      "create table t (id int primary key, v text)", "insert into t values (0, 'before')",
      "create publication theirs for all tables")
    try await source.makeSlot(slot, "pgoutput")
    try source.run("insert into t values (1, 'after')")
    return (source, slot, "theirs")
  }

  @Test func aSlotOfSomebodyElsesIsReadAndLeft() async throws {
    let ((source, slot, publication), bucket) = (try await prepared(), try Bucket())
    func change(_ task: inout ReplicationTask) {
      task.migrationType = .changes
      task.sourceSettings.slotName = slot
      task.publications = [publication]
    }
    let first = try Run(source, bucket, change: change)
    try await first.waitUntilStreaming()
    try source.run("insert into t values (2, 'later')")
    try await first.waitUntilConfirmed(try source.position())
    try await first.stop()
    try source.run("insert into t values (3, 'meanwhile')")
    let second = try Run(source, bucket, change: change)
    try await second.waitUntilStreaming()
    try await second.waitUntilConfirmed(try source.position())
    try await second.stop()
    #expect(try await bucket.changedRows().map { $0["id"] } == ["1", "2", "3"])
    try await second.replicator.cleanUp()
    #expect(try source.slots() == [slot])
    #expect(try source.publications() == [publication])
  }

  @Test func aSlotThatIsGoneOrOfAnotherKindIsAnEnd() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    let slot = "other_\(Run.taskName(source))"
    try source.run("create table t (id int primary key)")
    let missing = try Run(source, bucket) {
      $0.migrationType = .changes
      $0.sourceSettings.slotName = slot
    }
    #expect(await code(missing)?.code == .slotMissing)
    try await source.makeSlotOfAnother(slot)
    let other = try Run(source, bucket) {
      $0.migrationType = .changes
      $0.sourceSettings.slotName = slot
    }
    #expect(await code(other)?.code == .slotOfAnother)
    try source.drop(slot: slot)
  }

  /// The server itself sees a publication as it was when the change was made.
  @Test func aPublicationThatIsYoungerThanTheSlotIsAnEnd() async throws {
    let ((source, slot, _), bucket) = (try await prepared(), try Bucket())
    for publications in [[], ["absent"]] {
      let run = try Run(source, bucket) {
        $0.migrationType = .changes
        $0.sourceSettings.slotName = slot
        $0.publications = publications
      }
      #expect(await code(run)?.code == .publicationMissing)
    }
  }

  @Test func aPositionLeavesOutWhatCameBefore() async throws {
    let ((source, slot, publication), bucket) = (try await prepared(), try Bucket())
    try source.run("insert into t values (2, 'skipped')")
    let position = try source.position()
    try source.run("insert into t values (3, 'first')")
    let run = try Run(source, bucket) {
      $0.migrationType = .changes
      $0.sourceSettings.slotName = slot
      $0.publications = [publication]
      $0.startPosition = position
    }
    try await run.waitUntilStreaming()
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(try await bucket.changedRows().map { $0["id"] } == ["3"])
    // A later run of the same task goes on where the slot is.
    try source.run("insert into t values (4, 'later')")
    let again = try Run(source, bucket) {
      $0.migrationType = .changes
      $0.sourceSettings.slotName = slot
      $0.publications = [publication]
      $0.startPosition = position
    }
    try await again.waitUntilStreaming()
    try await again.waitUntilConfirmed(try source.position())
    try await again.stop()
    #expect(try await bucket.changedRows().map { $0["id"] } == ["3", "4"])
  }

  @Test func aPositionThatIsNotKeptIsAnEnd() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let position = try source.position()
    try source.run("insert into t values (1)")
    let run = try Run(source, bucket) {
      $0.migrationType = .changes
      $0.startPosition = position
    }
    #expect(await code(run)?.code == .startPositionOutOfReach)
    #expect(try source.slots().isEmpty)
  }

  @Test func tasksThatMakeNoSenseAreRefused() async throws {
    let source = Source(conninfo: "")
    let wrong: [(inout ReplicationTask) -> Void] = [
      { $0.sourceSettings.slotName = "s" },
      { $0.startPosition = LSN(rawValue: 1) },
      { $0.publications = ["p"] },
      {
        $0.migrationType = .changes
        $0.sourceSettings.slotName = "s"
        $0.startsAfresh = true
      },
    ]
    for change in wrong {
      #expect(await code(try Run(source, try Bucket(), change: change))?.code == .invalidTask)
    }
  }
}

/// What a run tells of itself: the file of its statistics, and the control tables.
@Suite struct ReportingTests {
  @Test func theStatisticsFileHasTheShapeOfDescribeTableStatistics() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "statistics")
    defer { directory.remove() }
    let path = directory.path + "/statistics.json"
    try source.run("create table t (id int primary key, v text)", "insert into t values (1, 'a')")
    let run = try Run(source, bucket) { $0.statisticsFile = path }
    try await run.waitUntilStreaming()
    try source.run("insert into t values (2, 'b')", "update t set v = 'c'", "delete from t where id = 1")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any])
    #expect((root["ReplicationTaskArn"] as? String)?.hasSuffix(":task:\(Run.taskName(source))") == true)
    let table = try #require((root["TableStatistics"] as? [[String: Any]])?.first)
    let counts = [
      "Inserts": 1, "Updates": 2, "Deletes": 1, "Ddls": 0, "AppliedInserts": 1, "AppliedUpdates": 2,
      "AppliedDeletes": 1, "FullLoadRows": 1, "FullLoadErrorRows": 0, "ValidationPendingRecords": 0,
    ]
    for (name, count) in counts { #expect(table[name] as? Int == count, "\(name)") }
    #expect(table["SchemaName"] as? String == "public" && table["TableName"] as? String == "t")
    #expect(table["TableState"] as? String == "Table completed")
    #expect(
      table["ValidationState"] as? String == "Not enabled" && table["FullLoadReloaded"] as? Bool == false)
    let end = try #require(table["FullLoadEndTime"] as? String)
    #expect(end.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00/) != nil)
    let replicator = try #require(root["Replicator"] as? [String: Any])
    #expect(replicator["Phase"] as? String == "stopped")
    let confirmed = LSN(try #require(replicator["ConfirmedLsn"] as? String))
    #expect(confirmed.map { $0 > .zero } == true)

    let read = try #require(try TableStatisticsDocument.read(path))
    #expect(read.task == Run.taskName(source) && read.statistics.confirmed == confirmed)
    #expect(read.statistics.tables.first?.appliedUpdates == 2)
    #expect(read.statistics.freshStart != nil && read.statistics.freshStart == read.statistics.countedSince)
  }

  /// As DMS, which begins to count anew with a fresh start alone; but what a kill left untold cannot be counted.
  @Test func countsGoOnWhereARunEndedWell() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "statistics")
    defer { directory.remove() }
    let path = directory.path + "/statistics.json"
    try source.run("create table t (id int primary key)", "insert into t values (1)")
    func counted(
      by insert: SQL, afresh: Bool = false,
      onStep: @escaping @Sendable (ReplicationStep) throws -> Void = { _ in }
    ) async throws -> TableStatistics? {
      let run = try Run(
        source, bucket,
        change: {
          $0.statisticsFile = path
          $0.startsAfresh = afresh
        }, onStep: onStep)
      try await run.waitUntilStreaming()
      try source.run(insert)
      do {
        try await run.waitUntilConfirmed(try source.position())
        try await run.stop()
      } catch is StepLog.RunEnded {
        await #expect(throws: CrashTests.Crash.self) { try await run.end() }
      }
      return try TableStatisticsDocument.read(path)?.statistics.tables.first
    }
    #expect(try await counted(by: "insert into t values (2)")?.appliedInserts == 1)
    let second = try await counted(by: "insert into t values (3)")
    #expect(second?.appliedInserts == 2 && second?.fullLoadRows == 1)
    let bomb = CrashTests.Bomb("objectWritten", 1)
    _ = try await counted(by: "insert into t values (4)", onStep: { try bomb($0) })
    let resumed = try await counted(by: "insert into t values (5)")
    #expect(resumed?.appliedInserts == 2 && resumed?.fullLoadRows == 0, "what the crash left came again")
    let anew = try await counted(by: "insert into t values (6)", afresh: true)
    #expect(anew?.appliedInserts == 1 && anew?.fullLoadRows == 5)
  }

  @Test func whatIsNoStatisticsFileIsSaidSo() throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "statistics")
    defer { directory.remove() }
    let path = directory.path + "/statistics.json"
    #expect(try TableStatisticsDocument.read(path) == nil)
    for text in ["", "{}", #"{"ReplicationTaskArn": "a", "TableStatistics": [], "Replicator": {}}"#] {
      try text.write(toFile: path, atomically: false, encoding: .utf8)
      let error = #expect(throws: ReplicatorError.self) { try TableStatisticsDocument.read(path) }
      #expect(error?.code == .statisticsUnreadable)
    }
  }

  @Test func aStatisticsFileThatCannotBeWrittenIsAnEnd() async throws {
    let source = try await Source()
    try source.run("create table t (id int primary key)")
    let run = try Run(source, try Bucket()) { $0.statisticsFile = "/nonexistent/statistics.json" }
    let error = await #expect(throws: ReplicatorError.self) { try await run.end() }
    #expect(error?.code == .statisticsFile)
  }

  @Test func theControlTablesLieBelowTheFolderWithoutASchema() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)", "insert into t values (1, 'a')")
    let run = try Run(source, bucket, settings: Run.settings + ";BucketFolder=lake") {
      $0.taskSettings.controlTables.status = true
      $0.taskSettings.controlTables.history = true
    }
    try await run.waitUntilStreaming()
    try source.run("insert into t values (2, 'b')")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let status = try await bucket.changes("lake/awsdms_status/")
    #expect(
      status.first?.columns == [
        "Op", "extracted_at", "server_name", "task_name", "task_status", "status_time", "pending_changes",
        "disk_swap_size", "task_memory", "source_current_position", "source_current_timestamp",
        "source_tail_position", "source_tail_timestamp", "source_timestamp_applied",
      ])
    #expect(
      status.flatMap { $0.values("task_status") } == ["FULL LOAD", "CHANGE PROCESSING (CDC)", "NOT RUNNING"])
    #expect(status.flatMap { $0.values("Op") } == ["I", "U", "U"])
    let history = try await bucket.changes("lake/awsdms_history/")
    #expect(history.flatMap { $0.values("timeslot_type") } == ["FULL LOAD", "CHANGE PROCESSING (CDC)"])
    #expect(history.flatMap { $0.values("timeslot_records") } == ["1", "1"])
    #expect(try await bucket.keys().allSatisfy { !$0.contains("awsdms_suspended") })
  }

  @Test func aTableThatCannotBeWrittenIsLeftOutUntilItCan() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      #"create table "a/b" (id int primary key, v text)"#, #"insert into "a/b" values (1, 'a')"#,
      "create table t (id int primary key, v text)", "insert into t values (1, 'a')")
    let run = try Run(source, bucket) { $0.taskSettings.controlTables.suspendedTables = true }
    try await run.waitUntilStreaming()
    try source.run(#"insert into "a/b" values (2, 'b')"#, "insert into t values (2, 'b')")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(run.replicator.statistics.tables.map(\.tableState) == [.error, .completed])
    #expect(try await bucket.state("t") == [["1", "a"], ["2", "b"]])
    let suspended = try await bucket.changes("awsdms_suspended_tables/")
    #expect(suspended.flatMap { $0.values("table_name") } == ["a/b"])
    // A rule makes a name of it that can be part of a key.
    let mappings = try TableMappings(
      json: """
        {"rules": [{"rule-type": "selection", "rule-id": "1", "rule-action": "include",
          "object-locator": {"schema-name": "public", "table-name": "%"}},
          {"rule-type": "transformation", "rule-id": "2", "rule-target": "table", "rule-action": "rename",
          "value": "ab", "object-locator": {"schema-name": "public", "table-name": "a/b"}}]}
        """)
    let second = try Run(source, bucket) { $0.mappings = mappings }
    try await second.waitUntilLoadedAgain()
    try source.run(#"insert into "a/b" values (3, 'c')"#)
    try await second.waitUntilConfirmed(try source.position())
    try await second.stop()
    #expect(try await bucket.state("ab") == [["1", "a"], ["2", "b"], ["3", "c"]])
  }

  @Test func theOnlyTableThatCannotBeWrittenIsAnEnd() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(#"create table "a/b" (id int primary key)"#)
    let run = try Run(source, bucket)
    let error = await #expect(throws: ReplicatorError.self) { try await run.end() }
    #expect(error?.code == .invalidTarget)
    #expect(try await bucket.keys().isEmpty)
  }
}
