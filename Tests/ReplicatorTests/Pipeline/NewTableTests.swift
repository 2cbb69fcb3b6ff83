import Postgres
import Testing

@testable import Replicator

@Suite struct NewTableTests {
  @Test func aTableThatIsNewIsLoadedWhenTheTaskResumes() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)")
    let first = try Run(source, bucket)
    try await first.waitUntilStreaming()
    try await first.stop()
    try source.run("create table u (id int primary key, v text)", "insert into u values (1, 'a')")
    let bomb = CrashTests.Bomb("streaming", 1)
    let second = try Run(source, bucket, onStep: { try bomb($0) })
    await #expect(throws: CrashTests.Crash.self) { try await second.end() }
    let third = try Run(source, bucket)
    try await third.waitUntilLoadedAgain()
    try source.run("insert into u values (2, 'b')")
    try await third.waitUntilConfirmed(try source.position())
    try await third.stop()
    #expect(try await bucket.state("u") == [["1", "a"], ["2", "b"]])
  }
}
