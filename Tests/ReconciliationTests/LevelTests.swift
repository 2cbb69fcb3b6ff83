import Ledger
import Reconciliation
import TestSupport
import Testing
import Time

@Suite struct LevelTests {
  private func simulation(_ level: ObservationLevel) throws -> Simulation {
    var simulation = try Simulation(seed: 5)
    simulation.configuration.level = level
    try simulation.commit(inserts: 6)
    simulation.clock.advance(by: .seconds(10))
    simulation.load()
    simulation.clock.advance(by: .seconds(10))
    for _ in 0..<3 {
      try simulation.commit(inserts: 2)
      try simulation.commit(inserts: 1, updates: 3, deletes: 1)
      try simulation.commit(updates: 2)
      simulation.flush()
    }
    return simulation
  }

  @Test(arguments: ObservationLevel.allCases)
  func aHealthyHistoryIsWellAtEveryLevel(level: ObservationLevel) async throws {
    let simulation = try simulation(level)
    simulation.clock.advance(by: .seconds(3_000))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.findings.isEmpty)
    #expect(result.outcome.level == level.rawValue)
    #expect(result.outcome.notes.first == level.proves)
    #expect(result.outcome.notes.dropFirst().first == level.cannotProve)
  }

  @Test(arguments: [ObservationLevel.counts, .ops])
  func lostRowsAreFoundByNumber(level: ObservationLevel) async throws {
    var simulation = try simulation(level)
    for _ in 0..<4 { try simulation.commit(inserts: 1, updates: 1) }
    var rows = simulation.takeRows()
    rows.remove(at: 3)
    let key = simulation.write(rows)
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical)
    #expect(result.findings(.lostRows).map(\.object) == [key])
    #expect(result.findings(.lostRows).map(\.rowCount) == [1])
  }

  @Test(arguments: [ObservationLevel.counts, .ops])
  func aLostObjectIsFoundByTheHoleItLeaves(level: ObservationLevel) async throws {
    var simulation = try simulation(level)
    try simulation.commit(inserts: 3)
    let lost = simulation.takeRows()
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.rows(.lostRows) == lost.map { "I \(simulation.key($0.sequence))" }.sorted())
  }

  @Test func aDoubledRowIsFoundByNumber() async throws {
    var simulation = try simulation(.ops)
    for _ in 0..<4 { try simulation.commit(inserts: 1, updates: 1) }
    let rows = simulation.takeRows()
    simulation.write(rows + [rows[2]])
    try simulation.commit(inserts: 1)
    simulation.flush()
    #expect(try await simulation.reconcile().findings(.duplicateRows).map(\.rowCount) == [1])
  }

  @Test func aSharedTableIsNotJudgedByNumber() async throws {
    let simulation = try simulation(.ops)
    try simulation.ledger.declareTable(TableDeclaration(name: simulation.table, isShared: true))
    simulation.clock.advance(by: .seconds(3_000))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(result.findings.isEmpty)
  }

  @Test func levelsAreOrderedByWhatTheyProve() {
    #expect(ObservationLevel.allCases.sorted() == [.counts, .ops, .keys, .values])
    #expect(ObservationLevel.values.cannotProve == nil)
  }
}
