import DMS
import GRDB
import Reconciliation
import TestSupport
import Testing

@testable import Ledger

/// Under PreserveTransactions the changes of all tables lie together, and each table knows them by itself.
@Suite struct OtherTableTests {
  private static let settings =
    "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true;PreserveTransactions=true;"
    + "CdcPath=cdc"

  /// A load and changes, one row of them altered, which is acknowledged.
  private func begin() async throws -> (Simulation, FindingID) {
    var simulation = try Simulation(seed: 204, settings: Self.settings)
    try simulation.commit(inserts: 3)
    simulation.load()
    try simulation.commit(inserts: 3)
    var rows = simulation.takeRows()
    var bytes = try #require(rows[1].digest).bytes
    bytes[9] ^= 1
    rows[1].digest = RowDigest(bytes: bytes)
    simulation.clock.advance(by: .seconds(1))
    let civil = simulation.settings.civilTime(at: simulation.clock.now())
    simulation.bucket.write(
      "cdc/" + ObjectName(.transactions(civil), .csv).description, .success(simulation.observation(rows)))
    let finding = try #require(try await simulation.reconcile().findings(.alteredRows).first)
    try simulation.ledger.acknowledge(finding.id, reason: "known", until: nil)
    return (simulation, finding.id)
  }

  private func expectsNothingNew(
    _ result: ReconciliationResult, of simulation: Simulation, beside known: FindingID
  ) throws {
    #expect(result.findings.filter { $0.table == simulation.table }.map(\.id) == [known])
    #expect(try simulation.ledger.finding(known)?.state == .acknowledged)
    let figures = try #require(result.outcome.tables.first { $0.table == simulation.table })
    #expect(figures.newObjects == 0 && figures.delivered == 6)
  }

  @Test func aSecondTableLeavesWhatIsKnownOfTheFirst() async throws {
    let (simulation, finding) = try await begin()
    try simulation.ledger.declareTable(
      TableDeclaration(name: TableName(schema: "public", name: "orders")))
    let result = try await simulation.reconcile()
    try expectsNothingNew(result, of: simulation, beside: finding)
  }

  @Test func aLedgerOfBeforeIsTakenOver() async throws {
    let (simulation, finding) = try await begin()
    try simulation.ledger.write { session in
      try session.db.execute(
        sql: "update bucket set location = 'simulated' where location like 'simulated#%'")
    }
    try simulation.ledger.declareTable(
      TableDeclaration(name: TableName(schema: "public", name: "orders")))
    let result = try await simulation.reconcile()
    try expectsNothingNew(result, of: simulation, beside: finding)
  }
}
