import Foundation
import Ledger
import Postgres
import Testing
import Time

@testable import Workload

/// Transactions of which PostgreSQL knows no more, and sessions that are still there.
@Suite struct SettlerTests {
  /// An id that no test server reaches: one that the server was restored to before.
  private let unknownXID: UInt64 = 1 << 40

  private func scene(rows: Int = 6) async throws -> Scene {
    let scene = try await Scene()
    try await scene.write(WritePlan(inserts: rows, updates: 0, deletes: 0, batchSize: 3, rate: nil))
    return scene
  }

  /// Leaves an intent on the live rows by `make`, settles, and says how it was decided.
  private func settle(
    _ scene: Scene, _ make: (_ rows: [IntendedOperation], _ next: Int64) -> [IntendedOperation]
  ) async throws -> Settlement {
    let rows = try await scene.ledgerRows().values.sorted { $0.sequence < $1.sequence }
    return try await scene.withLedger { ledger in
      let next = try ledger.reserveSequences(1).lowerBound
      _ = try ledger.recordIntent(xid: unknownXID, table: scene.table, operations: make(rows, next))
      let writer = Writer(
        conninfo: scene.conninfo, ledger: ledger, table: WrittenTable(name: scene.table), clock: scene.clock)
      return try await writer.settle()
    }
  }

  private func operation(
    _ kind: OperationKind, _ sequence: Int64, _ version: Timestamp
  ) -> IntendedOperation {
    IntendedOperation(kind: kind, sequence: sequence, version: version, digest: RowDigest(bytes: []))
  }

  private let committed = Settlement(committed: 1, decidedByRows: 1)
  private let aborted = Settlement(aborted: 1, decidedByRows: 1)

  @Test func aRowThatIsThereProvesAnInsert() async throws {
    let scene = try await scene()
    #expect(
      try await settle(scene) { rows, _ in [operation(.insert, rows[0].sequence, rows[0].version)] }
        == committed)
  }

  @Test func aRowThatIsNotThereSpeaksAgainstAnInsert() async throws {
    let scene = try await scene()
    #expect(
      try await settle(scene) { rows, next in [operation(.insert, next, rows[0].version)] } == aborted)
  }

  @Test func theVersionOfARowDecidesAnUpdate() async throws {
    let scene = try await scene()
    #expect(
      try await settle(scene) { rows, _ in
        [operation(.update, rows[1].sequence, rows[1].version + .seconds(1))]
      } == aborted)
    #expect(
      try await settle(scene) { rows, _ in [operation(.update, rows[1].sequence, rows[1].version)] }
        == committed)
  }

  @Test func aRowThatIsThereSpeaksAgainstADelete() async throws {
    let scene = try await scene()
    #expect(
      try await settle(scene) { rows, _ in [operation(.delete, rows[2].sequence, rows[2].version)] }
        == aborted)
    #expect(
      try await settle(scene) { rows, next in [operation(.delete, next, rows[2].version)] } == committed)
  }

  @Test func oneRowThatProvesItIsEnough() async throws {
    let scene = try await scene()
    // The inserted row stands there; the deleted one was put back by somebody.
    #expect(
      try await settle(scene) { rows, _ in
        [
          operation(.delete, rows[1].sequence, rows[1].version),
          operation(.insert, rows[0].sequence, rows[0].version),
        ]
      } == committed)
  }

  @Test func aTableThatIsGoneHoldsNoRow() async throws {
    let scene = try await scene()
    try scene.connect().script("drop table customers")
    #expect(
      try await settle(scene) { rows, _ in [operation(.insert, rows[0].sequence, rows[0].version)] }
        == aborted)
  }

  /// Leaves intents without numbers, as a killed writer does, and settles them.
  private func settlePlanned(
    _ scene: Scene, losesJournal: Bool,
    _ make: (_ rows: [IntendedOperation], _ next: Int64) -> [IntendedOperation]
  ) async throws -> Settlement {
    if losesJournal { try FileManager.default.removeItem(atPath: scene.ledgerPath + "-xids") }
    let rows = try await scene.ledgerRows().values.sorted { $0.sequence < $1.sequence }
    return try await scene.withLedger { ledger in
      let next = try ledger.reserveSequences(10).lowerBound
      _ = try ledger.recordIntents(
        make(rows, next).map { OperationList([$0]) }, table: scene.table, confirming: [])
      let writer = Writer(
        conninfo: scene.conninfo, ledger: ledger, table: WrittenTable(name: scene.table), clock: scene.clock)
      return try await writer.settle()
    }
  }

  @Test func whatWasNeverBegunIsNotCommitted() async throws {
    let scene = try await scene()
    #expect(
      try await settlePlanned(scene, losesJournal: false) { rows, next in
        [operation(.insert, next, rows[0].version), operation(.delete, next + 1, rows[0].version)]
      } == Settlement(aborted: 2))
  }

  @Test func aRowProvesWhatAJournalThatWasLeftBehindDoesNotKnow() async throws {
    let scene = try await scene()
    #expect(
      try await settlePlanned(scene, losesJournal: false) { rows, next in
        [operation(.update, rows[1].sequence, rows[1].version), operation(.insert, next, rows[1].version)]
      } == Settlement(committed: 1, aborted: 1, decidedByRows: 1))
  }

  @Test func afterTheMachineFailedTheLastTransactionThatRowsProveProvesThoseBeforeIt() async throws {
    let scene = try await scene()
    #expect(
      try await settlePlanned(scene, losesJournal: true) { rows, next in
        [
          // Somebody has taken this row away since.
          operation(.insert, next, rows[0].version),
          operation(.update, rows[1].sequence, rows[1].version),
          operation(.insert, next + 1, rows[1].version),
        ]
      } == Settlement(committed: 2, aborted: 1, decidedByRows: 3))
  }

  @Test func aTransactionThatIsUnderWayStaysUnsettledAndIsNotOvertaken() async throws {
    let scene = try await scene()
    let other = try scene.connect()
    try other.execute("begin")
    let xid = try other.currentTransactionID()
    let settlement = try await scene.withLedger { ledger in
      _ = try ledger.recordIntent(
        xid: xid.rawValue, table: scene.table,
        operations: [operation(.insert, try ledger.reserveSequences(1).lowerBound, Timestamp(seconds: 1))])
      let writer = Writer(
        conninfo: scene.conninfo, ledger: ledger, table: WrittenTable(name: scene.table), clock: scene.clock)
      return try await writer.settle()
    }
    #expect(settlement == Settlement(stillInProgress: 1))
    let error = try await #require(throws: WorkloadError.self) { try await scene.write(WritePlan()) }
    #expect(error.code == .writerActive(processID: nil))
    try other.execute("rollback")
    #expect(try await scene.write(WritePlan(rate: nil)).settlement == Settlement(aborted: 1))
  }

  @Test func anotherWriterOfThePipelineIsWaitedForAndThenNamed() async throws {
    let scene = try await scene()
    let tag = try await scene.withLedger { $0.pipelineTag }
    let session = try SourceSession(
      conninfo: scene.conninfo, table: scene.table, tag: tag, limits: WriterLimits())
    try session.becomeOnlyWriter()
    let error = try await #require(throws: WorkloadError.self) {
      try await scene.write(WritePlan(), limits: WriterLimits(lockTimeout: .milliseconds(50)))
    }
    #expect(error.code == .writerActive(processID: Int(session.connection.processID)))
    #expect(error.description.contains("pg_terminate_backend"))
    session.close()
    try await scene.write(WritePlan(rate: nil))
    #expect(try await scene.differences() == [])
  }

  @Test func theTimeOfASettledCommitIsBounded() async throws {
    let scene = try await scene()
    let before = try scene.connect().query("select clock_timestamp()").single(as: Timestamp.self)
    struct Stop: Error {}
    await #expect(throws: WorkloadError.self) {
      try await scene.write(
        WritePlan(inserts: 1, updates: 0, deletes: 0), onStep: { if $0 == .committed { throw Stop() } })
    }
    let after = try scene.connect().query("select clock_timestamp()").single(as: Timestamp.self)
    try await scene.write(WritePlan(inserts: 0, updates: 0, deletes: 0))
    let bounds = try #require(try await scene.withLedger { try $0.commitTimes() }.last)
    #expect(bounds.earliest <= after && bounds.latest >= before)
    #expect(bounds.earliest >= before - .milliseconds(500))
  }
}
