import Foundation
import GRDB
import Ledger
import Postgres
import Synchronization
import TestSupport
import Testing
import Time

@testable import Workload

@Suite struct WriterTests {
  @Test func aPlanIsWrittenToTableAndLedgerAlike() async throws {
    let scene = try await Scene()
    let summary = try await scene.write(
      WritePlan(inserts: 200, updates: 90, deletes: 30, batchSize: 7, rate: nil, seed: 1))
    #expect(summary.written == OperationCounts(inserts: 200, updates: 90, deletes: 30))
    #expect(summary.notPossible == OperationCounts())
    #expect(summary.ending == .completed && summary.tableCreated && summary.seed == 1)
    #expect(summary.transactions >= 46)
    #expect(try await scene.tableRows().count == 170)
    #expect(try await scene.differences() == [])
  }

  @Test(arguments: [1, 15, 16, 40, 5_000]) func everyBatchSizeWritesTheSame(batchSize: Int) async throws {
    let scene = try await Scene()
    try await scene.write(
      WritePlan(inserts: 300, updates: 60, deletes: 40, batchSize: batchSize, rate: nil, seed: 2))
    try await scene.write(
      WritePlan(inserts: 100, updates: 60, deletes: 40, batchSize: batchSize, rate: nil, seed: 3))
    #expect(try await scene.differences() == [])
    #expect(try await scene.tableRows().count == 320)
  }

  /// A ledger put back from a backup would give numbers again that rows have.
  @Test func aLedgerThatIsBehindTheTableWritesNothing() async throws {
    let scene = try await Scene()
    let plan = WritePlan(inserts: 10, updates: 0, deletes: 0, batchSize: 5, rate: nil, seed: 1)
    try await scene.write(plan)
    let files = FileManager.default
    let backup = ["", "-wal"].map { ($0, files.contents(atPath: scene.ledgerPath + $0)) }
    try await scene.write(WritePlan(inserts: 600, updates: 0, deletes: 0, batchSize: 100, rate: nil, seed: 2))
    for suffix in ["", "-wal", "-shm"] { try? files.removeItem(atPath: scene.ledgerPath + suffix) }
    for (suffix, bytes) in backup where bytes != nil {
      #expect(files.createFile(atPath: scene.ledgerPath + suffix, contents: bytes))
    }
    let error = await #expect(throws: WorkloadError.self) { try await scene.write(plan) }
    #expect(error?.code == .ledgerBehind)
    #expect(error?.description.contains("put back from a backup") == true)
    #expect(try await scene.tableRows().count == 610)
  }

  /// A copy of the ledger from any moment of a run, put back when the run is over: a writer refuses it, or what it
  /// writes has numbers of its own.
  @Test(arguments: WriteStep.allCases) func aLedgerPutBackFromAnyMomentGivesNoNumberTwice(
    step: WriteStep
  ) async throws {
    let plan = WritePlan(inserts: 20, updates: 6, deletes: 2, batchSize: 4, rate: nil, seed: 5)
    var refused = 0
    for number in 1...7 {
      let scene = try await Scene()
      try await scene.write(WritePlan(inserts: 8, updates: 0, deletes: 0, batchSize: 4, rate: nil, seed: 4))
      let copy = scene.ledgerPath + "-copy"
      defer { try? FileManager.default.removeItem(atPath: copy) }
      let count = Mutex(0)
      try await scene.write(plan) { reached in
        let isIt = count.withLock { count in
          if reached == step { count += 1 }
          return reached == step && count == number
        }
        if isIt { try DatabaseQueue(path: scene.ledgerPath).vacuum(into: copy) }
      }
      try #require(FileManager.default.fileExists(atPath: copy), "the run has so many of the step")
      let before = try await scene.tableRows()
      for suffix in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: scene.ledgerPath + suffix)
      }
      try FileManager.default.copyItem(atPath: copy, toPath: scene.ledgerPath)
      do {
        try await scene.write(WritePlan(inserts: 5, updates: 0, deletes: 0, batchSize: 5, rate: nil, seed: 6))
        let after = try await scene.tableRows()
        #expect(after.count == before.count + 5)
        #expect(before.allSatisfy { after[$0.key]?.digest == $0.value.digest })
      } catch let error as WorkloadError {
        #expect(error.code == .ledgerBehind)
        refused += 1
        #expect(try await scene.tableRows().count == before.count, "nothing was written")
      }
    }
    #expect(refused < 7 || step == .begun)
  }

  @Test func theTableIsThatOfTheExercise() async throws {
    let scene = try await Scene()
    try await scene.withLedger { ledger in
      let writer = Writer(
        conninfo: scene.conninfo, ledger: ledger, table: WrittenTable(name: scene.table), clock: scene.clock)
      let preparation = try await writer.prepare()
      #expect(preparation.tableCreated && preparation.serverVersion >= 130_000)
      await writer.close()
    }
    let columns = try scene.connect().query(
      """
      select a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      from pg_attribute a where a.attrelid = 'public.customers'::regclass and a.attnum > 0 order by a.attnum
      """)
    #expect(
      try columns.map { try $0.decode(0, as: String.self) } == [
        "created_at timestamp without time zone", "updated_at timestamp without time zone",
        "customer_id uuid", "name character varying(200)", "region character varying(200)",
        "country character varying(200)", "lat double precision", "lng double precision",
        "email character varying(80)", "phone character varying(30)",
      ])
    let key = try scene.connect().query(
      "select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'public.customers'::regclass")
    #expect(try key.single(as: String.self) == "PRIMARY KEY (customer_id)")
  }

  @Test func aSeedGivesTheSamePeople() async throws {
    var names: [[String]] = []
    for _ in 0..<2 {
      let scene = try await Scene()
      try await scene.write(WritePlan(inserts: 50, updates: 0, deletes: 0, batchSize: 20, rate: nil, seed: 9))
      let rows = try scene.connect().query(
        "select name || email || phone from customers order by customer_id")
      names.append(try rows.map { try $0.decode(0, as: String.self) })
    }
    #expect(names[0] == names[1] && names[0].count == 50)
  }

  @Test func timesAreUTCWhateverTheSessionsZone() async throws {
    let scene = try await Scene()
    let database = try scene.connect().query("select current_database()").single(as: String.self)
    try scene.connect().script("alter database \(identifier: database) set timezone = 'Asia/Kathmandu'")
    try await scene.write(WritePlan(inserts: 40, updates: 5, deletes: 0, batchSize: 20, rate: nil))
    let farthest = try scene.connect().query(
      """
      select max(abs(extract(epoch from clock_timestamp() - (updated_at at time zone 'UTC'))))::float8
      from customers
      """
    ).single(as: Double.self)
    #expect(farthest < 600)
  }

  @Test func versionsGrowEvenWhereTheClockStandsStill() async throws {
    let scene = try await Scene(clock: ManualClock())
    try await scene.write(WritePlan(inserts: 3, updates: 0, deletes: 0, batchSize: 1, rate: nil))
    try await scene.write(WritePlan(inserts: 0, updates: 60, deletes: 0, batchSize: 2, rate: nil))
    let operations = try await scene.withLedger { try $0.committedOperations() }
    var last: [Int64: Timestamp] = [:]
    for operation in operations {
      if let previous = last[operation.sequence] { #expect(operation.version > previous) }
      last[operation.sequence] = operation.version
    }
    #expect(operations.count == 63)
    #expect(try await scene.differences() == [])
  }

  @Test func moreThanThereIsIsReportedAsNotPossible() async throws {
    let scene = try await Scene()
    let summary = try await scene.write(
      WritePlan(inserts: 10, updates: 3, deletes: 25, batchSize: 4, rate: nil, seed: 4))
    #expect(summary.written.inserts == 10)
    #expect(summary.written.deletes == 10)
    #expect(summary.notPossible.deletes == 15)
    #expect(summary.written.updates + summary.notPossible.updates == 3)
    #expect(try await scene.tableRows().isEmpty)
    #expect(try await scene.differences() == [])
  }

  @Test func anEmptyPlanWritesNothing() async throws {
    let scene = try await Scene()
    let summary = try await scene.write(WritePlan(inserts: 0, updates: 0, deletes: 0))
    #expect(summary.written.total == 0 && summary.transactions == 0 && summary.ending == .completed)
  }

  @Test func theRateIsKeptByTheClockThatWasGiven() async throws {
    let clock = ManualClock()
    let scene = try await Scene(clock: clock)
    let summary = try await scene.write(
      WritePlan(inserts: 40, updates: 0, deletes: 0, batchSize: 10, rate: 5))
    #expect(summary.finishedAt - summary.startedAt == .seconds(6))
    #expect(clock.wakeUps.count == 3)
  }

  @Test func writingOverATimeEnds() async throws {
    let scene = try await Scene(clock: ManualClock())
    let summary = try await scene.write(
      WritePlan(
        inserts: 2, updates: 1, deletes: 1, batchSize: 4, rate: 8, extent: .lasting(.seconds(10))))
    #expect(summary.ending == .durationReached)
    // The last transaction begins within the time, and may be of fewer rows than the others.
    #expect((80..<84).contains(summary.written.total + summary.notPossible.total))
    #expect(try await scene.differences() == [])
  }

  @Test func cancellingEndsAfterTheTransactionUnderWay() async throws {
    let scene = try await Scene(clock: ManualClock())
    let (transactions, continuation) = AsyncStream<Int>.makeStream()
    let task = Task {
      try await scene.write(
        WritePlan(inserts: 1, updates: 0, deletes: 0, batchSize: 3, rate: 100, extent: .endless),
        progress: { continuation.yield($0.transactions) })
    }
    for await count in transactions where count == 5 { break }
    task.cancel()
    let summary = try await task.value
    #expect(summary.ending == .cancelled)
    #expect(summary.transactions >= 5 && summary.written.inserts == summary.transactions * 3)
    #expect(try await scene.differences() == [])
    #expect(try await scene.withLedger { try $0.unsettledTransactions() }.isEmpty)
  }

  @Test func progressIsToldAfterEveryTransaction() async throws {
    let scene = try await Scene()
    let seen = Mutex<[WriteProgress]>([])
    try await scene.write(
      WritePlan(inserts: 9, updates: 0, deletes: 0, batchSize: 3, rate: nil),
      progress: { progress in seen.withLock { $0.append(progress) } })
    let progress = seen.withLock { $0 }
    #expect(progress.map(\.written.inserts) == [3, 6, 9])
    #expect(progress.map(\.transactions) == [1, 2, 3])
    #expect(progress.allSatisfy { $0.planned?.inserts == 9 })
  }

  @Test func commitTimesAreBoundedByPostgreSQLsClock() async throws {
    let scene = try await Scene()
    let before = try scene.connect().query("select clock_timestamp()").single(as: Timestamp.self)
    try await scene.write(WritePlan(inserts: 20, updates: 0, deletes: 0, batchSize: 5, rate: nil))
    let after = try scene.connect().query("select clock_timestamp()").single(as: Timestamp.self)
    let bounds = try await scene.withLedger { try $0.commitTimes() }
    #expect(bounds.count == 4)
    for (earlier, later) in zip(bounds, bounds.dropFirst()) { #expect(earlier.latest <= later.earliest) }
    #expect(bounds.allSatisfy { $0.earliest >= before && $0.latest <= after })
  }
}
