import Ledger
import ObjectStorage
import Reconciliation
import TestSupport
import Testing
import Time

@Suite struct LossTests {
  @Test func aLostRowIsProvedByWhatCameAfterIt() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 5)
    let lost = try simulation.commit(updates: 1)
    try simulation.commit(inserts: 1)
    let rows = simulation.takeRows().filter { $0.op != .operation(.update) }
    let key = simulation.write(rows)
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical)
    #expect(result.verdict.reason.contains("1 update on public.customers is lost"))
    #expect(result.verdict.reason.contains(key))
    #expect(result.rows(.lostRows) == ["U \(simulation.key(lost[0].sequence))"])
    #expect(result.findings(.lostRows).first?.rows.first?.xid == lost[0].xid)
    #expect(result.figures?.missing == 1)
    let again = try await simulation.reconcile()
    #expect(again.newFindings.isEmpty)
    #expect(again.verdict == result.verdict)
  }

  @Test func aLostObjectIsOneFindingProvedByTheNext() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    simulation.flush()
    try simulation.commit(inserts: 2, updates: 2)
    _ = simulation.takeRows()
    try simulation.commit(inserts: 1)
    let written = simulation.flush()
    let next = try #require(written)
    let result = try await simulation.reconcile()
    #expect(result.findings(.lostRows).count == 1)
    #expect(result.findings(.lostRows).first?.rowCount == 4)
    #expect(result.findings(.lostRows).first?.object == next)
    #expect(result.figures?.completeness == 0.5)
  }

  @Test func theNewestIsNeverCalledLostBeforeItIsDue() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    simulation.flush()
    try simulation.commit(inserts: 2)
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok)
    #expect(result.figures?.pending == 2)
    #expect(result.findings.isEmpty)
  }

  @Test func rowsOfOneTransactionMayComeInTwoObjects() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    try simulation.commit(inserts: 6)
    simulation.flush(limit: 4)
    let half = try await simulation.reconcile()
    #expect(half.findings.isEmpty)
    #expect(half.figures?.pending == 3)
    simulation.flush()
    #expect(try await simulation.reconcile().verdict.status == .ok)
  }

  @Test func aLossIsTakenBackWhenTheRowsArrive() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    simulation.flush()
    try simulation.commit(inserts: 2)
    let late = simulation.takeRows()
    try simulation.commit(inserts: 1)
    simulation.flush()
    #expect(try await simulation.reconcile().figures?.missing == 2)
    simulation.write(late)
    let result = try await simulation.reconcile()
    #expect(result.figures?.missing == 0)
    #expect(result.resolvedFindings.map(\.kind) == [.lostRows])
    #expect(result.findings(.outOfOrder).first?.rowCount == 2)
    #expect(result.verdict.status == .warning)
  }

  /// A page that was fetched before two objects were written, and the next one after: the younger is listed,
  /// the elder is not.
  @Test func anObjectThatAListingPassedTooEarlyIsNotLost() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    simulation.flush()
    try simulation.commit(inserts: 1)
    let elder = simulation.takeRows()
    simulation.clock.advance(by: .seconds(1))
    let elderKey = simulation.changesKey()
    try simulation.commit(inserts: 1)
    simulation.flush()
    let (bucket, observation) = (simulation.bucket, simulation.observation(elder))
    simulation.bucket.beforePage { page in
      if page == 1 { bucket.write(elderKey, .success(observation)) }
    }
    let result = try await simulation.reconcile()
    #expect(result.findings(.lostRows).isEmpty)
    #expect(result.figures?.delivered == 3)
  }

  @Test func nothingIsLostWhileAnObjectIsOutOfReach() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    simulation.flush()
    try simulation.commit(inserts: 2)
    let written = simulation.flush()
    let key = try #require(written)
    let content = try #require(simulation.bucket.stored(key)).content
    simulation.bucket.write(key, .failure(ObservationFailure(.outOfReach, "500 Internal Server Error")))
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(result.error?.hasSuffix(" cannot be read: 500 Internal Server Error") == true)
    #expect(result.findings.map(\.severity) == [.notice])
    simulation.bucket.write(key, content)
    #expect(try await simulation.reconcile().figures?.missing == 0)
  }

  @Test func aLossOfWhichPartArrivesTellsOfTheRest() async throws {
    var simulation = try Simulation(seed: 112)
    try simulation.commit(inserts: 1)
    simulation.flush()
    try simulation.commit(inserts: 10)
    let held = simulation.takeRows()
    try simulation.commit(inserts: 1)
    simulation.flush()
    let lost = try #require(try await simulation.reconcile().findings(.lostRows).first)
    #expect(lost.rowCount == 10)
    simulation.write(Array(held.prefix(9)))
    let rest = try await simulation.reconcile()
    let finding = try #require(rest.findings(.lostRows).first)
    #expect(finding.id == lost.id && finding.rowCount == 1)
    let proof = lost.summary.dropFirst("10 inserts on public.customers are".count)
    #expect(finding.summary == "1 insert on public.customers is" + proof)
    #expect(finding.rows.map(\.key) == [simulation.key(held[9].sequence)])
    #expect(rest.verdict.reason == finding.summary)
    simulation.write([held[9]])
    let whole = try await simulation.reconcile()
    #expect(whole.resolvedFindings.map(\.id) == [lost.id] && whole.figures?.missing == 0)
  }

  @Test func aLossCannotBeResolvedByHandAndOutlivesRetention() async throws {
    var simulation = try Simulation(seed: 337)
    try simulation.commit(inserts: 3)
    simulation.flush()
    try simulation.commit(inserts: 3)
    _ = simulation.takeRows()
    try simulation.commit(inserts: 3)
    simulation.flush()
    let finding = try #require(try await simulation.reconcile().findings(.lostRows).first)
    let error = #expect(throws: LedgerError.self) {
      try simulation.ledger.resolve(finding.id, reason: "looked at")
    }
    #expect(error?.code == .stillLost(finding.id, operations: 3))
    // As a ledger may have it of a time when that was allowed.
    try simulation.ledger.write { session in
      try session.resolve(finding.id, because: "looked at", now: simulation.clock.now())
    }
    simulation.clock.advance(by: .seconds(86_400 * 40))
    _ = try simulation.ledger.prune(settledBefore: simulation.clock.now() - .seconds(86_400 * 10))
    #expect(try simulation.ledger.verifyIntegrity() == [])
    #expect(try simulation.ledger.finding(finding.id) != nil)
  }

  @Test func aBucketOutOfReachIsUnknown() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    simulation.flush()
    _ = try await simulation.reconcile()
    simulation.bucket.failListing(StorageError(.unreachable, .list, store: "s3://x"))
    try simulation.commit(inserts: 1)
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(result.error != nil)
    let first = try #require(result.findings.first { $0.kind == .silence })
    #expect(first.summary.hasPrefix("the bucket could not be read: "), "\(first.summary)")
    // What is due may be there: that it cannot be seen is not that it is late.
    simulation.clock.advance(by: .seconds(1_000))
    let due = try await simulation.reconcile()
    #expect(due.verdict.status == .unknown, "\(due.verdict)")
    #expect(due.findings(.lateRows).isEmpty && due.undecided == 1)
    simulation.clock.advance(by: .seconds(3_600))
    let silent = try await simulation.reconcile()
    #expect(silent.verdict.status == .critical)
    #expect(silent.findings.map(\.kind) == [.silence])
    #expect(
      silent.findings.first?.summary.hasPrefix("the bucket could not be read for 1 h 16 min: ") ?? false
        || silent.findings.first?.summary.hasPrefix("the bucket could not be read for 76 min 40 s: ")
          ?? false,
      "\(silent.findings)")
    simulation.bucket.failListing(nil)
    let back = try await simulation.reconcile()
    #expect(back.findings.map(\.kind) == [.lateRows])
    #expect(back.resolvedFindings.map(\.kind) == [.silence])
  }

  @Test func anIntentIsNeitherMissingNorUnexpected() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    // Killed after COMMIT, before the ledger heard of it.
    let replicated = simulation.change(.insert, try simulation.ledger.reserveSequences(1).lowerBound)
    _ = try simulation.intend([replicated])
    // Killed before COMMIT: PostgreSQL rolled it back.
    let rolledBack = simulation.change(.insert, try simulation.ledger.reserveSequences(1).lowerBound)
    _ = try simulation.intend([rolledBack])
    simulation.log.removeLast()
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok, "\(result.verdict)")
    #expect(result.figures?.delivered == 3)
    #expect(result.figures?.unsettled == 1)
    #expect(try simulation.ledger.unsettledTransactions().count == 1)
  }

  @Test func rowsOfARolledBackTransactionAreFound() async throws {
    var simulation = try Simulation()
    let change = simulation.change(.insert, try simulation.ledger.reserveSequences(1).lowerBound)
    let (id, _) = try simulation.intend([change])
    try simulation.ledger.markAborted(id)
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical)
    #expect(result.rows(.abortedRows) == ["I \(simulation.key(change.sequence))"])
  }

  @Test func aRowThatTheLoadLacksIsLost() async throws {
    var simulation = try Simulation()
    let lost = try simulation.commit(inserts: 5)[2]
    try simulation.commit(inserts: 1)
    simulation.clock.advance(by: .seconds(10))
    simulation.load(dropping: [lost.sequence])
    let early = try await simulation.reconcile()
    #expect(early.findings.isEmpty)
    simulation.clock.advance(by: .seconds(10))
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.rows(.lostRows) == ["I \(simulation.key(lost.sequence))"])
  }

  @Test func rowsWithOurTagThatWereNeverWrittenAreFound() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    var rows = simulation.takeRows()
    var stranger = rows[0]
    stranger.sequence = 77
    rows.append(stranger)
    simulation.write(rows, foreign: 3)
    let result = try await simulation.reconcile()
    #expect(result.rows(.otherLedger) == ["I \(simulation.key(77))"])
    #expect(result.figures?.unexpectedRows == 1)
    #expect(result.findings(.foreignRows).first?.rowCount == 3)
  }

  @Test func rowsOfOthersAreNoAlarmInASharedTable() async throws {
    var simulation = try Simulation()
    try simulation.ledger.declareTable(TableDeclaration(name: simulation.table, isShared: true))
    try simulation.commit(inserts: 1)
    simulation.write(simulation.takeRows(), foreign: 3)
    let result = try await simulation.reconcile()
    #expect(result.findings.isEmpty)
    #expect(result.figures?.foreignRows == 3)
    #expect(result.verdict.status == .ok)
    #expect(result.outcome.level == "keys")
  }

  /// A finding of which a part arrives says what is left of it.
  @Test func aLossSaysWhatIsLeftOfIt() async throws {
    var simulation = try Simulation(seed: 66)
    try simulation.commit(inserts: 1)
    simulation.flush()
    try simulation.commit(inserts: 10)
    let late = simulation.takeRows()
    try simulation.commit(inserts: 1)
    simulation.flush()
    #expect(
      try await simulation.reconcile().verdict.reason.contains("10 inserts on public.customers are lost"))
    simulation.write(Array(late.prefix(9)))
    let result = try await simulation.reconcile()
    #expect(result.verdict.reason.contains("1 insert on public.customers is lost: later transactions are in"))
    #expect(result.findings(.lostRows).map(\.rowCount) == [1])
    #expect(result.rows(.lostRows) == ["I " + simulation.key(late[9].sequence)])
  }
}
