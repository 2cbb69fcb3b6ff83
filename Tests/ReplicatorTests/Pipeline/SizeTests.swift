import DMS
import LocalServers
import Postgres
import Testing

@testable import Replicator

/// Batches and files that are closed for their size.
@Suite struct SizeTests {
  @Test func aLargeTransactionIsSeveralFilesAndOneCommitTime() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)")
    let run = try Run(
      source, bucket,
      settings: "DataFormat=parquet;timestampColumnName=ts;CdcMinFileSize=200;CdcMaxBatchInterval=1")
    try await run.waitUntilStreaming()
    try source.run("insert into t select i, repeat('x', 50) from generate_series(1, 20000) i")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let files = try await bucket.changes()
    #expect(files.count > 5)
    #expect(files.flatMap { $0.values("id") } == (1...20_000).map { String($0) })
    #expect(Set(files.flatMap { $0.values("ts") }).count == 1)
  }

  @Test func batchesAreClosedEarlyWhereMemoryIsShort() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, v text)", "create table u (id int primary key, v text)")
    // Nothing is closed for its age, and values that are all different take room in a dictionary too.
    let run = try Run(source, bucket, settings: "DataFormat=parquet;CdcMaxBatchInterval=3600") {
      $0.memoryLimit = 1_000_000
    }
    try await run.waitUntilStreaming()
    try source.run(
      "insert into t select i, repeat(md5(i::text), 6) from generate_series(1, 10000) i",
      "insert into u select i, repeat(md5(i::text), 6) from generate_series(1, 10000) i")
    try await run.waitUntilReceived(try source.position())
    try await run.stop()
    #expect(try await bucket.changes("public/t/").count > 2)
    #expect(try await bucket.changedRows("public/t/").count == 10_000)
    #expect(try await bucket.changedRows("public/u/").count == 10_000)
  }

  @Test func fullLoadFilesHaveALargestSize() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, v text)",
      "insert into t select i, md5(i::text) from generate_series(1, 20000) i")
    let run = try Run(source, bucket, settings: "DataFormat=parquet;MaxFileSize=50") {
      $0.migrationType = .fullLoad
    }
    try await run.end()
    let keys = try await bucket.keys()
    #expect(keys.count > 10)
    #expect(
      keys
        == (1...keys.count).map {
          "public/t/\(ObjectName(.fullLoad(number: UInt32($0), segment: nil), .parquet))"
        })
    #expect(try await bucket.files().reduce(0) { $0 + $1.rows.count } == 20_000)
    #expect(try source.slots().isEmpty && source.publications().isEmpty)
  }

  @Test func aPreparedTransactionIsThereWhenItIsCommitted() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let cluster = try await PostgresCluster.start(
      in: directory.path + "/pg", removing: directory.path, settings: ["max_prepared_transactions": "5"])
    let (source, bucket) = (Source(conninfo: cluster.conninfo()), try Bucket())
    try source.run("create table t (id int primary key)")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run(
      "begin", "insert into t values (1)", "prepare transaction 'one'", "begin", "insert into t values (2)",
      "prepare transaction 'two'", "insert into t values (3)", "commit prepared 'one'",
      "rollback prepared 'two'")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(try await bucket.changedRows().map { $0["id"] } == ["3", "1"])
    await cluster.stop()
  }
}
