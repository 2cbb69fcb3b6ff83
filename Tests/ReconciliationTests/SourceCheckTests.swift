import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import TestSupport
import Testing
import Time

/// The third witness: the source's own rows beside the state that the bucket implies.
@Suite struct SourceCheckTests {
  struct Witness: SourceWitness {
    var rows: [LiveSourceRow] = []
    var error: StorageError?

    func rows(of table: TableName) async throws -> [LiveSourceRow] {
      if let error { throw error }
      return rows
    }
  }

  private func live(_ simulation: Simulation) -> [LiveSourceRow] {
    simulation.live.map {
      LiveSourceRow(sequence: $0.key, version: $0.value.version, digest: $0.value.digest)
    }
  }

  private func history() throws -> Simulation {
    var simulation = try Simulation(seed: 31)
    try simulation.commit(inserts: 10)
    simulation.load(rowsPerObject: 4)
    for _ in 0..<4 {
      try simulation.commit(inserts: 3, updates: 4, deletes: 2)
      simulation.flush(after: .seconds(30))
    }
    return simulation
  }

  @Test func theSameRowsAreNoFinding() async throws {
    var simulation = try history()
    // On its way: neither its presence nor its absence says anything.
    try simulation.commit(inserts: 1, updates: 1, deletes: 1)
    let result = try await simulation.reconcile(witness: Witness(rows: live(simulation)))
    #expect(result.findings.isEmpty, "\(result.findings.map(\.summary))")
    #expect(result.outcome.notes.contains { $0.contains("compared with the state") })
  }

  @Test func everyDifferenceIsNamed() async throws {
    let simulation = try history()
    var rows = live(simulation).sorted { $0.sequence < $1.sequence }
    let gone = rows.removeFirst()
    rows[0] = LiveSourceRow(
      sequence: rows[0].sequence, version: simulation.clock.now(), digest: rows[0].digest)
    var bytes = rows[1].digest.bytes
    bytes[9] ^= 1
    rows[1] = LiveSourceRow(
      sequence: rows[1].sequence, version: rows[1].version, digest: RowDigest(bytes: bytes))
    let deleted = try #require(simulation.log.first { $0.kind == .delete })
    rows.append(LiveSourceRow(sequence: deleted.sequence, version: deleted.version, digest: deleted.digest))
    let result = try await simulation.reconcile(witness: Witness(rows: rows))
    let finding = try #require(result.findings(.sourceDifference).first)
    #expect(result.verdict.status == .critical)
    #expect(
      Set(finding.rows.map(\.key))
        == Set([gone.sequence, rows[0].sequence, rows[1].sequence, deleted.sequence].map(simulation.key)))
    #expect(finding.rows.first { $0.key == simulation.key(rows[1].sequence) }?.columns == ["customer_id"])
    let again = try await simulation.reconcile(witness: Witness(rows: live(simulation)))
    #expect(again.findings(.sourceDifference).isEmpty && again.verdict.status == .ok)
  }

  @Test func aSourceOutOfReachIsUnknown() async throws {
    let simulation = try history()
    let failing = Witness(error: StorageError(.unreachable, .get, store: "source"))
    let result = try await simulation.reconcile(witness: failing)
    #expect(result.verdict.status == .unknown)
    #expect(result.findings(.sourceDifference).isEmpty)
  }

  /// A listing and footers saved, and reconciled with a copy of the ledger, without the bucket.
  @Test func aSavedBucketIsJudgedAsTheBucketWas() async throws {
    var simulation = try history()
    var rows = simulation.takeRows()
    try simulation.commit(inserts: 3)
    rows = simulation.takeRows()
    rows.removeFirst()
    simulation.write(rows)
    try simulation.commit(inserts: 1)
    simulation.flush()
    simulation.bucket.write(
      simulation.prefix + "20200101-000000000.parquet",
      .failure(ObservationFailure(.unreadable, "it is truncated")))
    let path = simulation.directory.file("saved.jsonl")
    let summary = try await Reconciler(
      store: simulation.bucket, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock, source: simulation.bucket
    ).saveObservations(to: path)
    #expect(summary.objects == simulation.bucket.keys.count && summary.failures == 1)
    let saved = try SavedBucket(path: path, for: simulation.ledger)
    let run = try simulation.ledger.beginRun(command: "reconcile", settings: "")
    let result = try await Reconciler(
      store: saved, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock, source: saved
    ).run(run)
    #expect(result.figures?.missing == 1)
    #expect(Set(result.findings.map(\.kind)) == [.lostRows, .unreadableObject])
    // The bucket itself says the same, and so nothing new.
    #expect(try await simulation.reconcile().newFindings.isEmpty)
  }

  /// What was saved is judged later, as of when it was saved: with the lags that it had.
  @Test func aSavedBucketHasItsLags() async throws {
    var simulation = try history()
    try simulation.commit(inserts: 2)
    simulation.flush(after: .seconds(4_000))
    let path = simulation.directory.file("saved.jsonl")
    _ = try await Reconciler(
      store: simulation.bucket, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock, source: simulation.bucket
    ).saveObservations(to: path)
    let saved = try SavedBucket(path: path, for: simulation.ledger)
    simulation.clock.advance(by: .seconds(100_000))
    let run = try simulation.ledger.beginRun(command: "reconcile", settings: "")
    let result = try await Reconciler(
      store: saved, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: ManualClock(saved.savedAt), source: saved
    ).run(run)
    let delivered = simulation.log.count { change in
      change.commit > simulation.log[9].commit
    }
    #expect(result.figures?.lag?.count == delivered)
    #expect(result.figures?.lagStages?.objectToSeen?.count == delivered)
    #expect(result.findings(.lateRows).first?.rowCount == 2)
    #expect(result.figures?.newObjects == simulation.bucket.keys.count)
  }

  /// What came after the saving would be taken for gone.
  @Test func aSavedBucketOlderThanTheLedgerIsRefused() async throws {
    var simulation = try history()
    let path = simulation.directory.file("saved.jsonl")
    _ = try await Reconciler(
      store: simulation.bucket, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock, source: simulation.bucket
    ).saveObservations(to: path)
    // Judged once, it may be judged again.
    for _ in 0..<2 {
      let saved = try SavedBucket(path: path, for: simulation.ledger)
      let run = try simulation.ledger.beginRun(command: "reconcile", settings: "")
      let result = try await Reconciler(
        store: saved, ledger: simulation.ledger, configuration: simulation.configuration,
        clock: ManualClock(saved.savedAt), source: saved
      ).run(run)
      #expect(result.error == nil)
    }
    simulation.clock.advance(by: .seconds(60))
    try simulation.commit(inserts: 1)
    simulation.flush()
    try await simulation.reconcile()
    let problem = #expect(throws: SavedObservations.Problem.self) {
      try SavedBucket(path: path, for: simulation.ledger)
    }
    #expect(problem?.description.contains("and the ledger has seen the bucket at") == true)
  }

  @Test func aDamagedFileOfObservationsIsRefused() async throws {
    let simulation = try history()
    let path = simulation.directory.file("saved.jsonl")
    _ = try await Reconciler(
      store: simulation.bucket, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock, source: simulation.bucket
    ).saveObservations(to: path)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for damaged in [
      "", "x\n", String(text.dropLast(20)), text.replacing("\"version\":1", with: "\"version\":9"),
      text.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n",
    ] {
      try damaged.write(toFile: path, atomically: true, encoding: .utf8)
      #expect(throws: SavedObservations.Problem.self) {
        try SavedBucket(path: path, for: simulation.ledger)
      }
    }
  }

  /// By number all is well where a row is lost and its neighbour twice there: the rows themselves tell.
  @Test func aRowThatNumbersDoNotMissIsNamed() async throws {
    var simulation = try Simulation(seed: 32)
    simulation.configuration.level = .ops
    var lost: Int64 = 0
    for round in 0..<4 {
      try simulation.commit(inserts: 4)
      var rows = simulation.takeRows()
      if round == 2 {
        lost = rows[1].sequence
        rows[1] = rows[2]
      }
      simulation.write(rows)
    }
    let result = try await simulation.reconcile(witness: Witness(rows: live(simulation)))
    #expect(result.verdict.status == .critical)
    #expect(result.findings(.sourceDifference).first?.rows.map(\.key) == [simulation.key(lost)])
  }

  /// A reload loses rows of which the ledger knows nothing any more: they are older than the load, which must have them.
  @Test func rowsThatAReloadLostAreNamedThoughPruned() async throws {
    var simulation = try Simulation(seed: 33)
    try simulation.commit(inserts: 9)
    simulation.load(rowsPerObject: 3)
    for _ in 0..<3 {
      try simulation.commit(inserts: 2)
      simulation.flush(after: .seconds(60))
      simulation.clock.advance(by: .seconds(864_000))
    }
    try await simulation.reconcile()
    _ = try simulation.ledger.prune(settledBefore: simulation.clock.now() - .seconds(432_000))
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    try simulation.commit(inserts: 2)
    let lost = Set(simulation.live.keys.sorted().prefix(8))
    simulation.load(rowsPerObject: 100, dropping: lost)
    try simulation.commit(inserts: 2)
    simulation.flush()
    let result = try await simulation.reconcile(witness: Witness(rows: live(simulation)))
    let finding = try #require(result.findings(.sourceDifference).first)
    #expect(Set(finding.rows.map(\.key)) == Set(lost.map(simulation.key)))
    #expect(finding.summary.contains("8 not in the bucket"))
    // Known of, it is no alarm; one more is.
    try simulation.ledger.acknowledge(finding.id, reason: "known", until: nil)
    let known = try await simulation.reconcile(witness: Witness(rows: live(simulation)))
    #expect(known.findings(.sourceDifference).map(\.state) == [.acknowledged])
    let rows = live(simulation).filter { $0.sequence != simulation.live.keys.max() }
    let more = try await simulation.reconcile(witness: Witness(rows: rows))
    #expect(more.findings(.sourceDifference).map(\.state) == [.open] && more.verdict.status == .critical)
  }

}
