import Ledger
import Reconciliation
import TestSupport
import Testing
import Time

/// What a run costs follows from what is new, not from what is there: counted in requests and objects.
@Suite struct ScaleTests {
  private func cost(knownObjects: Int) async throws -> (cost: RunCost, requests: [String]) {
    var simulation = try Simulation(seed: 3)
    simulation.bucket.setPageSize(100)
    for _ in 0..<knownObjects {
      try simulation.commit(inserts: 1)
      simulation.flush(after: .seconds(60))
    }
    _ = try await simulation.reconcile()
    for _ in 0..<10 {
      try simulation.commit(inserts: 1)
      simulation.flush(after: .seconds(60))
    }
    simulation.bucket.forgetRequests()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok)
    return (result.outcome.cost, simulation.bucket.requests)
  }

  @Test func aRunCostsWhatIsNew() async throws {
    let few = try await cost(knownObjects: 80)
    let many = try await cost(knownObjects: 900)
    #expect(many.requests.filter { $0.hasPrefix("GET") }.count == 10)
    #expect(many.cost.objectsRead == 10)
    // The overlap of an hour and what is new: no more of the 900 is listed than of the 80.
    #expect(many.cost.objectsListed == few.cost.objectsListed)
    #expect(many.cost.requests == few.cost.requests)
    #expect(!many.cost.fullListing)
  }

  /// A name of a time to come, or one far before its time, hides nothing: before it is called late, all is listed.
  @Test func namesOfOtherTimesHideNothing() async throws {
    var simulation = try Simulation(seed: 6)
    try simulation.commit(inserts: 1)
    simulation.flush()
    simulation.bucket.write(
      simulation.prefix + "20990101-000000000.parquet", .success(simulation.observation([], foreign: 1)))
    try simulation.ledger.declareTable(TableDeclaration(name: simulation.table, isShared: true))
    try await simulation.reconcile()
    try simulation.commit(inserts: 1)
    simulation.flush(after: .seconds(60))
    let next = try await simulation.reconcile()
    #expect(next.figures?.delivered == 2 && !next.outcome.cost.fullListing)
    try simulation.commit(inserts: 1)
    simulation.bucket.write(
      simulation.prefix + "20010101-000000000.parquet",
      .success(simulation.observation(simulation.takeRows())))
    #expect(try await simulation.reconcile().figures?.pending == 1)
    simulation.clock.advance(by: simulation.configuration.limits.deadline)
    let due = try await simulation.reconcile()
    #expect(due.outcome.cost.fullListing && due.figures?.delivered == 3 && due.figures?.late == 0)
    // What stays away asks for one whole listing, not for one at every run.
    try simulation.commit(inserts: 1)
    simulation.clock.advance(by: simulation.configuration.limits.deadline + .seconds(1))
    #expect(try await simulation.reconcile().outcome.cost.fullListing)
    let again = try await simulation.reconcile()
    #expect(!again.outcome.cost.fullListing && again.figures?.late == 1)
  }

  @Test func theWholePrefixIsListedNowAndThen() async throws {
    var simulation = try Simulation(seed: 4)
    for _ in 0..<5 {
      try simulation.commit(inserts: 1)
      simulation.flush(after: .seconds(4_000))
    }
    #expect(try await simulation.reconcile().outcome.cost.fullListing)
    #expect(try await simulation.reconcile().outcome.cost.objectsListed == 1)
    simulation.clock.advance(by: simulation.configuration.fullListingEvery)
    #expect(try await simulation.reconcile().outcome.cost.objectsListed == 5)
  }
}
