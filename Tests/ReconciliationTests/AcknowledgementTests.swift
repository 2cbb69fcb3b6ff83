import Ledger
import Reconciliation
import TestSupport
import Testing
import Time
import Workload

/// What a person said is known covers no more than what was known.
@Suite struct AcknowledgementTests {
  private func acknowledgeAll(_ result: ReconciliationResult, in simulation: Simulation) throws {
    for finding in result.findings where finding.state == .open {
      try simulation.ledger.acknowledge(finding.id, reason: "known", until: nil)
    }
  }

  /// Rows of others, committed well after all that was committed before.
  private func writeForeignRows(_ simulation: inout Simulation) {
    simulation.clock.advance(by: .seconds(400))
    var observation = simulation.observation([], foreign: 3)
    let commit = simulation.clock.now() - .seconds(30)
    (observation.firstCommit, observation.lastCommit) = (commit, commit)
    observation.lastForeignCommit = commit
    simulation.bucket.write(simulation.changesKey(), .success(observation))
  }

  @Test func anAcknowledgedLossDoesNotCoverLaterOnes() async throws {
    var simulation = try Simulation(seed: 105)
    try simulation.ledger.declareTable(TableDeclaration(name: simulation.table, isShared: true))
    try simulation.commit(inserts: 3)
    simulation.flush()
    try await simulation.reconcile()
    for lost in [1, 2, 103] {
      try simulation.commit(inserts: lost == 103 ? 101 : 1)
      _ = simulation.takeRows()
      writeForeignRows(&simulation)
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .critical)
      #expect(result.findings(.lostRows).map(\.rowCount) == [lost])
      #expect(result.newFindings == result.findings(.lostRows).map(\.id))
      try acknowledgeAll(result, in: simulation)
      #expect(try await simulation.reconcile().verdict.status == .ok)
    }
  }

  @Test func anAcknowledgedLossByTimeDoesNotCoverLaterOnes() async throws {
    var simulation = try Simulation(seed: 105)
    simulation.configuration.limits.lossLimit = .seconds(3_600)
    try simulation.commit(inserts: 3)
    simulation.flush()
    try await simulation.reconcile()
    for round in 1...3 {
      try simulation.commit(inserts: 2)
      _ = simulation.takeRows()
      simulation.clock.advance(by: .seconds(5_000))
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .critical)
      #expect(result.findings(.lostRows).map(\.rowCount) == [2 * round])
      try acknowledgeAll(result, in: simulation)
    }
  }

  @Test func anAcknowledgedDelayDoesNotCoverWhatFallsDueAfter() async throws {
    var simulation = try Simulation(seed: 213)
    try simulation.commit(inserts: 3)
    simulation.flush()
    try await simulation.reconcile()
    try simulation.commit(inserts: 1)
    let held = simulation.takeRows()
    simulation.clock.advance(by: .seconds(500))
    try acknowledgeAll(try await simulation.reconcile(), in: simulation)
    #expect(try await simulation.reconcile().verdict.status == .ok)
    for _ in 0..<3 {
      try simulation.commit(inserts: 50)
      simulation.clock.advance(by: .seconds(500))
    }
    let dead = try await simulation.reconcile()
    #expect(dead.verdict.status == .critical && dead.findings(.lateRows).map(\.rowCount) == [151])
    // Acknowledged as they are, what arrives of them leaves the rest acknowledged.
    try acknowledgeAll(dead, in: simulation)
    simulation.write(held)
    let rest = try await simulation.reconcile()
    #expect(rest.findings(.lateRows).filter { $0.state == .acknowledged }.map(\.rowCount).contains(150))
  }

  /// All that is found is acknowledged at once, again and again: each loss and each delay makes its own run CRITICAL,
  /// and no run beside them.
  @Test(arguments: UInt64(1)...12) func whatIsLostAfterAnAcknowledgementIsToldOf(seed: UInt64) async throws {
    var simulation = try Simulation(seed: seed)
    var generator = SplitMix64(seed: seed)
    try simulation.commit(inserts: 9)
    if seed.isMultiple(of: 2) { simulation.load() } else { simulation.flush() }
    #expect(try await simulation.reconcile().verdict.status != .critical)
    for round in 0..<12 {
      let fault = Int.random(in: 0..<4, using: &generator)
      try simulation.commit(inserts: Int.random(in: 1...3, using: &generator), updates: 1)
      switch fault {
      case 0:  // An object is lost, and another comes.
        _ = simulation.takeRows()
        try simulation.commit(inserts: 2)
        simulation.flush()
      case 1:  // A part of an object is lost.
        simulation.write(Array(simulation.takeRows().dropFirst()))
        try simulation.commit(inserts: 2)
        simulation.flush()
      case 2:  // Nothing comes for a while.
        simulation.clock.advance(by: .seconds(500))
      default: simulation.flush()
      }
      let result = try await simulation.reconcile()
      #expect(
        result.verdict.status == (fault < 3 ? .critical : .ok),
        "round \(round), fault \(fault): \(result.verdict)")
      if fault == 2 {
        try acknowledgeAll(result, in: simulation)
        simulation.flush()
        let arrived = try await simulation.reconcile()
        #expect(arrived.verdict.status == .critical, "round \(round): came late")
        try acknowledgeAll(arrived, in: simulation)
        simulation.clock.advance(by: .seconds(1))
      } else {
        try acknowledgeAll(result, in: simulation)
      }
      #expect(try await simulation.reconcile().verdict.status == .ok, "round \(round)")
    }
  }
}
