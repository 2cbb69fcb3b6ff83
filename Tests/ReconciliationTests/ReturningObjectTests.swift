import Ledger
import Reconciliation
import TestSupport
import Testing
import Time

/// Objects that were gone, and are listed again; and those of a load that are touched.
@Suite struct ReturningObjectTests {
  /// Three objects of a load and three of changes, all read.
  private func began() async throws -> Simulation {
    var simulation = try Simulation(seed: 61)
    try simulation.commit(inserts: 9)
    simulation.load(rowsPerObject: 3)
    for _ in 0..<3 {
      try simulation.commit(inserts: 3, updates: 1)
      simulation.flush(after: .seconds(30))
    }
    #expect(try await simulation.reconcile().verdict.status == .ok)
    simulation.configuration.fullListingEvery = .zero
    return simulation
  }

  private func next(_ simulation: inout Simulation) async throws -> ReconciliationResult {
    simulation.clock.advance(by: .seconds(60))
    try simulation.commit(inserts: 1)
    simulation.flush()
    return try await simulation.reconcile()
  }

  @Test(arguments: [true, false]) func anObjectThatIsPutBackIsNoLossAnyMore(isSame: Bool) async throws {
    var simulation = try await began()
    let key = simulation.bucket.keys[1]
    let stored = try #require(simulation.bucket.stored(key))
    simulation.bucket.remove(key)
    #expect(try await next(&simulation).verdict.status == .unknown)
    let gone = try await next(&simulation)
    #expect(gone.verdict.status == .critical)
    #expect(gone.findings(.vanishedObject).map(\.object) == [key])
    let read = simulation.bucket.requests.count { $0 == "GET \(key)" }
    if isSame {
      simulation.bucket.restore(key, stored)
    } else {
      simulation.bucket.write(key, stored.content, modified: stored.modified)
    }
    let back = try await next(&simulation)
    #expect(back.verdict.status == .ok, "\(back.verdict.reason)")
    #expect(back.resolvedFindings.map(\.kind) == [.vanishedObject])
    #expect(back.figures?.duplicates == 0)
    // What is as it was is not read again.
    #expect(simulation.bucket.requests.count { $0 == "GET \(key)" } == read + (isSame ? 0 : 1))
  }

  @Test func aLoadObjectThatAListingMissesOnceIsNoReload() async throws {
    var simulation = try await began()
    let key = simulation.loadKey(2)
    let stored = try #require(simulation.bucket.stored(key))
    simulation.bucket.remove(key)
    #expect(try await next(&simulation).verdict.status == .unknown)
    simulation.bucket.restore(key, stored)
    for _ in 0..<2 {
      let result = try await next(&simulation)
      #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
      #expect(result.findings.isEmpty && result.figures?.generation == 1)
    }
  }

  @Test func allObjectsThatArePutBackAreNoLossAnyMore() async throws {
    var simulation = try Simulation(seed: 62)
    for _ in 0..<3 {
      try simulation.commit(inserts: 3)
      simulation.flush(after: .seconds(30))
    }
    try await simulation.reconcile()
    simulation.configuration.fullListingEvery = .zero
    let stored = simulation.bucket.keys.map { ($0, simulation.bucket.stored($0)) }
    for (key, _) in stored { simulation.bucket.remove(key) }
    #expect(try await simulation.reconcile().verdict.status == .unknown)
    simulation.clock.advance(by: .seconds(400))
    #expect(try await simulation.reconcile().verdict.status == .critical)
    for (key, object) in stored { simulation.bucket.restore(key, try #require(object)) }
    for _ in 0..<2 {
      let result = try await next(&simulation)
      #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
      #expect(result.findings(.vanishedObject).isEmpty)
      #expect(result.figures?.missing == 0 && result.figures?.late == 0)
    }
  }

  /// A copy in place, as for another storage class, gives one of the load's objects another time.
  @Test func aTouchedLoadObjectLeavesNoGap() async throws {
    var simulation = try await began()
    let key = simulation.loadKey(2)
    let stored = try #require(simulation.bucket.stored(key))
    simulation.clock.advance(by: .seconds(100))
    simulation.bucket.restore(
      key, .init(etag: stored.etag, modified: simulation.clock.now(), content: stored.content))
    for _ in 0..<2 {
      let result = try await next(&simulation)
      #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
      #expect(result.findings(.loadGap).isEmpty)
      #expect(result.figures?.missing == 0)
    }
  }

  @Test func aDoubledLoadObjectLeavesNoGap() async throws {
    var simulation = try await began()
    let stored = try #require(simulation.bucket.stored(simulation.loadKey(3)))
    simulation.bucket.write(simulation.loadKey(4), stored.content)
    for _ in 0..<2 {
      let result = try await next(&simulation)
      #expect(result.findings(.loadGap).isEmpty, "\(result.findings.map(\.summary))")
      #expect(result.figures?.missing == 0)
    }
  }

  @Test func manyObjectsThatGoAreCountedBeyondThoseThatAreNamed() async throws {
    var simulation = try Simulation(seed: 63)
    for _ in 0..<60 {
      try simulation.commit(inserts: 1)
      simulation.flush(after: .seconds(1))
    }
    try await simulation.reconcile()
    simulation.configuration.fullListingEvery = .zero
    for key in simulation.bucket.keys.prefix(59) { simulation.bucket.remove(key) }
    try await simulation.reconcile()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical)
    let gone = result.findings(.vanishedObject)
    #expect(gone.count == 51)
    #expect(gone.contains { $0.summary == "9 more objects of public.customers are gone from the bucket" })
  }
}
