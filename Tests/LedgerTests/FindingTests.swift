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
