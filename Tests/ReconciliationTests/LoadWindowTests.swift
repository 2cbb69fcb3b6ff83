import Ledger
import Testing
import Time

@testable import Reconciliation

/// A full load is as of one moment that is not known exactly: what that moment may explain is never called lost.
@Suite struct LoadWindowTests {
  private let load = Timestamp(seconds: 1_000)

  private func generation(first: Int64?, last: Int64?, shown: Int64? = nil) throws -> Generation {
    let simulation = try Simulation()
    try simulation.ledger.declareTable(TableDeclaration(name: simulation.table, isShared: false))
    return try simulation.ledger.write { session in
      let bucket = try session.bucket("b")
      var generation = try session.startGeneration(
        bucket: bucket, table: 1, run: RunID(rawValue: 1), now: self.load)
      generation.loadObjects = 1
      generation.loadFirstModified = self.load
      generation.loadLastTransaction = shown
      (generation.firstChange, generation.lastChange) = (first, last)
      return generation
    }
  }

  private func operation(_ transaction: Int64, _ kind: OperationKind, at seconds: Double) -> KnownOperation {
    KnownOperation(
      id: OperationID(transaction: transaction, ordinal: 0), table: 1, kind: kind, sequence: 1,
      version: Timestamp(seconds: 900), digest: RowDigest(bytes: []), state: .open, xid: 1,
      commit: CommitTime(exactly: Timestamp(seconds: 0) + .seconds(seconds)),
      recordedAt: Timestamp(seconds: 900))
  }

  private func ruling(
    _ generation: Generation, insert: Double, delete: Double?, isInLoad: Bool = false
  ) -> LossRule.Ruling {
    LossRule(generation: generation, foreignMargin: .seconds(60), loadMargin: .seconds(2)).rule(
      on: operation(10, .insert, at: insert), deletion: delete.map { operation(20, .delete, at: $0) },
      isInLoad: isInLoad)
  }

  /// A row is updated before the load and again right after it, and the second row comes with the version of another
  /// zone: it is not taken for the first, by which the changes would have begun before the load.
  @Test func aRowThatIsKnownByItsCommitAloneIsOfTheNearestOne() async throws {
    var simulation = try Simulation(seed: 61)
    try simulation.ledger.declareTable(TableDeclaration(name: simulation.table, isShared: true))
    try simulation.commit(inserts: 4)
    let row = try #require(simulation.live.keys.min())
    try simulation.commit([simulation.change(.update, row)])
    try simulation.commit([simulation.change(.delete, try #require(simulation.live.keys.max()))])
    simulation.load()
    try simulation.commit([simulation.change(.update, row)])
    try simulation.commit(inserts: 1)
    var rows = simulation.takeRows()
    rows[0].version = rows[0].version.map { $0 + .seconds(7_200) }
    simulation.write(rows)
    let result = try await simulation.reconcile()
    #expect(result.findings.map(\.kind) == [.alteredRows], "\(result.findings.map(\.summary))")
    #expect(result.figures?.missing == 0 && result.figures?.covered == 6)
  }

  @Test func aRowDeletedBeforeTheLoadIsCovered() throws {
    #expect(ruling(try generation(first: 30, last: 40), insert: 900, delete: 950) == .covered)
  }

  /// Within the clocks' margin after the load's first object the delete may have come before the snapshot.
  @Test func aRowDeletedWithinTheMarginIsCovered() throws {
    #expect(ruling(try generation(first: 30, last: 40), insert: 900, delete: 1_001.9) == .covered)
  }

  @Test func aRowDeletedAfterTheMarginIsLost() throws {
    #expect(
      ruling(try generation(first: 30, last: 40), insert: 900, delete: 1_002.1) == .lost(.laterTransaction))
  }

  @Test func aRowThatLivesAndIsNotInTheLoadIsLost() throws {
    #expect(ruling(try generation(first: 30, last: 40), insert: 900, delete: nil) == .lost(.laterTransaction))
    #expect(
      ruling(try generation(first: 5, last: 6, shown: 12), insert: 900, delete: nil) == .lost(.load))
    #expect(ruling(try generation(first: nil, last: nil), insert: 900, delete: nil) == .undecided)
  }

  /// Between two changes that arrived, it is the changes that must bring it: the load explains nothing.
  @Test func betweenChangesTheLoadExplainsNothing() throws {
    #expect(
      ruling(try generation(first: 5, last: 40), insert: 900, delete: 950) == .lost(.laterTransaction))
  }
}
