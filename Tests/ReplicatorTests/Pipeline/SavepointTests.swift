import Postgres
import Testing

@testable import Replicator

/// Long sequences of savepoints: what they keep is there once and in order, what they roll back is not.
@Suite struct SavepointTests {
  /// Each block with an exception handler is a savepoint (PostgreSQL documentation, "Trapping Errors").
  @Test func twentyThousandOneAfterTheOther() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run(
      """
      do $$ begin
        for i in 1..20000 loop
          begin
            insert into t values (i);
            if i % 3 = 0 then raise exception 'taken back'; end if;
          exception when raise_exception then null;
          end;
        end loop;
      end $$
      """)
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let kept = (1...20_000).filter { $0 % 3 != 0 }.map { String($0) }
    #expect(try await bucket.changedRows().map { $0["id"] } == kept)
  }

  /// Savepoints within savepoints, some of them rolled back with all that is within, some released.
  @Test func nestedAndRolledBack() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    var statements: [String] = []
    // What each open savepoint has kept since it was made.
    var open: [[Int]] = [[]]
    for id in 1...3_000 {
      statements += ["savepoint s", "insert into t values (\(id))"]
      open.append([id])
      switch id % 10 {
      case 4:
        statements += ["rollback to s", "release s"]
        open.removeLast()
      case 8:
        // The innermost of the name goes first: three levels with what they kept.
        for _ in 0..<3 { statements += ["rollback to s", "release s"] }
        open.removeLast(3)
      case 6, 9:
        statements.append("release s")
        let kept = open.removeLast()
        open[open.count - 1] += kept
      default: break
      }
    }
    let script = (["begin"] + statements + ["commit"]).joined(separator: ";")
    let connection = try Connection(source.conninfo)
    try connection.script(SQL(stringLiteral: script))
    connection.close()
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let kept = open.flatMap { $0 }
    #expect(open.count > 500)
    #expect(try await bucket.changedRows().map { $0["id"] } == kept.map { String($0) })
    #expect(try source.rows("select id::text from t order by t.id").map { $0[0] } == kept.map { String($0) })
  }
}
