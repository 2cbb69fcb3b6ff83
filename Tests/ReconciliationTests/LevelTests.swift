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

  /// PostgreSQL's clock is set back by 15 s.
  ///
  /// Other transactions then have the times of those before, and numbers prove nothing of that span. What was committed after is not taken for delivered, either.
  @Test(arguments: [ObservationLevel.counts, .ops]) func aClockSetBackIsNoLoss(level: ObservationLevel)
    async throws
  {
    var simulation = try Simulation(seed: 6)
    simulation.configuration.level = level
    for _ in 0..<2 {
      try simulation.commit(inserts: 3)
      simulation.clock.advance(by: .seconds(20))
      try simulation.commit(inserts: 3)
      simulation.flush()
    }
    let real = simulation.clock.now()
    simulation.clock.set(real - .seconds(15))
    for _ in 0..<3 {
      try simulation.commit(inserts: 2)
      simulation.clock.advance(by: .seconds(1))
    }
    let rows = simulation.takeRows()
    simulation.clock.set(real + .seconds(5))
    simulation.write(rows)
    simulation.clock.advance(by: .seconds(60))
    for _ in 0..<2 {
      try simulation.commit(inserts: 3)
      simulation.flush()
    }
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok && result.findings.isEmpty, "\(result.verdict)")
    #expect(result.figures?.delivered == 24)
  }

  /// Of the newest object too, once its batch must be over: nothing comes after it.
  @Test(arguments: [ObservationLevel.counts, .ops]) func lostRowsOfTheNewestObjectAreFoundByNumber(
    level: ObservationLevel
  ) async throws {
    var simulation = try simulation(level)
    try await simulation.reconcile()
    for _ in 0..<5 { try simulation.commit(inserts: 1) }
    let rows = simulation.takeRows()
    let key = simulation.write([rows[0], rows[4]])
    #expect(try await simulation.reconcile().findings.isEmpty)
    simulation.clock.advance(by: .seconds(70))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical, "\(result.verdict)")
    #expect(result.findings(.lostRows).map(\.object) == [key])
    #expect(result.findings(.lostRows).map(\.rowCount) == [3])
  }

  /// A batch over midnight makes two objects of one name, in two folders.
  @Test(arguments: [ObservationLevel.counts, .ops]) func objectsMayShareAName(level: ObservationLevel)
    async throws
  {
    var simulation = try Simulation(
      seed: 7,
      settings:
        "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true;datePartitionEnabled=true"
    )
    simulation.configuration.level = level
    try simulation.commit(inserts: 2)
    simulation.flush()
    try simulation.commit(inserts: 2)
    let before = simulation.takeRows()
    simulation.clock.advance(by: .seconds(5))
    try simulation.commit(inserts: 2)
    let after = simulation.takeRows()
    simulation.clock.advance(by: .seconds(1))
    let key = simulation.changesKey()
    let parts = key.split(separator: "/")
    let eldest = (parts[0...2] + ["01", "01", parts[parts.count - 1]]).joined(separator: "/")
    simulation.bucket.write(eldest, .success(simulation.observation(before)))
    simulation.bucket.write(key, .success(simulation.observation(after)))
    simulation.clock.advance(by: .seconds(60))
    try simulation.commit(inserts: 1)
    simulation.flush()
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok && result.findings.isEmpty, "\(result.verdict)")
  }

}
