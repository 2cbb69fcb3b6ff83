import Ledger
import ObjectStorage
import Reconciliation
import TestSupport
import Testing
import Time

/// What becomes of a bucket with the years: lifecycle rules, ledgers from a backup, tasks begun anew.
@Suite struct LifecycleTests {
  private func days(_ count: Int, _ simulation: inout Simulation) throws {
    for _ in 0..<count {
      try simulation.commit(inserts: 2, updates: 1)
      simulation.flush(after: .seconds(30))
      simulation.clock.advance(by: .seconds(86_400))
    }
  }

  @Test func whatALifecycleRuleTakesIsNoLoss() async throws {
    var simulation = try Simulation(seed: 21)
    try simulation.commit(inserts: 9)
    simulation.load(rowsPerObject: 3)
    try days(10, &simulation)
    try await simulation.reconcile()
    // The eldest go: two of the load, then all of it and the first days.
    for count in [2, 4] {
      let eldest = simulation.bucket.keys.sorted {
        (simulation.bucket.stored($0)?.modified ?? simulation.clock.now())
          < (simulation.bucket.stored($1)?.modified ?? simulation.clock.now())
      }
      for key in eldest.prefix(count) { simulation.bucket.remove(key) }
      try days(1, &simulation)
      simulation.clock.advance(by: simulation.configuration.fullListingEvery)
      try simulation.commit(inserts: 1)
      simulation.flush()
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
      #expect(result.findings.map(\.severity) == [.notice], "\(result.findings.map(\.summary))")
      #expect(result.figures?.missing == 0)
    }
  }

  @Test func whatGoesFromTheMiddleOrTooSoonIsAFinding() async throws {
    for place in [-1, 4] {
      var simulation = try Simulation(seed: 22)
      try days(8, &simulation)
      try await simulation.reconcile()
      let keys = simulation.bucket.keys
      simulation.bucket.remove(place < 0 ? keys[keys.count - 1] : keys[place])
      simulation.clock.advance(by: simulation.configuration.fullListingEvery)
      #expect(try await simulation.reconcile().verdict.status == .unknown)
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .critical)
      #expect(result.findings(.vanishedObject).count == 1)
    }
  }

  /// The whole load, or one object, of the eldest day: a lifecycle rule may be at work, but not for days.
  @Test(arguments: [true, false]) func aDayOfWhichAPartStaysGoneWasDeleted(isLoad: Bool) async throws {
    var simulation = try Simulation(seed: 27)
    try simulation.commit(inserts: 9)
    simulation.load(rowsPerObject: 3)
    for _ in 0..<3 {
      try simulation.commit(inserts: 2, updates: 1)
      simulation.flush(after: .seconds(30))
    }
    try days(2, &simulation)
    try await simulation.reconcile()
    simulation.configuration.fullListingEvery = .zero
    let keys = simulation.bucket.keys
    let gone = isLoad ? keys.filter { $0.contains("LOAD") } : [keys[1]]
    for key in gone { simulation.bucket.remove(key) }
    var statuses: [Verdict.Status] = []
    for _ in 0..<5 {
      simulation.clock.advance(by: .seconds(43_200))
      try simulation.commit(inserts: 1)
      simulation.flush()
      let result = try await simulation.reconcile()
      statuses.append(result.verdict.status)
      if result.verdict.status == .ok {
        #expect(result.findings.map(\.severity) == [.notice])
        #expect(result.findings[0].summary.contains("a lifecycle rule is at work, or they were deleted"))
      }
    }
    try await simulation.reconcile()
    let last = try await simulation.reconcile()
    #expect(statuses.prefix(4).allSatisfy { $0 == .ok } && statuses.last != .ok, "\(statuses)")
    #expect(last.verdict.status == .critical)
    #expect(Set(last.findings(.vanishedObject).compactMap(\.object)) == Set(gone))
    #expect(last.findings.allSatisfy { $0.severity == .critical })
  }

  /// What is taken in the order of nothing, in some hours, and then all.
  @Test func aDayThatGoesBitByBitIsNoLoss() async throws {
    var simulation = try Simulation(seed: 28)
    for _ in 0..<4 {
      try simulation.commit(inserts: 2)
      simulation.flush(after: .seconds(30))
    }
    simulation.clock.advance(by: .seconds(86_400))
    try days(3, &simulation)
    try await simulation.reconcile()
    simulation.configuration.fullListingEvery = .zero
    let keys = simulation.bucket.keys
    for key in [keys[2], keys[0], keys[3], keys[1]] {
      simulation.bucket.remove(key)
      simulation.clock.advance(by: .seconds(7_200))
      try simulation.commit(inserts: 1)
      simulation.flush()
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
      #expect(result.findings.map(\.severity) == [.notice])
    }
    let result = try await simulation.reconcile()
    #expect(result.findings.allSatisfy { $0.summary.contains("as a lifecycle rule takes them") })
    #expect(result.verdict.status == .ok)
  }

  /// A load over midnight, of which the first half expires, and is forgotten, before the second.
  @Test func aLoadThatExpiresInPartHasNoGap() async throws {
    var simulation = try Simulation(seed: 29)
    try simulation.commit(inserts: 9)
    let rows = simulation.live.sorted { $0.key < $1.key }.map { sequence, row in
      ObservedRow(
        place: 0, op: .operation(.insert), sequence: sequence, version: row.version,
        commit: simulation.clock.now(), digest: row.digest)
    }
    simulation.position = simulation.log.count
    simulation.bucket.write(simulation.loadKey(1), .success(simulation.observation(Array(rows.prefix(5)))))
    simulation.clock.advance(by: .seconds(86_400))
    simulation.bucket.write(simulation.loadKey(2), .success(simulation.observation(Array(rows.suffix(4)))))
    for _ in 0..<12 {
      try simulation.commit(inserts: 2)
      simulation.flush()
      simulation.clock.advance(by: .seconds(86_400))
      for key in simulation.bucket.keys {
        guard let stored = simulation.bucket.stored(key),
          simulation.clock.now() - stored.modified > .seconds(5 * 86_400)
        else { continue }
        simulation.bucket.remove(key)
      }
      try simulation.commit(inserts: 1)
      simulation.flush()
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
      _ = try simulation.ledger.pruneDaily(settledBefore: simulation.clock.now() - .seconds(3 * 86_400))
    }
  }

  /// Objects are taken away once they were read, as is allowed: what is lost after is lost.
  @Test func whereObjectsMayVanishALossIsStillALoss() async throws {
    var simulation = try Simulation(seed: 30)
    simulation.configuration.allowsVanishedObjects = true
    try simulation.commit(inserts: 5)
    simulation.load()
    try simulation.commit(inserts: 5)
    simulation.flush()
    try await simulation.reconcile()
    for key in simulation.bucket.keys { simulation.bucket.remove(key) }
    simulation.clock.advance(by: .seconds(86_400))
    let empty = try await simulation.reconcile()
    #expect(empty.verdict.status == .ok, "\(empty.verdict.reason)")
    #expect(empty.figures?.delivered == 10, "\(String(describing: empty.figures))")
    try simulation.commit(inserts: 5)
    _ = simulation.takeRows()  // The object that is lost.
    try simulation.commit(inserts: 5)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical)
    #expect(result.figures?.missing == 5 && result.figures?.excluded == 0)
  }

  /// DO_NOTHING: the load's numbers begin again, and what was changed stays where it is.
  @Test func aTaskBegunAnewOverwritesItsLoad() async throws {
    var simulation = try Simulation(seed: 23)
    try simulation.commit(inserts: 9)
    simulation.load(rowsPerObject: 2)
    for _ in 0..<3 {
      try simulation.commit(inserts: 2, updates: 2, deletes: 1)
      simulation.flush(after: .seconds(60))
    }
    try await simulation.reconcile()
    try simulation.commit(inserts: 1, updates: 1)
    simulation.clock.advance(by: .seconds(100))
    // Fewer objects than before: those with higher numbers are of the load before.
    simulation.load(rowsPerObject: 5)
    simulation.clock.advance(by: .seconds(60))
    for _ in 0..<2 {
      try simulation.commit(inserts: 1, updates: 1, deletes: 1)
      simulation.flush(after: .seconds(60))
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
      #expect(result.findings.map(\.kind) == [.reload])
      #expect(result.figures?.missing == 0 && result.figures?.late == 0)
    }
  }

  /// DO_NOTHING, after a lifecycle rule took the first days: what they had delivered is owed by the new load.
  @Test func aLoadIsMadeOverAfterDaysHaveExpired() async throws {
    var simulation = try Simulation(seed: 33)
    try simulation.commit(inserts: 12)
    simulation.load(rowsPerObject: 4)
    for _ in 0..<4 {
      try simulation.commit(inserts: 3, updates: 3, deletes: 2)
      simulation.flush(after: .seconds(30))
      simulation.clock.advance(by: .seconds(86_400))
    }
    try await simulation.reconcile()
    simulation.configuration.fullListingEvery = .zero
    for key in simulation.bucket.keys.prefix(2) + [1, 2, 3].map(simulation.loadKey) {
      simulation.bucket.remove(key)
    }
    #expect(try await simulation.reconcile().verdict.status == .ok)
    try simulation.commit(updates: 2, deletes: 1)
    simulation.clock.advance(by: .seconds(100))
    let lost = try #require(simulation.live.keys.min())
    simulation.load(rowsPerObject: 5, dropping: [lost])
    for _ in 0..<2 {
      simulation.clock.advance(by: .seconds(60))
      try simulation.commit(inserts: 1, updates: 1)
      simulation.flush(after: .seconds(60))
      let result = try await simulation.reconcile()
      #expect(Set(result.findings(.lostRows).flatMap(\.rows).map(\.key)) == [simulation.key(lost)])
      #expect(result.figures?.late == 0 && result.figures?.pending == 0)
      #expect(Set(result.findings.map(\.kind)).isSubset(of: [.lostRows, .reload, .vanishedObject]))
      #expect(result.findings(.vanishedObject).allSatisfy { $0.severity == .notice })
    }
  }

  /// A resumed task sends what it had sent before.
  @Test func whatIsSentAgainAfterAResumeIsCounted() async throws {
    for level in ObservationLevel.allCases {
      var simulation = try Simulation(seed: 24)
      simulation.configuration.level = level
      try simulation.commit(inserts: 5)
      simulation.flush()
      var sent: [ObservedRow] = []
      for _ in 0..<3 {
        try simulation.commit(inserts: 2, updates: 2, deletes: 1)
        let rows = simulation.takeRows()
        sent += rows
        simulation.write(rows, after: .seconds(60))
      }
      try await simulation.reconcile()
      try simulation.commit(inserts: 2)
      simulation.write(sent + simulation.takeRows(), after: .seconds(60))
      try simulation.commit(inserts: 1)
      simulation.flush(after: .seconds(60))
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .ok, "\(level): \(result.verdict.reason)")
      #expect(result.figures?.missing == 0)
      if level >= .keys { #expect(result.figures?.duplicates == sent.count) }
    }
  }

  /// Two tasks that write the same table to the same prefix: all comes twice, interleaved.
  @Test func twoTasksOnOnePrefixDoubleAndLoseNothing() async throws {
    var simulation = try Simulation(seed: 25)
    var behind: [[ObservedRow]] = []
    for step in 0..<10 {
      try simulation.commit(inserts: 2, updates: 1, deletes: step > 3 ? 1 : 0)
      let rows = simulation.takeRows()
      simulation.write(rows, after: .seconds(30))
      behind.append(rows)
      // The other task is two batches behind.
      if behind.count > 2 { simulation.write(behind.removeFirst(), after: .seconds(30)) }
      let result = try await simulation.reconcile()
      #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
    }
  }

  /// The column that says whose a row is has another name, and nobody said so.
  @Test func anUnknownColumnIsUnknownAndNoDamage() async throws {
    var simulation = try Simulation(seed: 26)
    try simulation.commit(inserts: 2)
    let written = simulation.flush()
    let key = try #require(written)
    simulation.bucket.write(key, .failure(ObservationFailure(.lacksColumns, "it has no column customer_id")))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(result.verdict.reason.contains("no column customer_id"))
    #expect(result.findings(.unreadableObject).isEmpty)
  }
}
