import Foundation
import GRDB
import TestSupport
import Testing
import Time

@testable import Ledger

@Suite struct OpeningTests {
  let directory = ScratchDirectory()

  @Test func aNewLedgerIsPrivateAndKeepsItsTag() throws {
    let store = try open(directory)
    let tag = store.pipelineTag
    _ = try store.reserveSequences(1)
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite.lock"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: directory.file(name))
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(name)")
    }
    try store.close()
    #expect(try open(directory).pipelineTag == tag)
  }

  @Test func whatIsRecordedIsSynchronized() throws {
    let store = try open(directory)
    let (journal, synchronous) = try store.write { session in
      (
        try String.fetchOne(session.db, sql: "PRAGMA journal_mode"),
        try Int.fetchOne(session.db, sql: "PRAGMA synchronous")
      )
    }
    #expect(journal == "wal")
    #expect(synchronous == 2)
  }

  @Test func oneWriterAtATime() throws {
    let store = try open(directory)
    #expect(ledgerError { () throws(LedgerError) in _ = try open(directory) }?.code == .locked)
    let link = directory.file("link.sqlite")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: store.path)
    let throughLink = ledgerError { () throws(LedgerError) in
      _ = try LedgerStore.open(path: link, pipeline: "test", clock: ManualClock())
    }
    #expect(throughLink?.code == .locked)
    try store.close()
    try open(directory).close()
  }

  @Test func readersReadBesideTheWriter() throws {
    #expect(
      ledgerError { () throws(LedgerError) in _ = try open(directory, mode: .readOnly) }?.code == .absent)
    let store = try open(directory)
    let reader = try open(directory, mode: .readOnly)
    let run = try store.beginRun(command: "run", settings: "")
    #expect(try reader.runs(limit: 5).map(\.id) == [run])
    #expect(
      ledgerError { () throws(LedgerError) in _ = try reader.reserveSequences(1) }?.code == .readOnly)
  }

  @Test func aLedgerBelongsToOnePipeline() throws {
    try open(directory).close()
    let error = ledgerError { () throws(LedgerError) in
      _ = try LedgerStore.open(
        path: directory.file("ledger.sqlite"), pipeline: "other", clock: ManualClock())
    }
    #expect(error?.code == .otherPipeline(found: "test"))
  }

  @Test(arguments: [LedgerStore.Mode.readWrite, .readOnly])
  func aFileThatIsNoDatabaseIsLeftAlone(mode: LedgerStore.Mode) throws {
    let text = Data(String(repeating: "name: lakecanary\n", count: 100).utf8)
    try text.write(to: URL(filePath: directory.file("ledger.sqlite")))
    #expect(
      ledgerError { () throws(LedgerError) in _ = try open(directory, mode: mode) }?.code == .notADatabase)
    #expect(try Data(contentsOf: URL(filePath: directory.file("ledger.sqlite"))) == text)
  }

  @Test func aDatabaseOfAnotherProgramIsLeftAlone() throws {
    let other = try DatabaseQueue(path: directory.file("ledger.sqlite"))
    try other.write { db in try db.execute(sql: "create table photograph (id integer)") }
    try other.close()
    let before = try Data(contentsOf: URL(filePath: directory.file("ledger.sqlite")))
    #expect(ledgerError { () throws(LedgerError) in _ = try open(directory) }?.code == .notALedger)
    #expect(try Data(contentsOf: URL(filePath: directory.file("ledger.sqlite"))) == before)
  }

  @Test func aDamagedFileIsTold() throws {
    let store = try open(directory)
    for xid in 1...200 as ClosedRange<UInt64> {
      _ = try store.recordIntent(
        xid: xid, table: .customers, operations: (0..<20).map { insertion(Int64(xid) * 20 + $0) })
    }
    try store.close()
    let file = try FileHandle(forUpdating: URL(filePath: directory.file("ledger.sqlite")))
    for page in 3..<40 {
      try file.seek(toOffset: UInt64(page * 4096))
      try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
    }
    try file.close()
    let error = ledgerError { () throws(LedgerError) in
      let store = try open(directory)
      _ = try store.unsettledTransactions()
      _ = try store.write { session in
        try Int.fetchOne(session.db, sql: "select count(version) from operation")
      }
    }
    #expect(error?.code == .corrupt)
  }

  @Test func aNewerSchemaIsNotTouched() throws {
    let store = try open(directory)
    try store.write { session in
      try session.db.execute(sql: "insert into grdb_migrations values ('99')")
    }
    try store.close()
    for mode in [LedgerStore.Mode.readWrite, .readOnly] {
      let error = ledgerError { () throws(LedgerError) in _ = try open(directory, mode: mode) }
      #expect(error?.code == .newerSchema(found: 99, known: LedgerSchema.version))
    }
  }

  @Test func aFullDiskIsToldAndRecordsNothing() throws {
    let store = try open(directory)
    try store.write { session in
      let pages = try Int.fetchOne(session.db, sql: "PRAGMA page_count") ?? 0
      try session.db.execute(sql: "PRAGMA max_page_count = \(pages + 4)")
    }
    let error = ledgerError { () throws(LedgerError) in
      _ = try store.recordIntent(
        xid: 1, table: .customers, operations: (0..<10_000).map { insertion($0) })
    }
    #expect(error?.code == .diskFull)
    #expect(try store.unsettledTransactions().isEmpty)
  }

  @Test func aDirectoryThatIsNotThereIsTold() throws {
    let error = ledgerError { () throws(LedgerError) in
      _ = try LedgerStore.open(path: directory.file("no/ledger"), pipeline: "test", clock: ManualClock())
    }
    #expect(error?.code == .absent)
    #expect(error?.description.contains("no/ledger") == true)
  }
}
