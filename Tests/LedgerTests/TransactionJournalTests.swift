import Foundation
import TestSupport
import Testing
import Time

@testable import Ledger

@Suite struct TransactionJournalTests {
  let directory = ScratchDirectory()
  let time = CommitTime(exactly: Timestamp(seconds: 1_790_000_001))

  private var path: String { directory.file("ledger.sqlite-xids") }

  private func plan(_ store: LedgerStore, _ count: Int) throws -> [SourceTransactionID] {
    try store.recordIntents(
      (0..<count).map { OperationList([insertion(Int64($0))]) }, table: .customers, confirming: [])
  }

  private func starts(_ store: LedgerStore) throws -> [TransactionStart] {
    try store.unsettledTransactions().map(\.start)
  }

  @Test func whatWasWrittenIsThereForTheNextProcess() throws {
    let store = try open(directory)
    try store.openJournal()
    let ids = try plan(store, 3)
    try store.journal(70, of: ids[0])
    try store.journal(.max, of: ids[1])
    #expect(try starts(store) == [.begun(xid: 70), .begun(xid: .max), .notBegun])
    // Not closed: a kill closes nothing.
    #expect(TransactionJournal(path: path).start(of: ids[1].rawValue) == .begun(xid: .max))
    try store.close()
    let again = try open(directory)
    #expect(try starts(again) == [.begun(xid: 70), .begun(xid: .max), .notBegun])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func withoutTheJournalNothingIsKnown() throws {
    let store = try open(directory)
    _ = try plan(store, 1)
    #expect(try starts(store) == [.unknown])
  }

  @Test func aJournalOfAnotherBootIsNotWhole() throws {
    let store = try open(directory)
    try store.openJournal()
    let ids = try plan(store, 2)
    try store.journal(70, of: ids[0])
    try store.close()
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[10] ^= 1
    try bytes.write(to: URL(filePath: path))
    let again = try open(directory)
    #expect(try starts(again) == [.begun(xid: 70), .unknown])
    // Once what it may hold is settled it begins anew.
    try again.openJournal()
    #expect(try starts(again) == [.notBegun, .notBegun])
  }

  @Test func aLedgerThatWasPutBackMeetsNoNumberOfItsOtherLife() throws {
    let store = try open(directory)
    try store.openJournal()
    try store.journal(70, of: try plan(store, 1)[0])
    try store.close()
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: directory.file("ledger.sqlite") + suffix)
    }
    let again = try open(directory)
    try again.openJournal()
    _ = try plan(again, 1)
    #expect(try starts(again) == [.notBegun])
  }

  @Test func aTornEntryIsNone() throws {
    let store = try open(directory)
    try store.openJournal()
    let ids = try plan(store, 1)
    try store.journal(70, of: ids[0])
    try store.close()
    var bytes = try Data(contentsOf: URL(filePath: path))
    let place = 64 + 24 * Int(ids[0].rawValue) + 9
    bytes[place] ^= 1
    try bytes.write(to: URL(filePath: path))
    #expect(try starts(open(directory)) == [.notBegun])
  }

  @Test func slotsAreUsedAgain() throws {
    let journal = TransactionJournal(path: path)
    try journal.open()
    for id in 1...Int64(2 * TransactionJournal.slotCount) { try journal.record(UInt64(id) + 5, of: id) }
    journal.close()
    let again = TransactionJournal(path: path)
    #expect(again.start(of: 1) == .notBegun)
    #expect(again.start(of: Int64(TransactionJournal.slotCount) + 1) != .notBegun)
    #expect(again.start(of: 2 * Int64(TransactionJournal.slotCount)) != .notBegun)
  }

  @Test func groupsAreConfirmedAndTakenBackAndCounted() throws {
    let store = try open(directory)
    try store.openJournal()
    let ids = try plan(store, 4)
    let confirmations = ids[..<2].map {
      Confirmation(id: $0, xid: 70, lsn: 1, commitTime: time, counts: [1, 0, 0])
    }
    try store.confirm(confirmations, withdrawing: [ids[2]], table: .customers)
    #expect(try store.unsettledTransactions().map(\.id) == [ids[3]])
    #expect(try store.committedTransactions() == Array(ids[..<2]))
    try store.settle(store.unsettledTransactions().map { ($0, .aborted) })
    #expect(try store.verifyIntegrity() == [])
    // More than a statement adds at once, and what is left over.
    let long = (0..<67).map { insertion(Int64($0)) }
    var lists = [OperationList(long[..<50]), OperationList(long[50...])]
    let id = try store.recordIntent(xid: 80, table: .customers, confirming: []) {
      lists.isEmpty ? .end : .operations(lists.removeFirst())
    }
    #expect(try store.operations(of: id) == long)
    try store.markCommitted(id, lsn: nil, commitTime: time)
    #expect(try store.verifyIntegrity() == [])
  }

  @Test func whatWasGivenUpIsNotRecorded() throws {
    let store = try open(directory)
    var blocks: [OperationBlock] = [.operations(OperationList([insertion(1)])), .giveUp]
    let error = ledgerError { () throws(LedgerError) in
      _ = try store.recordIntent(xid: 80, table: .customers, confirming: []) { blocks.removeFirst() }
    }
    #expect(error?.code == .closed)
    #expect(try store.unsettledTransactions().isEmpty)
    #expect(try store.verifyIntegrity() == [])
  }
}
