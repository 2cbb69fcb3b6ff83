import Ledger
import Postgres
import Synchronization
import TestSupport
import Testing
import Time

@testable import Workload

/// Servers that refuse, time out and go away while a writer is at work.
@Suite struct UnsteadySourceTests {
  /// Runs `action` at the first occurrence of a step.
  private func once(
    at step: WriteStep, _ action: @escaping @Sendable () throws -> Void
  ) -> @Sendable (WriteStep) throws -> Void {
    let done = Mutex(false)
    return { reached in
      guard reached == step else { return }
      let isFirst = done.withLock { done in
        defer { done = true }
        return !done
      }
      if isFirst { try action() }
    }
  }

  /// Ends the other sessions in a database, as a restart of the server would.
  private func endSessions(of database: String, by connection: Connection) throws {
    try connection.query(
      """
      select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = \(bind: database) and pid <> pg_backend_pid()
      """)
  }

  private func endSessions(_ scene: Scene) throws {
    let connection = try scene.connect()
    try endSessions(of: connection.database, by: connection)
  }

  @Test(arguments: WriteStep.allCases, [3, 30])
  func aLostConnectionIsMadeAgainAndNothingIsWrittenTwice(step: WriteStep, batchSize: Int) async throws {
    let scene = try await Scene(clock: ManualClock())
    let plan = WritePlan(inserts: 60, updates: 12, deletes: 6, batchSize: batchSize, rate: nil, seed: 5)
    let summary = try await scene.write(plan, onStep: once(at: step) { try endSessions(scene) })
    #expect(summary.written == plan.counts)
    #expect(summary.reconnects >= 1)
    #expect(try await scene.tableRows().count == 54)
    #expect(try await scene.differences() == [])
    #expect(try await scene.withLedger { try $0.unsettledTransactions() }.isEmpty)
  }

  @Test func aSeedGivesTheSamePeopleWhateverHappens() async throws {
    var people: [[String]] = []
    for isSteady in [true, false] {
      let scene = try await Scene(clock: ManualClock())
      try await scene.write(
        WritePlan(inserts: 60, updates: 0, deletes: 0, batchSize: 20, rate: nil, seed: 5),
        onStep: once(at: .intentRecorded) { if !isSteady { try endSessions(scene) } })
      let names = try scene.connect().query("select name || email from customers order by customer_id")
      people.append(try names.map { try $0.decode(0, as: String.self) })
    }
    #expect(people[0] == people[1] && people[0].count == 60)
  }

  /// Nobody answers for a while after the connection was lost, as in a failover.
  @Test(arguments: [(120, true), (600, false)])
  func aFailoverIsWaitedOutAndNoMore(seconds: Int, isWaitedOut: Bool) async throws {
    let clock = ManualClock()
    let scene = try await Scene(clock: clock)
    let start = clock.now()
    let isBack = Mutex(start)
    let plan = WritePlan(inserts: 60, updates: 12, deletes: 6, batchSize: 20, rate: nil, seed: 5)
    let lose = once(at: .intentRecorded) {
      isBack.withLock { $0 = start + .seconds(seconds) }
      try endSessions(scene)
    }
    let result = try await scene.withLedger { ledger in
      let writer = Writer(
        conninfo: {
          isBack.withLock { $0 } > clock.now() ? "host=/nonexistent dbname=x" : scene.conninfo
        },
        ledger: ledger, table: WrittenTable(name: scene.table), clock: clock, onStep: lose)
      let result = await Result { try await writer.write(plan) }
      await writer.close()
      return result
    }
    if isWaitedOut {
      #expect(try result.get().written == plan.counts)
    } else {
      let error = #expect(throws: WorkloadError.self) { try result.get() }
      #expect((error?.cause as? PostgresError)?.code == .unreachable)
      #expect(clock.now() - start < .seconds(200))
      // It comes back, and the next run settles what the lost one left.
      try await scene.write(WritePlan(inserts: 0, updates: 0, deletes: 0))
    }
    #expect(try await scene.differences() == [])
    #expect(try await scene.withLedger { try $0.unsettledTransactions() }.isEmpty)
  }

  @Test func aServerThatStaysAwayIsReportedAfterBoundedTries() async throws {
    let clock = ManualClock()
    let scene = try await Scene(clock: clock)
    try await scene.write(WritePlan(inserts: 5, updates: 0, deletes: 0, rate: nil))
    let database = try scene.connect().query("select current_database()").single(as: String.self)
    let error = try await #require(throws: WorkloadError.self) {
      try await scene.write(
        WritePlan(inserts: 20, updates: 0, deletes: 0, batchSize: 5, rate: nil),
        limits: WriterLimits(outage: .seconds(10)),
        onStep: once(at: .intentRecorded) {
          let admin = try Connection(scene.conninfo + " dbname=postgres")
          try admin.script("alter database \(identifier: database) allow_connections false")
          try endSessions(of: database, by: admin)
        })
    }
    #expect(error.code == .source)
    let admin = try Connection(scene.conninfo + " dbname=postgres")
    try admin.script("alter database \(identifier: database) allow_connections true")
    // The intent of the lost transaction is settled by the next run.
    let summary = try await scene.write(WritePlan(inserts: 0, updates: 0, deletes: 0))
    #expect(summary.settlement.aborted + summary.settlement.committed <= 1)
    #expect(try await scene.differences() == [])
  }

  @Test func aLockThatIsHeldIsTriedForAgainAndThenReported() async throws {
    let scene = try await Scene(clock: ManualClock())
    try await scene.write(WritePlan(inserts: 10, updates: 0, deletes: 0, rate: nil))
    let other = try scene.connect()
    try other.execute("begin")
    try other.execute("lock table customers in share mode")
    let limits = WriterLimits(lockTimeout: .milliseconds(30), retries: 2)
    let error = try await #require(throws: WorkloadError.self) {
      try await scene.write(WritePlan(inserts: 10, updates: 0, deletes: 0, rate: nil), limits: limits)
    }
    #expect(error.code == .retriesExhausted(attempts: 3))
    #expect((error.cause as? PostgresError)?.sqlState == .lockNotAvailable)
    try other.execute("rollback")
    #expect(try await scene.differences() == [])
  }

  @Test func aRowThatSomebodyChangesMeanwhileIsNotOverwritten() async throws {
    let scene = try await Scene(clock: ManualClock())
    try await scene.write(WritePlan(inserts: 1, updates: 0, deletes: 0, rate: nil))
    // Between the choice of the row and its update the row gets another version.
    let summary = try await scene.write(
      WritePlan(inserts: 0, updates: 1, deletes: 0, rate: nil),
      onStep: once(at: .begun) {
        try scene.connect().script(
          "update customers set updated_at = updated_at + interval '1 hour', name = 'X'")
      })
    #expect(summary.retries == 1 && summary.written.updates == 1)
    let name = try scene.connect().query("select name from customers").single(as: String.self)
    #expect(name == "X")
    #expect(try await scene.differences() == [])
  }

  @Test func aDeferredConstraintThatFailsAtCommitIsNoLoss() async throws {
    let scene = try await Scene(clock: ManualClock())
    try await scene.write(WritePlan(inserts: 1, updates: 0, deletes: 0, rate: nil))
    try scene.connect().script(
      """
      create function refuse() returns trigger language plpgsql as
        'begin raise exception ''no'' using errcode = ''40001''; end';
      create constraint trigger refuse after insert on customers deferrable initially deferred
        for each row execute function refuse()
      """)
    let error = try await #require(throws: WorkloadError.self) {
      try await scene.write(
        WritePlan(inserts: 4, updates: 0, deletes: 0, rate: nil), limits: WriterLimits(retries: 2))
    }
    #expect(error.code == .retriesExhausted(attempts: 3))
    #expect(try await scene.differences() == [])
    // What the last try left is settled by the next run.
    try scene.connect().script("drop trigger refuse on customers")
    try await scene.write(WritePlan(inserts: 1, updates: 0, deletes: 0, rate: nil))
    #expect(try await scene.withLedger { try $0.unsettledTransactions() }.isEmpty)
    #expect(try await scene.tableRows().count == 2)
  }

  @Test func noServerIsSaidPlainly() async throws {
    let scene = try await Scene()
    let error = try await scene.withLedger { ledger in
      let writer = Writer(
        conninfo: "host=/nonexistent dbname=x", ledger: ledger, table: WrittenTable(name: scene.table),
        clock: scene.clock)
      return try await #require(throws: WorkloadError.self) { try await writer.write(WritePlan()) }
    }
    #expect(error.code == .source)
    #expect((error.cause as? PostgresError)?.code == .unreachable)
  }
}
