import Ledger
import Reconciliation
import Testing
import Time

@Suite struct GenerationTests {
  /// A table with a load, changes, and a reconciliation.
  private func began() async throws -> Simulation {
    var simulation = try Simulation()
    try simulation.commit(inserts: 10)
    try simulation.commit(updates: 3, deletes: 2)
    simulation.clock.advance(by: .seconds(10))
    simulation.load(rowsPerObject: 3)
    simulation.clock.advance(by: .seconds(10))
    try simulation.commit(inserts: 3, updates: 2, deletes: 1)
    simulation.flush()
    #expect(try await simulation.reconcile().verdict.status == .ok)
    return simulation
  }

  @Test func aReloadIsANewGenerationNotAStorm() async throws {
    var simulation = try await began()
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    simulation.clock.advance(by: .seconds(10))
    simulation.load(rowsPerObject: 3)
    let result = try await simulation.reconcile()
    #expect(result.findings.map(\.kind) == [.reload], "\(result.findings.map(\.summary))")
    #expect(result.figures?.generation == 2)
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    simulation.clock.advance(by: .seconds(10))
    try simulation.commit(inserts: 1, updates: 1, deletes: 1)
    simulation.flush()
    let after = try await simulation.reconcile()
    #expect(after.verdict.status == .ok, "\(after.verdict)")
    #expect(after.figures?.missing == 0 && after.figures?.pending == 0)
  }

  @Test func aReloadThatLosesRowsIsFound() async throws {
    var simulation = try await began()
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    let lost = try #require(simulation.live.keys.sorted().last)
    simulation.clock.advance(by: .seconds(10))
    simulation.load(rowsPerObject: 3, dropping: [lost])
    simulation.clock.advance(by: .seconds(10))
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.rows(.lostRows).contains { $0.hasSuffix(simulation.key(lost)) })
    #expect(Set(result.findings(.lostRows).flatMap(\.rows).map(\.key)) == [simulation.key(lost)])
  }

  @Test func aReloadThatKeepsTheChangesIsANewGeneration() async throws {
    var simulation = try await began()
    simulation.clock.advance(by: .seconds(10))
    simulation.load(rowsPerObject: 3)
    let result = try await simulation.reconcile()
    #expect(result.figures?.generation == 2)
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.findings(.overwrittenObject).isEmpty)
  }

  @Test func anEmptiedTableIsOneFindingUntilItIsLoadedAgain() async throws {
    var simulation = try await began()
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    let empty = try await simulation.reconcile()
    #expect(empty.findings.map(\.kind) == [.vanishedObject])
    #expect(empty.verdict.reason == "all objects of public.customers are gone from the bucket")
    simulation.clock.advance(by: .seconds(10))
    simulation.load()
    let loaded = try await simulation.reconcile()
    #expect(loaded.resolvedFindings.map(\.kind) == [.vanishedObject])
    #expect(loaded.verdict.status == .ok, "\(loaded.verdict)")
  }

  @Test func changesCachedDuringTheLoadMayComeTwice() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 10)
    // The slot begins here; the table is read later.
    let slot = simulation.log.count
    try simulation.commit(inserts: 2, updates: 3, deletes: 2)
    simulation.load()
    simulation.position = slot
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.figures?.duplicates == 0)
    #expect(result.figures?.pending == 0)
  }

  @Test func replaysAfterAResumeAreDuplicatesAndNoMore() async throws {
    var simulation = try await began()
    let position = simulation.position
    try simulation.commit(inserts: 2, updates: 2)
    simulation.flush()
    simulation.position = position
    try simulation.commit(deletes: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.findings.map(\.kind) == [.duplicateRows])
    #expect(result.findings.first?.rowCount == 4)
    #expect(result.verdict.status == .ok)
  }
}
