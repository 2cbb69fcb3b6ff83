import TestSupport
import Testing
import Time

@testable import Ledger

@Suite struct FindingTests {
  let directory = ScratchDirectory()
  let clock = ManualClock()

  private func report(_ store: LedgerStore, rows: Int = 1) throws -> (id: FindingID, isNew: Bool) {
    let run = try store.beginRun(command: "run", settings: "")
    return try store.write { session in
      let table = try session.declare(TableDeclaration(name: .customers))
      return try session.report(
        FindingReport(
          kind: .lostRows, severity: .critical, table: table.id, object: "public/customers/a.parquet",
          identity: "lost-rows/1", summary: "rows are lost", rowCount: rows,
          rows: (0..<rows).map { FindingRow(kind: .insert, key: "\($0)") }),
        run: run, now: clock.now())
    }
  }

  @Test func aFindingIsNewOnce() throws {
    let store = try open(directory, clock: clock)
    let first = try report(store)
    clock.advance(by: .seconds(300))
    let second = try report(store, rows: 30)
    #expect(first.isNew)
    #expect(!second.isNew && second.id == first.id)
    let finding = try #require(try store.findings().first)
    #expect(finding.rowCount == 30 && finding.rows.count == Finding.namedRows)
    #expect(finding.lastSeen - finding.firstSeen == .seconds(300))
    #expect(finding.firstRun == RunID(rawValue: 1))
    #expect(finding.table == .customers)
  }

  @Test func anAcknowledgementHoldsUntilItsEnd() throws {
    let store = try open(directory, clock: clock)
    let id = try report(store).id
    try store.acknowledge(id, reason: "known", until: clock.now() + .seconds(60))
    #expect(try !report(store).isNew)
    #expect(try store.finding(id)?.state == .acknowledged)
    #expect(try store.finding(id)?.acknowledgement?.reason == "known")
    clock.advance(by: .seconds(60))
    try store.write { session in try session.reopenExpiredFindings(now: clock.now()) }
    #expect(try store.finding(id)?.state == .open)
  }

  @Test func anAcknowledgedFindingOpensAgainWhereThereIsMoreOfIt() throws {
    let store = try open(directory, clock: clock)
    let id = try report(store, rows: 2).id
    #expect(try store.acknowledge(id, reason: "known", until: nil).rowCount == 2)
    // Less of it is known too, and then what was there before is more.
    #expect(try report(store, rows: 1) == (id, false))
    #expect(try store.finding(id)?.state == .acknowledged)
    #expect(try report(store, rows: 2) == (id, true))
    #expect(try store.finding(id)?.state == .open)
    #expect(try store.finding(id)?.acknowledgement?.reason == "known")
  }

  @Test func otherRowsOrAGreaterWeightAreMore() throws {
    let store = try open(directory, clock: clock)
    func difference(
      _ keys: [Int], _ severity: FindingSeverity = .notice, until end: Timestamp? = nil
    ) -> FindingReport {
      FindingReport(
        kind: .sourceDifference, severity: severity, table: nil, identity: "source-difference/1",
        summary: "rows differ", rowCount: keys.count,
        rows: keys.map { FindingRow(kind: nil, key: "\($0)") }, spanEnd: end)
    }
    let now = clock.now()
    let cases: [(known: FindingReport, found: FindingReport, isMore: Bool)] = [
      (difference([1, 2]), difference([2]), false),
      (difference([1, 2]), difference([3]), true),
      (difference([1, 2]), difference([1, 2], .critical), true),
      (difference(Array(1...30)), difference(Array(1...30)), false),
      (difference(Array(1...30)), difference(Array(2...30)), true),
      (difference(Array(1...30), until: now), difference(Array(2...30), until: now), false),
      (difference(Array(1...30), until: now), difference(Array(2...30), until: now + .seconds(1)), true),
    ]
    for (known, found, isMore) in cases {
      let run = try store.beginRun(command: "run", settings: "")
      func report(_ report: FindingReport) throws -> (id: FindingID, isNew: Bool) {
        try store.write { session in try session.report(report, run: run, now: now) }
      }
      let id = try report(known).id
      try store.acknowledge(id, reason: "known", until: nil)
      #expect(try report(found) == (id, isMore))
      #expect(try store.finding(id)?.state == (isMore ? .open : .acknowledged))
      try store.resolve(id, reason: "the next case")
    }
  }

  @Test func aResolvedFindingThatComesBackIsNew() throws {
    let store = try open(directory, clock: clock)
    let id = try report(store).id
    try store.resolve(id, reason: "reloaded")
    #expect(try store.findings().isEmpty)
    #expect(try store.findings(states: [.resolved]).map(\.resolution) == ["reloaded"])
    clock.advance(by: .seconds(60))
    #expect(try report(store) == (id, true))
    #expect(try store.finding(id)?.firstSeen == clock.now())
    #expect(try store.findings().map(\.state) == [.open])
    let unknown = FindingID(rawValue: 9)
    #expect(
      ledgerError { () throws(LedgerError) in try store.resolve(unknown, reason: "") }?.code
        == .unknownFinding(9))
  }
}
