import Ledger
import ObjectStorage
import Reconciliation
import Synchronization
import TestSupport
import Testing
import Time

/// For n = 1, 2, 3 ...: the n-th step of a reconciliation fails, and the next one ends as if none had.
@Suite struct CrashTests {
  /// What a reconciliation comes to, without what differs from one ledger to another.
  private struct Conclusion: Hashable {
    var verdict: Verdict.Status
    var figures: [Int]
    var findings: [String]

    init(_ result: ReconciliationResult) {
      verdict = result.verdict.status
      figures = result.outcome.tables.flatMap { table in
        [
          table.delivered, table.covered, table.pending, table.late, table.missing, table.excluded,
          table.duplicates, table.altered, table.outOfOrder, table.unexpectedRows, table.objects,
          table.generation,
        ]
      }
      findings = result.findings.map { "\($0.identity) \($0.state) \($0.rowCount) \($0.rows.count)" }.sorted()
    }
  }

  /// A history with something of everything, to be reconciled in `phases`.
  private func history() throws -> (Simulation, [(inout Simulation) throws -> Void]) {
    var simulation = try Simulation(seed: 11)
    simulation.bucket.setPageSize(3)
    try simulation.commit(inserts: 12)
    simulation.clock.advance(by: .seconds(10))
    simulation.load(rowsPerObject: 4)
    simulation.clock.advance(by: .seconds(10))
    try simulation.commit(inserts: 3, updates: 3, deletes: 2)
    simulation.flush()
    try simulation.commit(inserts: 2)
    let rows = simulation.takeRows()
    simulation.write(rows + [rows[0]])
    return (
      simulation,
      [
        { simulation in
          try simulation.commit(inserts: 4)
          var rows = simulation.takeRows()
          rows.removeFirst()
          let key = simulation.write(rows)
          try simulation.commit(inserts: 1)
          simulation.flush()
          simulation.bucket.write(
            simulation.prefix + "20200101-000000000.parquet",
            .failure(ObservationFailure(.unreadable, "it is truncated")))
          simulation.bucket.write(simulation.prefix + "x", .success(simulation.observation([])))
          simulation.bucket.remove(simulation.bucket.keys[1])
          _ = key
        },
        { simulation in
          for key in simulation.bucket.keys { simulation.bucket.remove(key) }
          simulation.clock.advance(by: .seconds(10))
          simulation.load(rowsPerObject: 4, dropping: [simulation.live.keys.max() ?? 0])
          simulation.clock.advance(by: .seconds(10))
          try simulation.commit(inserts: 2, updates: 1)
          simulation.flush()
        },
      ]
    )
  }

  /// Plays the history; `disturb` runs before the reconciliation of a phase is done undisturbed.
  private func play(
    _ disturb: (_ phase: Int, Simulation) async throws -> Void = { _, _ in }
  ) async throws -> [Conclusion] {
    var (simulation, phases) = try history()
    var conclusions: [Conclusion] = []
    for phase in 0...phases.count {
      if phase > 0 { try phases[phase - 1](&simulation) }
      try await disturb(phase, simulation)
      // That an object is gone is told by the second run that misses it.
      if phase == 1 { try await simulation.reconcile(verifying: false) }
      conclusions.append(Conclusion(try await simulation.reconcile()))
    }
    return conclusions
  }

  private func attempt(_ simulation: Simulation) async {
    let run = try? simulation.ledger.beginRun(command: "reconcile", settings: "")
    // Whatever it throws: what counts is what the next one says.
    _ = try? await Reconciler(
      store: simulation.bucket, ledger: simulation.ledger, configuration: simulation.configuration,
      clock: simulation.clock, source: simulation.bucket
    ).run(run ?? RunID(rawValue: 1))
  }

  @Test(arguments: 0..<3)
  func everyWriteOfTheLedgerMayFail(phase: Int) async throws {
    let expected = try await play()
    let steps = Mutex(1)
    while true {
      let number = steps.withLock { $0 }
      let count = Mutex(0)
      let conclusions = try await play { current, simulation in
        guard current == phase else { return }
        try await withFailingWrite(number, of: simulation.ledger, counted: count) {
          await attempt(simulation)
        }
      }
      compare(conclusions, expected, "phase \(phase), step \(number)")
      guard count.withLock({ $0 }) >= number else { break }
      steps.withLock { $0 += 1 }
    }
    #expect(steps.withLock { $0 } > 10)
  }

  @Test(arguments: 0..<3)
  func everyRequestMayFail(phase: Int) async throws {
    let expected = try await play()
    var number = 1
    while true {
      let fired = Mutex(false)
      let conclusions = try await play { current, simulation in
        guard current == phase else { return }
        simulation.bucket.failRequest(number)
        await attempt(simulation)
        fired.withLock { $0 = simulation.bucket.failRequest(nil) }
      }
      compare(conclusions, expected, "phase \(phase), request \(number)")
      guard fired.withLock({ $0 }) else { break }
      number += 1
    }
    #expect(number > 5)
  }

  private func compare(_ found: [Conclusion], _ expected: [Conclusion], _ comment: Comment) {
    for (found, expected) in zip(found, expected) {
      #expect(found.verdict == expected.verdict, comment)
      #expect(found.figures == expected.figures, comment)
      #expect(Set(found.findings).symmetricDifference(expected.findings) == [], comment)
    }
  }

  private struct Killed: Error {}

  private func withFailingWrite(
    _ number: Int, of ledger: LedgerStore, counted: borrowing Mutex<Int>, _ body: () async -> Void
  ) async throws {
    let counter = WriteCounter(failing: number)
    ledger.onWrite { _ in try counter.step() }
    await body()
    ledger.onWrite(nil)
    counted.withLock { $0 = counter.count }
  }

  private final class WriteCounter: Sendable {
    private let state: Mutex<Int>
    private let failing: Int

    init(failing: Int) {
      self.failing = failing
      state = Mutex(0)
    }

    var count: Int { state.withLock { $0 } }

    /// From the failing step on nothing is written: the process is dead.
    func step() throws {
      let number = state.withLock { count in
        count += 1
        return count
      }
      if number >= failing { throw Killed() }
    }
  }
}
