import DMS
import ObjectStorage
import Postgres
import Testing
import Time

@testable import Replicator

/// Names and batches by a clock that the test sets.
@Suite struct TimingTests {
  private let noon = Timestamp("2026-11-23 12:00:00.123456") ?? Timestamp(seconds: 0)

  @Test func aBatchIsClosedWhenItsIntervalIsOverAndNamedAfterThat() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let clock = FixedClock(noon)
    let run = try Run(source, bucket, settings: "DataFormat=parquet;cdcMaxBatchInterval=60", clock: clock)
    try await run.waitUntilStreaming()
    try source.run("insert into t values (1)")
    try await run.waitUntilReceived(try source.position())
    clock.advance(by: .seconds(59))
    try source.run("insert into t values (2)")
    let position = try source.position()
    try await run.waitUntilReceived(position)
    #expect(!run.log.steps.contains { $0.name == "objectEncoded" })
    clock.advance(by: .seconds(1))
    try await run.waitUntilConfirmed(position)
    try await run.stop()
    #expect(try await bucket.keys() == ["public/t/20261123-120100123.parquet"])
    #expect(try await bucket.changedRows().map { $0["id"] } == ["1", "2"])
  }

  @Test func aNameThatIsTakenMeansTheNextMillisecond() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let clock = FixedClock(noon)
    let taken = "public/t/20261123-120000123.parquet"
    try await bucket.store.put(taken, [1, 2, 3])
    let run = try Run(source, bucket, settings: "DataFormat=parquet", clock: clock) {
      $0.tablePreparation = .doNothing
    }
    try await run.waitUntilStreaming()
    try source.run("insert into t values (1)")
    try await run.waitUntilReceived(try source.position())
    try await run.stop()
    #expect(try await bucket.keys() == [taken, "public/t/20261123-120000124.parquet"])
    #expect(try await bucket.store.get(taken).bytes == [1, 2, 3])
  }

  @Test func aClockThatWasAheadIsNotOvertaken() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    try await bucket.store.put("public/t/20261124-000000000.parquet", [1])
    let run = try Run(source, bucket, settings: "DataFormat=parquet", clock: FixedClock(noon)) {
      $0.tablePreparation = .doNothing
    }
    try await run.waitUntilStreaming()
    try source.run("insert into t values (1)")
    try await run.waitUntilReceived(try source.position())
    try await run.stop()
    #expect(try await bucket.keys().last == "public/t/20261124-000000001.parquet")
  }
}
