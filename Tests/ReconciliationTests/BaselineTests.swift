import Ledger
import Reconciliation
import TestSupport
import Testing
import Time

/// The beginning of a table without a full load: DMS writes none of an empty table.
@Suite struct BaselineTests {
  /// The first object is lost: the bucket looks as it does where the task began later, so it is told, and not
  /// forgotten.
  @Test func whatComesBeforeTheFirstObjectIsTold() async throws {
    var simulation = try Simulation(seed: 61)
    let first = try simulation.commit(inserts: 5)
    _ = simulation.takeRows()
    simulation.clock.advance(by: .seconds(400))
    #expect(try await simulation.reconcile().findings.map(\.kind) == [.lateRows])
    try simulation.commit(inserts: 5)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .warning)
    #expect(
      result.verdict.reason.contains("5 operations on public.customers were committed before the first"))
    #expect(result.findings.map(\.kind) == [.lostRows] && result.figures?.excluded == 5)
    #expect(result.rows(.lostRows) == first.map { "I " + simulation.key($0.sequence) }.sorted())
    let again = try await simulation.reconcile()
    #expect(again.newFindings.isEmpty && again.verdict == result.verdict)
  }

  /// Where DMS says when the task began, what is older is not expected, and what is younger must be there.
  @Test(arguments: [30, -600]) func theTaskSaysWhenItBegan(seconds: Int64) async throws {
    var simulation = try Simulation(seed: 62)
    let isOlder = seconds > 0
    simulation.configuration.taskBegan = simulation.clock.now() + .seconds(seconds)
    try simulation.commit(inserts: 5)
    _ = simulation.takeRows()
    simulation.clock.advance(by: .seconds(60))
    try simulation.commit(inserts: 5)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == (isOlder ? .ok : .critical), "\(result.verdict)")
    #expect(result.figures?.missing == (isOlder ? 0 : 5))
    #expect(result.findings.map(\.kind) == (isOlder ? [] : [.lostRows]))
  }

  /// A task that says that it was started need not read yet: then it is open still.
  @Test func aTaskNeedsTimeToStart() async throws {
    var simulation = try Simulation(seed: 62)
    simulation.configuration.taskBegan = simulation.clock.now() - .seconds(60)
    try simulation.commit(inserts: 5)
    _ = simulation.takeRows()
    try simulation.commit(inserts: 5)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .warning && result.figures?.excluded == 5, "\(result.verdict)")
  }

  /// Objects are moved away on purpose: an empty table is no new beginning, and nothing is taken back.
  @Test func objectsMovedAwayAreNoNewBeginning() async throws {
    var simulation = try Simulation(seed: 63)
    simulation.configuration.allowsVanishedObjects = true
    try simulation.commit(inserts: 5)
    simulation.load()
    try simulation.commit(inserts: 5)
    simulation.flush()
    try await simulation.reconcile()
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    simulation.clock.advance(by: .seconds(86_400))
    let empty = try await simulation.reconcile()
    #expect(empty.verdict.status == .ok && empty.figures?.delivered == 10, "\(empty.verdict)")
    try simulation.commit(inserts: 5)
    _ = simulation.takeRows()
    try simulation.commit(inserts: 5)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical && result.figures?.missing == 5, "\(result.verdict)")
    #expect(result.figures?.excluded == 0)
  }

  /// A shared table: rows of others are in the bucket from before ours on, so that the changes had begun.
  @Test func rowsOfOthersSayThatTheChangesHadBegun() async throws {
    var simulation = try Simulation(seed: 71)
    try simulation.ledger.declareTable(TableDeclaration(name: simulation.table, isShared: true))
    func others(_ simulation: inout Simulation) {
      simulation.clock.advance(by: .seconds(100))
      var observation = simulation.observation([], foreign: 3)
      let commit = simulation.clock.now() - .seconds(1)
      (observation.firstCommit, observation.lastCommit) = (commit, commit)
      observation.lastForeignCommit = commit
      simulation.bucket.write(simulation.changesKey(), .success(observation))
    }
    others(&simulation)
    simulation.clock.advance(by: .seconds(100))
    let lost = try simulation.commit(inserts: 2)
    _ = simulation.takeRows()
    others(&simulation)
    try simulation.commit(inserts: 2)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical && result.figures?.missing == 2, "\(result.verdict)")
    #expect(result.rows(.lostRows) == lost.map { "I " + simulation.key($0.sequence) }.sorted())
  }

}
