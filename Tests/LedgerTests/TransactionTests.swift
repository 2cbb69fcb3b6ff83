import GRDB
import TestSupport
import Testing
import Time

@testable import Ledger

@Suite struct TransactionTests {
  let directory = ScratchDirectory()
  let clock = ManualClock()
  let time = CommitTime(exactly: Timestamp(seconds: 1_790_000_001))

  @Test func sequencesAreGivenOnce() throws {
    let store = try open(directory)
    #expect(try store.reserveSequences(3) == 0..<3)
    #expect(try store.reserveSequences(0) == 3..<3)
    try store.close()
    let again = try open(directory)
    #expect(try again.reserveSequences(2) == 3..<5)
    #expect(try again.nextSequence() == 5)
    let error = ledgerError { () throws(LedgerError) in
      _ = try again.reserveSequences(Int(RowIdentity.maximumSequence))
    }
    #expect(error?.code == .sequencesExhausted)
  }

  @Test func anIntentIsSettledOnce() throws {
    let store = try open(directory, clock: clock)
    let first = try store.recordIntent(
      xid: .max, table: .customers, operations: [insertion(0), insertion(1)])
    let second = try store.recordIntent(xid: 8, table: .customers, operations: [insertion(2)])
    #expect(first < second)
    #expect(
      try store.unsettledTransactions() == [
        UnsettledTransaction(
          id: first, start: .begun(xid: .max), table: .customers, recordedAt: clock.now(), operationCount: 2),
        UnsettledTransaction(
          id: second, start: .begun(xid: 8), table: .customers, recordedAt: clock.now(), operationCount: 1),
      ])
    try store.markCommitted(first, lsn: 0x16B_3748, commitTime: time)
    try store.markCommitted(first, lsn: 0x16B_3748, commitTime: time)
    try store.markAborted(second)
    try store.markAborted(second)
    #expect(try store.unsettledTransactions().isEmpty)
    #expect(try counts(store) == [.open: 2, .aborted: 1])
    #expect(
      ledgerError { () throws(LedgerError) in try store.markAborted(first) }?.code
        == .contradictsSettled(first.rawValue))
    #expect(
      ledgerError { () throws(LedgerError) in
        try store.markCommitted(second, lsn: nil, commitTime: time)
      }?.code == .contradictsSettled(second.rawValue))
    let unknown = SourceTransactionID(rawValue: 99)
    #expect(
      ledgerError { () throws(LedgerError) in try store.markAborted(unknown) }?.code
        == .unknownTransaction(99))
  }

  @Test func aTableIsDeclaredByItsFirstIntentOrBefore() throws {
    let store = try open(directory)
    let shared = TableDeclaration(
      name: TableName(schema: "sales", name: "order"), columns: ["id", "changed"], keyColumn: "id",
      versionColumn: "changed", isShared: true)
    try store.declareTable(shared)
    _ = try store.recordIntent(xid: 1, table: shared.name, operations: [])
    _ = try store.recordIntent(xid: 2, table: .customers, operations: [])
    #expect(try store.tables() == [TableDeclaration(name: .customers), shared])
  }

  private func counts(_ store: LedgerStore) throws -> [OperationState: Int] {
    try store.read { session in
      try Row.fetchAll(
        session.db, sql: "select state, sum(count) as n from operation_count group by state having n > 0"
      ).reduce(into: [:]) { counts, row in
        if let state = OperationState(rawValue: row["state"]) { counts[state] = row["n"] }
      }
    }
  }
}
