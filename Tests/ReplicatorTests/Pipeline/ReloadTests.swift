import DMS
import Postgres
import Testing

@testable import Replicator

@Suite struct ReloadTests {
  private let table = QualifiedName(schema: "public", name: "t")

  @Test func aReloadedTableIsWholeAgain() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)", "insert into t values (1, 'a')")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run("insert into t values (2, 'b')", "delete from t where id = 1")
    try await run.waitUntilConfirmed(try source.position())
    run.replicator.requestReload(of: table)
    try await run.waitUntilLoadedAgain()
    try source.run("insert into t values (3, 'c')")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let files = try await bucket.files()
    #expect(files.map(\.rows.count) == [1, 1])
    #expect(try await bucket.state("t") == [["2", "b"], ["3", "c"]])
    #expect(run.replicator.statistics.tables.first?.fullLoadRows == 1)
  }

  @Test(arguments: ["targetPrepared", "objectEncoded", "fullLoadObjectWritten", "tableLoaded"])
  func aReloadThatIsCutOffBeginsAgain(step: String) async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)", "insert into t values (1, 'a')")
    let bomb = CrashTests.Bomb(step, step == "objectEncoded" ? 3 : 2)
    let first = try Run(source, bucket, onStep: { try bomb($0) })
    try await first.waitUntilStreaming()
    try source.run("insert into t values (2, 'b')")
    try await first.waitUntilConfirmed(try source.position())
    first.replicator.requestReload(of: table)
    await #expect(throws: CrashTests.Crash.self) { try await first.end() }
    let second = try Run(source, bucket)
    try await second.waitUntilLoadedAgain()
    try await second.stop()
    #expect(try await bucket.state("t") == [["1", "a"], ["2", "b"]])
  }
}

extension Run {
  /// Returns when a table was loaded after the stream had begun.
  func waitUntilLoadedAgain() async throws {
    try await log.waitAfterStreaming(for: { if case .tableLoaded = $0 { true } else { false } })
  }
}
