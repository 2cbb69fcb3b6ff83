import GRDB
import Ledger
import Reconciliation
import TestSupport
import Testing
import Time

/// A ledger put back from a backup, or copied to a second host: it cannot tell what it did not record.
@Suite struct OtherLedgerTests {
  /// A history, a backup of its ledger in the middle, and the ledger as it was then put back.
  ///
  /// - Parameter inserts: how many rows were written of which it knows nothing.
  private func restored(inserts: Int = 3) async throws -> Simulation {
    var simulation = try Simulation(seed: 41)
    try simulation.commit(inserts: 8)
    simulation.flush(after: .seconds(60))
    try await simulation.reconcile()
    let path = simulation.directory.file("ledger.sqlite")
    let backup = simulation.directory.file("backup.sqlite")
    try simulation.ledger.close()
    try await DatabaseQueue(path: path).vacuum(into: backup)
    simulation.ledger = try LedgerStore.open(path: path, pipeline: "test", clock: simulation.clock)
    try simulation.commit(inserts: inserts, updates: 4, deletes: 2)
    simulation.flush(after: .seconds(60))
    #expect(try await simulation.reconcile().verdict.status == .ok)
    try simulation.ledger.close()
    simulation.ledger = try LedgerStore.open(path: backup, pipeline: "test", clock: simulation.clock)
    return simulation
  }

  @Test func aLedgerPutBackIsUnknownAndSaysWhatToDo() async throws {
    let simulation = try await restored()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(
      result.verdict.reason.contains("put back from a backup, or another host writes with a copy of it"))
    #expect(result.verdict.reason.contains("go on with the newest ledger"))
    #expect(result.findings(.otherLedger).first?.rowCount == 3)
    // It is UNKNOWN as long as nobody says that it is known.
    #expect(try await simulation.reconcile().verdict.status == .unknown)
  }

  /// No row is unknown, but changes of rows are: it is behind, and nothing is wrong with the bucket.
  @Test func aLedgerThatLostUpdatesAloneIsBehindToo() async throws {
    var simulation = try await restored(inserts: 0)
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(result.verdict.reason.contains("it was put back from a backup"))
    #expect(result.verdict.reason.contains("go on with the newest ledger"))
    #expect(result.findings.map(\.kind) == [.unknownChanges])
    #expect(result.figures?.missing == 0)
    // It writes on, and what is lost then is not hidden by what it did not know before.
    try simulation.commit(inserts: 3)
    var rows = simulation.takeRows()
    rows.removeFirst()
    simulation.write(rows)
    let later = try await simulation.reconcile()
    #expect(later.verdict.status == .unknown, "nothing came after it yet")
    try simulation.commit(inserts: 1)
    simulation.flush()
    let last = try await simulation.reconcile()
    #expect(last.verdict.status == .critical && last.figures?.missing == 1)
  }

  /// What the object itself shows is told all the same.
  @Test func whatNeedsNoRecordsIsStillFound() async throws {
    let simulation = try await restored()
    simulation.clock.advance(by: .seconds(1))
    simulation.bucket.write(
      simulation.changesKey(), .failure(ObservationFailure(.unreadable, "it is truncated")))
    #expect(try await simulation.reconcile().verdict.status == .critical)
  }
}
