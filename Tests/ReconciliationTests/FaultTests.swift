import Ledger
import Reconciliation
import TestSupport
import Testing
import Time

@Suite struct FaultTests {
  @Test func doubledRowsAreCounted() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    let rows = simulation.takeRows()
    simulation.write(rows + [rows[1]])
    simulation.write(rows)
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok)
    #expect(result.figures?.duplicates == 4)
    #expect(result.findings(.duplicateRows).map(\.rowCount) == [3, 1])
    simulation.configuration.limits.maximumDuplicates = 3
    #expect(try await simulation.reconcile().verdict.status == .warning)
  }

  @Test func alteredValuesAreNamedByColumn() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    var rows = simulation.takeRows()
    let digest = try #require(rows[1].digest)
    var bytes = digest.bytes
    bytes[3 * 4] ^= 1
    bytes[8 * 4 + 2] ^= 1
    rows[1].digest = RowDigest(bytes: bytes)
    simulation.write(rows)
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .critical)
    #expect(result.findings(.alteredRows).first?.rows.first?.columns == ["name", "email"])
    #expect(result.verdict.reason.contains("name, email"))
    #expect(result.figures?.delivered == 3)
  }

  @Test func aShiftedVersionIsAnAlteredRowNotALostOne() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    try simulation.commit(updates: 3)
    var rows = simulation.takeRows()
    for index in rows.indices {
      rows[index].version = rows[index].version.map { $0 + .seconds(3_600) }
      var bytes = rows[index].digest?.bytes ?? []
      bytes[0] ^= 1
      bytes[4] ^= 1
      rows[index].digest = RowDigest(bytes: bytes)
    }
    simulation.write(rows)
    let result = try await simulation.reconcile()
    #expect(result.findings.map(\.kind) == [.alteredRows])
    #expect(result.findings(.alteredRows).first?.rowCount == 6)
    #expect(result.findings(.alteredRows).first?.rows.first?.columns == ["created_at", "updated_at"])
  }

  @Test(arguments: [
    (OperationKind.insert, OperationKind.update), (.update, .insert), (.insert, .delete), (.update, .delete),
    (.delete, .insert), (.delete, .update),
  ])
  func anOpThatWasNotExecutedIsFound(executed: OperationKind, told: OperationKind) async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 4)
    try simulation.commit(updates: 1)
    try simulation.commit(deletes: 1)
    var rows = simulation.takeRows()
    let place = try #require(rows.lastIndex { $0.op == .operation(executed) })
    rows[place].op = .operation(told)
    simulation.write(rows)
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.findings.map(\.kind) == [.wrongOperation], "\(result.findings.map(\.summary))")
    #expect(result.rows(.wrongOperation) == ["\(executed.rawValue) \(simulation.key(rows[place].sequence))"])
  }

  @Test func rowsOutOfOrderAreFound() async throws {
    var simulation = try Simulation()
    for _ in 0..<3 { try simulation.commit(inserts: 1) }
    var rows = simulation.takeRows()
    rows.swapAt(0, 2)
    simulation.write(rows)
    let result = try await simulation.reconcile()
    #expect(result.findings(.outOfOrder).first?.rowCount == 2)
    #expect(result.verdict.status == .warning)
  }

  @Test func aCommitTimeThatIsNotTheTransactionsIsFound() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 2)
    var rows = simulation.takeRows()
    rows[0].commit = rows[0].commit.map { $0 - .seconds(7_200) }
    simulation.write(rows)
    let result = try await simulation.reconcile()
    #expect(result.rows(.wrongTimestamp) == ["I \(simulation.key(rows[0].sequence))"])
    #expect(result.figures?.lag?.max ?? .zero < .seconds(5))
  }

  @Test func anUnreadableObjectIsFoundAndItsRowsAreLost() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    simulation.flush()
    try simulation.commit(inserts: 2)
    let written = simulation.flush()
    let key = try #require(written)
    let whole = try #require(simulation.bucket.stored(key)).content
    simulation.bucket.write(key, .failure(ObservationFailure(.unreadable, "it is truncated")))
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.findings(.unreadableObject).map(\.object) == [key])
    #expect(result.figures?.missing == 2)
    simulation.bucket.write(key, whole)
    let mended = try await simulation.reconcile()
    #expect(Set(mended.resolvedFindings.map(\.kind)) == [.unreadableObject, .lostRows])
    #expect(mended.figures?.missing == 0)
  }

  @Test func anObjectWrittenOverIsFoundAndReadAgain() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    let rows = simulation.takeRows()
    let key = simulation.write(rows)
    try simulation.commit(inserts: 1)
    simulation.flush()
    _ = try await simulation.reconcile()
    simulation.bucket.write(key, .success(simulation.observation(Array(rows.dropLast()))))
    let result = try await simulation.reconcile()
    #expect(result.findings(.overwrittenObject).map(\.object) == [key])
    #expect(result.rows(.lostRows) == ["I \(simulation.key(rows[2].sequence))"])
    #expect(result.figures?.duplicates == 0)
  }

  @Test func anObjectThatIsGoneIsFound() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    let written = simulation.flush()
    let key = try #require(written)
    try simulation.commit(inserts: 1)
    simulation.flush()
    _ = try await simulation.reconcile()
    simulation.bucket.remove(key)
    // A reload that is under way takes objects away too: the next run tells it from a loss.
    let early = try await simulation.reconcile()
    #expect(early.verdict.status == .unknown && early.findings.isEmpty, "\(early.verdict)")
    let result = try await simulation.reconcile()
    #expect(result.findings(.vanishedObject).map(\.object) == [key])
    #expect(result.verdict.reason.contains("had delivered 3 operations"))
    #expect(try await simulation.reconcile().newFindings.isEmpty)
  }

  @Test func objectsMovedAwayOnPurposeAreNoFinding() async throws {
    var simulation = try Simulation()
    simulation.configuration.allowsVanishedObjects = true
    try simulation.commit(inserts: 3)
    let written = simulation.flush()
    let key = try #require(written)
    _ = try await simulation.reconcile()
    simulation.bucket.remove(key)
    #expect(try await simulation.reconcile().findings.isEmpty)
  }

  @Test func namesThatDMSDoesNotGiveAreFound() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    simulation.flush()
    simulation.bucket.write("public/customers/part-0001.parquet", .success(simulation.observation([])))
    simulation.bucket.write("public/customers/", .success(simulation.observation([])))
    simulation.bucket.write("public/customers2/x.parquet", .success(simulation.observation([])))
    let result = try await simulation.reconcile()
    #expect(result.findings.map(\.kind) == [.foreignName])
    #expect(result.findings.first?.object == "public/customers/part-0001.parquet")
    #expect(try await simulation.reconcile().newFindings.isEmpty)
  }

  /// A bucket of another kind: what a page leaves out would be taken for gone.
  @Test func aBucketThatListsOutOfOrderIsUnknown() async throws {
    var simulation = try Simulation()
    for _ in 0..<3 {
      try simulation.commit(inserts: 2)
      simulation.flush(after: .seconds(60))
    }
    #expect(try await simulation.reconcile().verdict.status == .ok)
    simulation.bucket.listBackwards(true)
    simulation.clock.advance(by: simulation.configuration.fullListingEvery)
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .unknown)
    #expect(result.verdict.reason.contains("lists keys out of order"))
    #expect(result.findings.map(\.kind) == [.silence])
    #expect(result.figures?.missing == 0 && result.figures?.late == 0)
    simulation.bucket.listBackwards(false)
    #expect(try await simulation.reconcile().verdict.status == .ok)
  }

  @Test func anEmptyObjectIsFound() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    simulation.flush()
    let key = simulation.write([])
    let result = try await simulation.reconcile()
    #expect(result.findings(.emptyObject).map(\.object) == [key])
  }

  @Test func aGapInTheLoadsNumbersIsFound() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 30)
    simulation.clock.advance(by: .seconds(5))
    simulation.load(rowsPerObject: 2)
    simulation.bucket.remove(simulation.loadKey(11))
    simulation.clock.advance(by: .seconds(5))
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.findings(.loadGap).first?.summary.contains("LOAD0000000B") == true)
    #expect(result.figures?.missing == 2)
  }

  @Test func newColumnsAreFoundOnce() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 1)
    simulation.flush()
    for _ in 0..<2 {
      try simulation.commit(inserts: 1)
      var observation = simulation.observation(simulation.takeRows())
      observation.schema.append("vip boolean")
      simulation.clock.advance(by: .seconds(1))
      simulation.bucket.write(simulation.changesKey(), .success(observation))
    }
    let result = try await simulation.reconcile()
    #expect(result.findings.map(\.kind) == [.schemaDrift])
    #expect(result.verdict.reason.hasSuffix("with vip boolean"))
  }

  /// A column that no object has from the first on: nothing is other than before, and its values do not arrive.
  @Test func aColumnThatNeverArrivesIsFound() async throws {
    var simulation = try Simulation()
    try simulation.commit(inserts: 3)
    var observation = simulation.observation(simulation.takeRows())
    observation.absentColumns = ["email", "name"]
    simulation.clock.advance(by: .seconds(1))
    let key = simulation.changesKey()
    simulation.bucket.write(key, .success(observation))
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .warning)
    #expect(result.verdict.reason.hasPrefix("\(key) lacks email, name of public.customers"))
    #expect(result.findings.map(\.kind) == [.schemaDrift])
    try simulation.commit(inserts: 1)
    simulation.flush()
    let after = try await simulation.reconcile()
    #expect(after.verdict.status == .ok && after.resolvedFindings.map(\.kind) == [.schemaDrift])
  }

}
