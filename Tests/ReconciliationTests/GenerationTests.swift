import Ledger
import Reconciliation
import TestSupport
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

  /// Between the taking away and the load there is nothing to see: no alarm, and no OK either.
  @Test func aReloadSeenWhileTheTableIsEmptyIsNoAlarm() async throws {
    var simulation = try await began()
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    let empty = try await simulation.reconcile()
    #expect(empty.findings.map(\.kind) == [.reload])
    #expect(empty.verdict.status == .unknown)
    #expect(empty.verdict.reason.hasPrefix("all objects of public.customers are gone from the bucket"))
    simulation.clock.advance(by: .seconds(10))
    simulation.load()
    let loaded = try await simulation.reconcile()
    #expect(loaded.findings.map(\.summary) == ["public.customers was loaded afresh: generation 2 began"])
    #expect(loaded.newFindings.isEmpty)
    #expect(loaded.verdict.status == .ok, "\(loaded.verdict)")
  }

  /// A listing in the middle of a reload's deletions sees a part of the objects.
  @Test func aReloadSeenHalfDeletedIsNoAlarm() async throws {
    var simulation = try await began()
    let keys = simulation.bucket.keys
    for gone in [1, 2] {
      simulation.bucket.remove(keys[gone])
      let result = try await simulation.reconcile()
      #expect(result.findings.isEmpty)
      #expect(result.verdict.status == .unknown)
      #expect(result.verdict.reason.contains("\(gone) object"), "\(result.verdict.reason)")
    }
    for key in keys { simulation.bucket.remove(key) }
    simulation.clock.advance(by: .seconds(10))
    simulation.load(rowsPerObject: 3)
    let loaded = try await simulation.reconcile()
    #expect(loaded.findings.map(\.kind) == [.reload])
    #expect(loaded.verdict.status == .ok, "\(loaded.verdict)")
  }

  /// What a reload deletes first may pass as a lifecycle rule's work, or as a loss: the new load owes it all the same.
  @Test(arguments: [true, false]) func whatAReloadLosesIsFoundHoweverItWasSeen(isOld: Bool) async throws {
    var simulation = try Simulation(seed: 31)
    try simulation.commit(inserts: 6)
    simulation.load(rowsPerObject: 3)
    for _ in 0..<4 {
      try simulation.commit(inserts: 3)
      simulation.flush(after: .seconds(30))
      simulation.clock.advance(by: .seconds(isOld ? 86_400 : 30))
    }
    try simulation.commit(inserts: 1)
    simulation.flush()
    try await simulation.reconcile()
    simulation.configuration.fullListingEvery = .zero
    for key in simulation.bucket.keys where key.contains("LOAD") { simulation.bucket.remove(key) }
    simulation.bucket.remove(simulation.bucket.keys[0])
    for _ in 0..<2 {
      simulation.clock.advance(by: .seconds(5))
      try await simulation.reconcile()
    }
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    simulation.clock.advance(by: .seconds(100))
    let lost = Set(simulation.live.keys.sorted().prefix(6))
    simulation.load(rowsPerObject: 100, dropping: lost)
    try simulation.commit(inserts: 2)
    simulation.flush(after: .seconds(30))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical)
    #expect(Set(result.findings(.lostRows).flatMap(\.rows).map(\.key)) == Set(lost.map(simulation.key)))
    #expect(result.findings(.vanishedObject).allSatisfy { $0.severity == .notice })
  }

  /// DO_NOTHING: the objects of the load are written over, one by one, and looked at between.
  @Test func aLoadThatIsMadeOverOneByOneIsOneReload() async throws {
    var simulation = try await began()
    simulation.clock.advance(by: .seconds(100))
    let rows = simulation.live.sorted { $0.key < $1.key }.map { sequence, row in
      ObservedRow(
        place: 0, op: .operation(.insert), sequence: sequence, version: row.version,
        commit: simulation.clock.now(), digest: row.digest)
    }
    simulation.position = simulation.log.count
    for (index, start) in stride(from: 0, to: rows.count, by: 4).enumerated() {
      let part = simulation.observation(Array(rows[start..<min(start + 4, rows.count)]))
      simulation.bucket.write(simulation.loadKey(index + 1), .success(part))
      simulation.clock.advance(by: .seconds(10))
      let result = try await simulation.reconcile()
      #expect(result.figures?.generation == 2)
      #expect(result.verdict.status != .critical, "\(result.verdict.reason)")
      #expect(result.findings.map(\.kind) == [.reload], "\(result.findings.map(\.summary))")
    }
    for _ in 0..<2 {
      try simulation.commit(inserts: 2, updates: 2)
      simulation.flush(after: .seconds(60))
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
      #expect(result.findings.map(\.kind) == [.reload] && result.figures?.missing == 0)
    }
  }

  /// DMS writes no object of a load without rows.
  @Test func aReloadOfATableWithoutRowsOwesNoLoad() async throws {
    var simulation = try Simulation(seed: 32)
    try simulation.commit(inserts: 4)
    simulation.load()
    try simulation.commit(inserts: 2)
    simulation.flush()
    try await simulation.reconcile()
    try simulation.commit(simulation.live.keys.sorted().map { simulation.change(.delete, $0) })
    simulation.flush()
    #expect(try await simulation.reconcile().verdict.status == .ok)
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    simulation.clock.advance(by: .seconds(600))
    let empty = try await simulation.reconcile()
    #expect(empty.findings.map(\.kind) == [.reload])
    #expect(empty.verdict.status != .critical, "\(empty.verdict.reason)")
    simulation.clock.advance(by: .seconds(600))
    #expect(try await simulation.reconcile().verdict.status != .critical)
    for _ in 0..<2 {
      try simulation.commit(inserts: 3)
      simulation.flush(after: .seconds(60))
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
      #expect(result.findings(.vanishedObject).isEmpty && result.figures?.missing == 0)
    }
  }

  /// Who takes away one object after the other for longer than a reload does deletes.
  @Test func objectsThatGoOneByOneAreFoundInTheEnd() async throws {
    let simulation = try await began()
    for key in simulation.bucket.keys.prefix(2) {
      simulation.bucket.remove(key)
      #expect(try await simulation.reconcile().verdict.status == .unknown)
      simulation.clock.advance(by: .seconds(240))
    }
    simulation.bucket.remove(simulation.bucket.keys[0])
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical)
    #expect(result.findings(.vanishedObject).count == 3)
  }

  @Test(arguments: [true, false]) func anEmptiedTableIsLostWhereNoLoadComes(flowing: Bool) async throws {
    var simulation = try await began()
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    #expect(try await simulation.reconcile().verdict.status == .unknown)
    if flowing {
      // Changes without a load before them: no reload was the reason.
      try simulation.commit(inserts: 1)
      simulation.flush()
    } else {
      simulation.clock.advance(by: .seconds(400))
    }
    let lost = try await simulation.reconcile()
    #expect(lost.verdict.status == .critical)
    #expect(lost.findings(.vanishedObject).count == 1)
    #expect(lost.verdict.reason.contains("no full load came after"))
    simulation.clock.advance(by: .seconds(10))
    simulation.load()
    let loaded = try await simulation.reconcile()
    #expect(Set(loaded.resolvedFindings.map(\.kind)).isSubset(of: [.vanishedObject, .lateRows]))
    #expect(loaded.findings(.vanishedObject).isEmpty)
    #expect(loaded.verdict.status == .ok, "\(loaded.verdict)")
  }

  /// What a reload takes away between the listing and the reading is no trouble of the bucket.
  @Test func anObjectThatGoesWhileItIsReadIsNoAlarm() async throws {
    var simulation = try await began()
    simulation.clock.advance(by: .seconds(10))
    try simulation.commit(inserts: 1)
    simulation.flush()
    let (bucket, old) = (simulation.bucket, simulation.bucket.keys)
    simulation.clock.advance(by: .seconds(10))
    var reloaded = simulation
    let rows = reloaded.live.keys.sorted().compactMap { sequence in
      reloaded.live[sequence].map { row in
        ObservedRow(
          place: 0, op: .operation(.insert), sequence: sequence, version: row.version,
          commit: simulation.clock.now(), digest: row.digest)
      }
    }
    let (load, key) = (reloaded.observation(rows), reloaded.loadKey(1))
    reloaded.position = reloaded.log.count
    bucket.afterPage { page in
      guard page == 0 else { return }
      for key in old { bucket.remove(key) }
      bucket.write(key, .success(load))
    }
    let result = try await simulation.reconcile()
    bucket.afterPage(nil)
    #expect(result.error == nil)
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.findings.map(\.kind) == [.reload])
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

  /// The new load lacks rows, and no change follows that would prove it: what must be there falls due.
  @Test func whatAReloadLostOfAQuietTableIsLate() async throws {
    var simulation = try Simulation(seed: 72)
    try simulation.commit(inserts: 6)
    simulation.load()
    try simulation.commit(inserts: 3)
    simulation.flush()
    try await simulation.reconcile()
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    simulation.clock.advance(by: .seconds(60))
    let lost = simulation.live.keys.sorted().suffix(3)
    simulation.load(dropping: Set(lost))
    simulation.clock.advance(by: simulation.configuration.fullListingEvery)
    try await simulation.reconcile()
    simulation.clock.advance(by: .seconds(300))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical && result.figures?.late == 3, "\(result.verdict)")
    #expect(result.rows(.lateRows) == lost.map { "I " + simulation.key($0) }.sorted())
  }

  /// DO_NOTHING: changes of before stay, and the load made over shows a row as it was before one of them.
  @Test func aLoadThatShowsAnOldStateIsFound() async throws {
    var simulation = try Simulation(seed: 73)
    try simulation.commit(inserts: 4)
    simulation.load()
    let key = try #require(simulation.live.keys.min())
    let old = try #require(simulation.live[key])
    try simulation.commit([simulation.change(.update, key)])
    let lost = try #require(simulation.log.last)
    simulation.flush(after: .seconds(30))
    #expect(try await simulation.reconcile().verdict.status == .ok)
    simulation.clock.advance(by: .seconds(600))
    let now = simulation.live[key]
    simulation.live[key] = old
    simulation.load()
    simulation.live[key] = now
    try simulation.commit(inserts: 1)
    simulation.flush(after: .seconds(30))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical, "\(result.verdict)")
    #expect(result.rows(.lostRows) == ["U " + simulation.key(lost.sequence)])
  }

}
