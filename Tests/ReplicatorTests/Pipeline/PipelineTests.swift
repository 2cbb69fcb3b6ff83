import DMS
import Postgres
import Testing

@testable import Replicator

@Suite struct PipelineTests {
  @Test func loadsThenFollows() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table customers (id int primary key, name varchar(20))",
      "insert into customers select i, 'name ' || i from generate_series(1, 25) i")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.transaction(
      "insert into customers values (26, 'new')", "update customers set name = 'changed' where id = 1",
      "delete from customers where id = 2")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()

    let files = try await bucket.files()
    #expect(files.map(\.key).first?.hasPrefix("public/customers/2") == true)
    let load = try #require(files.last)
    #expect(load.key == "public/customers/LOAD00000001.parquet")
    #expect(load.columns == ["Op", "extracted_at", "id", "name"])
    #expect(load.rows.count == 25)
    #expect(Set(load.values("Op")) == ["I"])
    let times = load.values("extracted_at").compactMap { $0 }
    #expect(times == times.sorted() && Set(times).count == 25)

    let changes = try await bucket.changedRows()
    #expect(changes.map { $0["Op"] } == ["I", "U", "D"])
    #expect(changes.map { $0["id"] } == ["26", "1", "2"])
    #expect(changes.map { $0["name"] } == ["new", "changed", nil])
    #expect(Set(changes.map { $0["extracted_at"] }).count == 1)
    #expect(run.replicator.statistics.phase == .stopped)
    #expect(run.replicator.statistics.tables.map(\.fullLoadRows) == [25])
    #expect(run.replicator.statistics.tables.map(\.appliedInserts) == [1])
  }
}
