import Ledger
import Reconciliation
import TestSupport
import Testing
import Time

/// What DMS means by its files, where a judge could take it for something else.
@Suite struct SemanticsTests {
  private static let microseconds =
    "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true"
  private static let milliseconds = microseconds + ";parquetTimestampInMillisecond=true"

  /// Every statement is emitted, and all share the commit's time (DMS.md section 0).
  @Test(arguments: [microseconds, milliseconds])
  func severalOperationsOnOneRowInOneTransaction(settings: String) async throws {
    var simulation = try Simulation(seed: 51, settings: settings)
    try simulation.commit(inserts: 2)
    simulation.flush()
    let sequences = try simulation.ledger.reserveSequences(3)
    let (first, second, third) = (sequences.lowerBound, sequences.lowerBound + 1, sequences.lowerBound + 2)
    let kinds: [(OperationKind, Int64)] = [
      (.insert, first), (.update, first), (.insert, second), (.update, second), (.update, second),
      (.delete, second), (.update, first), (.insert, third), (.delete, third),
    ]
    try simulation.commit(kinds.map { simulation.change($0.0, $0.1) })
    simulation.flush()
    let whole = try await simulation.reconcile()
    #expect(whole.verdict.status == .ok && whole.findings.isEmpty, "\(whole.verdict)")
    #expect(whole.figures?.delivered == 11 && whole.figures?.duplicates == 0)
    // One of several updates is left out.
    try simulation.commit([.update, .update, .update].map { simulation.change($0, first) })
    var rows = simulation.takeRows()
    let lost = simulation.log[simulation.log.count - 2]
    rows.remove(at: 1)
    simulation.write(rows)
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.figures?.missing == 1 && result.figures?.altered == 0)
    #expect(result.findings(.lostRows).first?.rows.first?.version == lost.version)
  }

  /// With REPLICA IDENTITY FULL a delete brings the row as it was.
  @Test(arguments: [microseconds, milliseconds])
  func deletesMayBringWholeRows(settings: String) async throws {
    var simulation = try Simulation(seed: 52, settings: settings)
    try simulation.commit(inserts: 6)
    simulation.load()
    try simulation.commit(updates: 4)
    simulation.flush()
    let before = simulation.live
    try simulation.commit(deletes: 3)
    func whole(_ rows: [ObservedRow]) -> [ObservedRow] {
      rows.map { row in
        var row = row
        row.version = before[row.sequence]?.version
        row.digest = before[row.sequence]?.digest
        return row
      }
    }
    var rows = whole(simulation.takeRows())
    let lost = rows.removeLast()
    simulation.write(rows)
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.rows(.lostRows) == ["D " + simulation.key(lost.sequence)])
    #expect(result.findings.map(\.kind) == [.lostRows], "\(result.findings.map(\.summary))")
    // One that says U is the delete all the same: the values are those of the change before.
    try simulation.commit([simulation.change(.delete, try #require(simulation.live.keys.min()))])
    var told = simulation.takeRows()[0]
    (told.op, told.version, told.digest) = (
      .operation(.update), before[told.sequence]?.version, before[told.sequence]?.digest
    )
    simulation.write([told])
    let flipped = try await simulation.reconcile()
    #expect(flipped.rows(.wrongOperation) == ["D " + simulation.key(told.sequence)])
    #expect(flipped.figures?.missing == 1 && flipped.figures?.duplicates == 0)
  }

  /// The order is that of commits, not of their times: of two that share one, the earlier is lost when the
  /// later is there, and the later is not when the earlier is.
  @Test func commitsMayShareATimestamp() async throws {
    for isEarlierLost in [true, false] {
      var simulation = try Simulation(seed: 53)
      try simulation.commit(inserts: 1)
      simulation.flush()
      let time = simulation.clock.now()
      for _ in 0..<2 {
        try simulation.commit(inserts: 1)
        simulation.clock.set(time)
      }
      var rows = simulation.takeRows()
      for index in rows.indices { rows[index].commit = time + .microseconds(400) }
      simulation.write([rows[isEarlierLost ? 1 : 0]])
      let result = try await simulation.reconcile()
      #expect(result.figures?.missing == (isEarlierLost ? 1 : 0))
      #expect(result.figures?.pending == (isEarlierLost ? 0 : 1))
      if isEarlierLost {
        let finding = try #require(result.findings(.lostRows).first)
        #expect(finding.object == simulation.bucket.keys.last, "it names what came after")
        #expect(finding.rows.map(\.key) == [simulation.key(rows[0].sequence)])
      }
    }
  }

  /// PostgreSQL's clock is set back by an hour between two commits.
  @Test(arguments: [true, false]) func clocksMayStepBack(isEarlierLost: Bool) async throws {
    var simulation = try Simulation(seed: 54)
    try simulation.commit(inserts: 1)
    simulation.flush()
    try simulation.commit(inserts: 1)
    let earlier = simulation.takeRows()
    simulation.clock.set(simulation.clock.now() - .seconds(3_600))
    try simulation.commit(inserts: 1)
    let later = simulation.takeRows()
    simulation.clock.advance(by: .seconds(3_600))
    simulation.write(isEarlierLost ? later : earlier)
    let result = try await simulation.reconcile()
    #expect(result.figures?.missing == (isEarlierLost ? 1 : 0))
    #expect(result.rows(.lostRows) == (isEarlierLost ? ["I " + simulation.key(earlier[0].sequence)] : []))
    #expect(result.findings(.outOfOrder).isEmpty)
    if !isEarlierLost {
      simulation.write(later)
      let whole = try await simulation.reconcile()
      #expect(whole.figures?.missing == 0 && whole.figures?.delivered == 3)
      #expect(whole.findings(.outOfOrder).isEmpty && whole.findings(.lostRows).isEmpty)
    }
  }

  /// What flows in one table proves nothing of another, which is quiet.
  @Test func aQuietTableIsJudgedByItselfAlone() async throws {
    var simulation = try Simulation(seed: 55)
    let quiet = TableName(schema: "public", name: "orders")
    let sequence = try simulation.ledger.reserveSequences(1).lowerBound
    let digest = RowDigest(bytes: Array(repeating: 1, count: 40))
    let commit = simulation.clock.now()
    let id = try simulation.ledger.recordIntent(
      xid: 600, table: quiet,
      operations: [IntendedOperation(kind: .insert, sequence: sequence, version: commit, digest: digest)])
    try simulation.ledger.markCommitted(id, lsn: nil, commitTime: CommitTime(exactly: commit))
    func figures(_ result: ReconciliationResult) -> TableFigures? {
      result.outcome.tables.first { $0.table == quiet }
    }
    for _ in 0..<3 {
      try simulation.commit(inserts: 2)
      simulation.flush(after: .seconds(30))
      let flowing = try await simulation.reconcile()
      #expect(figures(flowing)?.missing == 0 && figures(flowing)?.pending == 1)
      #expect(flowing.findings.isEmpty)
    }
    simulation.clock.advance(by: simulation.configuration.limits.deadline)
    try simulation.commit(inserts: 1)
    simulation.flush()
    let late = try await simulation.reconcile()
    #expect(figures(late)?.late == 1 && late.findings.map(\.kind) == [.lateRows])
    simulation.bucket.write(
      "public/orders/20261123-120000000.parquet",
      .success(
        simulation.observation([
          ObservedRow(
            place: 0, op: .operation(.insert), sequence: sequence, version: commit, commit: commit,
            digest: digest)
        ])))
    let arrived = try await simulation.reconcile()
    #expect(figures(arrived)?.delivered == 1 && figures(arrived)?.missing == 0)
    #expect(arrived.findings(.lostRows).isEmpty)
  }

  /// Names of a full load count in sixteens: after 9 comes A, and after F 10.
  @Test(arguments: [[], [0x0A, 0x10, 0x28]]) func loadsAreNumberedInSixteens(absent: [Int]) async throws {
    var simulation = try Simulation(seed: 56)
    try simulation.commit(inserts: 40)
    simulation.load(rowsPerObject: 1)
    try simulation.commit(inserts: 1)
    simulation.flush()
    #expect(simulation.bucket.keys.contains(simulation.prefix + "LOAD00000028.parquet"))
    for number in absent { simulation.bucket.remove(simulation.loadKey(number)) }
    let result = try await simulation.reconcile()
    #expect(result.figures?.covered == 40 - absent.count && result.figures?.missing == absent.count)
    guard !absent.isEmpty else {
      return #expect(result.verdict.status == .ok, "\(result.findings.map(\.summary))")
    }
    // Of the last nothing says that it was there.
    let gap = try #require(result.findings(.loadGap).first)
    #expect(gap.summary.contains("2 objects") && gap.summary.hasSuffix("LOAD0000000A, LOAD00000010"))
  }

  /// Segments of a parallel load are series of their own, by name (`SEGMENT2_LOAD…`) or in folders.
  @Test(arguments: [nil, 0, 4]) func segmentsAreNumberedEachForItself(absent: Int?) async throws {
    var simulation = try Simulation(seed: 57)
    try simulation.commit(inserts: 12)
    simulation.load(rowsPerObject: 2)
    let names = [
      "SEGMENT1_LOAD00000001", "SEGMENT1_LOAD00000002", "SEGMENT2_LOAD00000001", "SEGMENT3_LOAD00000001",
      "east/LOAD00000001", "east/LOAD00000002",
    ]
    for (index, name) in names.enumerated() {
      let plain = simulation.loadKey(index + 1)
      let object = try #require(simulation.bucket.stored(plain))
      simulation.bucket.remove(plain)
      guard index != absent else { continue }
      simulation.bucket.write(
        simulation.prefix + name + ".parquet", object.content, modified: object.modified)
    }
    try simulation.commit(inserts: 1, updates: 2)
    simulation.flush()
    let result = try await simulation.reconcile()
    guard let absent else {
      #expect(result.verdict.status == .ok, "\(result.findings.map(\.summary))")
      #expect(result.figures?.covered == 12)
      return
    }
    #expect(result.figures?.covered == 10 && result.figures?.missing == 2)
    let gap = try #require(result.findings(.loadGap).first)
    #expect(gap.summary.contains("1 object "))
    #expect(gap.summary.hasSuffix(": " + names[absent]))
  }

  /// Without a timestamp column (its name is blank by default), a D that brings the row of a load is its delete.
  @Test func wholeRowsOfDeletesNeedNoTimes() async throws {
    var simulation = try Simulation(seed: 58, settings: "DataFormat=parquet;includeOpForFullLoad=true")
    try simulation.commit(inserts: 6)
    simulation.load()
    let before = simulation.live
    try simulation.commit(deletes: 2)
    try simulation.commit(inserts: 1)
    let rows = simulation.takeRows().map { row in
      var row = row
      row.commit = nil
      guard row.op == .operation(.delete) else { return row }
      (row.version, row.digest) = (before[row.sequence]?.version, before[row.sequence]?.digest)
      return row
    }
    simulation.write(rows)
    let result = try await simulation.reconcile()
    #expect(result.verdict.status == .ok && result.findings.isEmpty, "\(result.findings.map(\.summary))")
    #expect(result.figures?.delivered == 9)
  }

  /// Each segment of a parallel load is a SELECT of its own: what a later one shows, an earlier one need not.
  @Test func segmentsOfALoadHaveSnapshotsOfTheirOwn() async throws {
    var simulation = try Simulation(seed: 59)
    try simulation.commit(inserts: 10)
    let keys = simulation.live.keys.sorted()
    func write(_ segment: Int, _ keys: ArraySlice<Int64>, _ simulation: Simulation) {
      let rows = keys.compactMap { key in
        simulation.live[key].map { row in
          ObservedRow(
            place: 0, op: .operation(.insert), sequence: key, version: row.version,
            commit: simulation.clock.now(), digest: row.digest)
        }
      }
      simulation.bucket.write(
        simulation.prefix + "SEGMENT\(segment)_LOAD00000001.parquet", .success(simulation.observation(rows)))
    }
    simulation.position = simulation.log.count
    write(1, keys[..<5], simulation)
    for key in [keys[5], keys[0], keys[9]] { try simulation.commit([simulation.change(.update, key)]) }
    simulation.clock.advance(by: .seconds(1))
    write(2, keys[5...], simulation)
    // What was cached meanwhile comes in two objects.
    simulation.flush(limit: 1)
    let half = try await simulation.reconcile()
    #expect(half.findings.isEmpty && half.figures?.missing == 0, "\(half.verdict)")
    simulation.flush()
    let whole = try await simulation.reconcile()
    #expect(whole.verdict.status == .ok && whole.findings.isEmpty, "\(whole.verdict)")
  }

}
