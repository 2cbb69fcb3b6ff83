import DMS
import LocalServers
import ObjectStorage
import Postgres
import Testing
import Time

@testable import Replicator

/// What can be wrong with the source or the bucket, and what the replicator makes of it.
@Suite struct TroubleTests {
  private func failure(_ run: Run) async -> ReplicatorError? {
    await #expect(throws: ReplicatorError.self) { try await run.end() }
  }

  @Test func aSourceWithoutLogicalReplicationIsSaidSo() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let cluster = try await PostgresCluster.start(
      in: directory.path + "/pg", removing: directory.path, settings: ["wal_level": "replica"])
    let source = Source(conninfo: cluster.conninfo())
    try source.run("create table t (id int primary key)")
    let error = await failure(try Run(source, try Bucket()))
    #expect(error?.code == .logicalReplicationOff)
    #expect(
      error?.description == "the source's wal_level is replica; set wal_level = logical (on RDS: "
        + "rds.logical_replication = 1) and restart the server")
    await cluster.stop()
  }

  @Test func nobodyAnswers() async throws {
    let error = await failure(try Run(Source(conninfo: "host=/nonexistent user=x dbname=x"), try Bucket()))
    #expect(error?.code == .sourceUnreachable)
    let source = try await Source()
    let other = await failure(try Run(Source(conninfo: source.conninfo + " dbname=absent"), try Bucket()))
    #expect(other?.code == .sourceUnreachable)
  }

  @Test func nothingIsSelected() async throws {
    let source = try await Source()
    let tables = [QualifiedName(schema: "public", name: "absent")]
    #expect(await failure(try Run(source, try Bucket(), tables: tables))?.code == .noTables)
    #expect(try source.publications().isEmpty)
  }

  @Test(arguments: ["", "Upper", "a-b", String(repeating: "x", count: 41)])
  func aTasksNameIsChecked(name: String) async throws {
    let run = try Run(Source(conninfo: ""), try Bucket()) { $0.name = name }
    #expect(await failure(run)?.code == .invalidTask)
  }

  @Test func aLostSlotIsAnEndAndAFreshStartMends() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)", "insert into t values (1, 'a')")
    let first = try Run(source, bucket)
    try await first.waitUntilStreaming()
    try await first.stop()
    try source.run(SQL(stringLiteral: "select pg_drop_replication_slot('\(first.replicator.slotName)')"))
    try source.run("insert into t values (2, 'b')")
    #expect(await failure(try Run(source, bucket))?.code == .slotMissing)
    let third = try Run(source, bucket) { $0.startsAfresh = true }
    try await third.waitUntilStreaming()
    try await third.stop()
    #expect(try await bucket.state("t") == [["1", "a"], ["2", "b"]])
  }

  @Test func anInvalidatedSlotIsAnEnd() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let cluster = try await PostgresCluster.start(
      in: directory.path + "/pg", removing: directory.path,
      settings: [
        "max_slot_wal_keep_size": "1MB", "min_wal_size": "32MB", "max_wal_size": "32MB", "wal_keep_size": "0",
        "checkpoint_timeout": "30s",
      ])
    let (source, bucket) = (Source(conninfo: cluster.conninfo()), try Bucket())
    try source.run("create table t (id int primary key, v text)")
    let first = try Run(source, bucket)
    try await first.waitUntilStreaming()
    try await first.stop()
    // Segments of 16 MB, two of them and a checkpoint: the slot's is gone.
    for _ in 0..<5 {
      try source.run(
        "insert into t select i, 'x' from generate_series(1, 2) i on conflict do nothing",
        "select pg_switch_wal()")
    }
    try source.run("checkpoint", "checkpoint")
    let error = await failure(try Run(source, bucket))
    #expect(error?.code == .slotInvalidated)
    await cluster.stop()
  }

  @Test func aSlotOfAnotherKindIsLeftAlone() async throws {
    let source = try await Source()
    try source.run("create table t (id int primary key)")
    let slot = "lakecanary_\(Run.taskName(source))"
    try await source.makeSlotOfAnother(slot)
    #expect(await failure(try Run(source, try Bucket()))?.code == .slotOfAnother)
    try source.drop(slot: slot)
  }

  @Test func aBucketThatIsGoneIsAnEnd() async throws {
    let source = try await Source()
    try source.run("create table t (id int primary key)", "insert into t values (1)")
    let missing = DirectoryStore(path: "/nonexistent/bucket", access: .write)
    let error = await failure(try Run(source, try Bucket(), store: missing))
    #expect(error?.code == .storage)
    #expect((error?.cause as? StorageError)?.code == .bucketMissing)
  }

  @Test func aQuietTableDoesNotHoldTheLogBack() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)", "create table noise (v text)")
    let run = try Run(source, bucket, tables: [QualifiedName(schema: "public", name: "t")])
    try await run.waitUntilStreaming()
    try source.run("insert into noise select repeat('x', 1000) from generate_series(1, 1000)")
    let position = try source.position()
    try await run.waitUntilConfirmed(position)
    let slot = try source.rows(
      SQL(
        stringLiteral:
          "select (confirmed_flush_lsn >= '\(position)')::text from pg_replication_slots where slot_name = '\(run.replicator.slotName)'"
      ))
    #expect(slot == [["true"]])
    try await run.stop()
    #expect(try await bucket.keys().isEmpty)
  }

  @Test func twoRunsOfOneTaskDoNotMeet() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let first = try Run(source, bucket)
    try await first.waitUntilStreaming()
    // It waits half a minute, by its clock, for the other one to go.
    let second = try Run(source, bucket, clock: HastyClock())
    #expect(await failure(second)?.code == .slotInUse)
    try await first.stop()
  }

  @Test func aServerThatRestartsIsWaitedFor() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let cluster = try await PostgresCluster.start(in: directory.path + "/pg", removing: directory.path)
    let (source, bucket) = (Source(conninfo: cluster.conninfo()), try Bucket())
    try source.run("create table t (id int primary key, v text)")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run("insert into t values (1, 'a')")
    // What the server does to its sessions when it restarts.
    try source.run(
      "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = 'lakecanary replicate'"
    )
    try source.run("insert into t values (2, 'b')")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(try await bucket.state("t") == [["1", "a"], ["2", "b"]])
    await cluster.stop()
  }
}
