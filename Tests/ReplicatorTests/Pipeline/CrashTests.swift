import DMS
import Postgres
import Synchronization
import Testing

@testable import Replicator

/// A crash at each named step, then a fresh replicator: nothing is lost, and nothing of the old life is in the way.
@Suite struct CrashTests {
  struct Crash: Error {}

  /// Throws at the n-th time that a step of a name is taken.
  final class Bomb: Sendable {
    private let left: Mutex<Int>
    private let name: String

    init(_ name: String, _ count: Int) {
      self.name = name
      left = Mutex(count)
    }

    func callAsFunction(_ step: ReplicationStep) throws {
      guard step.name == name else { return }
      let isNow = left.withLock { left in
        left -= 1
        return left == 0
      }
      if isNow { throw Crash() }
    }
  }

  @Test(arguments: [
    ("publicationsCreated", 1), ("targetPrepared", 1), ("targetPrepared", 2), ("loadSlotCreated", 1),
    ("objectEncoded", 1), ("fullLoadObjectWritten", 1), ("fullLoadObjectWritten", 2), ("tableLoaded", 1),
    ("fullLoadFinished", 1), ("liveSlotCreated", 1), ("streaming", 1), ("objectEncoded", 4),
    ("objectEncoded", 5),
    ("objectWritten", 1), ("objectWritten", 2), ("lsnConfirmed", 1), ("lsnConfirmed", 2),
  ])
  func nothingIsLost(step: String, count: Int) async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table a (id int primary key, v text)", "create table b (id int primary key, v text)",
      "insert into a select i, 'load' from generate_series(1, 500) i",
      "insert into b select i, 'load' from generate_series(1, 10) i")
    // Two objects of `a` in the full load: files of 1 KB and more are full.
    let settings = Run.settings + ";MaxFileSize=1"
    let bomb = Bomb(step, count)
    let first = try Run(source, bucket, settings: settings, onStep: { try bomb($0) })
    do {
      try await first.waitUntilStreaming()
      try source.run("insert into a values (1001, 'one')", "insert into b values (1001, 'one')")
      try source.run("update a set v = 'two' where id = 1001", "delete from b where id = 5")
      try await first.waitUntilConfirmed(try source.position())
      try source.run("insert into a values (1002, 'three')")
      try await first.waitUntilConfirmed(try source.position())
      try await first.stop()
    } catch is StepLog.RunEnded {
      await #expect(throws: Crash.self) { try await first.end() }
    } catch is Crash {
    }
    // What was not written before is now.
    try source.run(
      "insert into a values (1001, 'one') on conflict do nothing",
      "insert into b values (1001, 'one') on conflict do nothing",
      "insert into a values (1002, 'three') on conflict do nothing", "delete from b where id = 5")
    let second = try Run(source, bucket, settings: settings)
    try await second.waitUntilStreaming()
    try source.run("insert into b values (2000, 'last')")
    try await second.waitUntilConfirmed(try source.position())
    try await second.stop()

    #expect(try await bucket.state("a") == Set(try source.rows("select id::text, v from a")))
    #expect(try await bucket.state("b") == Set(try source.rows("select id::text, v from b")))
    #expect(try source.slots() == ["lakecanary_\(Run.taskName(source))"])
    try await second.replicator.cleanUp()
    #expect(try source.slots().isEmpty)
    #expect(try source.publications().isEmpty)
  }
}

extension Bucket {
  /// The rows of a table with columns `id` and `v` that full load and changes lead to.
  func state(_ table: String) async throws -> Set<[String?]> {
    let files = try await files().filter { $0.key.hasPrefix("public/\(table)/") }
    let loads = files.filter { $0.key.contains("/LOAD") }
    var rows: [String: String?] = [:]
    for file in loads + files.filter({ !$0.key.contains("/LOAD") }) {
      for ((operation, id), value) in zip(zip(file.values("Op"), file.values("id")), file.values("v")) {
        guard let id else { continue }
        rows[id] = operation == "D" ? nil : .some(value)
      }
    }
    return Set(rows.map { [$0.key, $0.value] })
  }
}
