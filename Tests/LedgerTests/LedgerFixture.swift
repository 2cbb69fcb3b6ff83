import Foundation
import GRDB
import GRDBSQLite
import Synchronization
import TestSupport
import Time

@testable import Ledger

extension TableName {
  static let customers = TableName(schema: "public", name: "customers")
}

func open(
  _ directory: ScratchDirectory, mode: LedgerStore.Mode = .readWrite, clock: ManualClock = ManualClock()
) throws(LedgerError) -> LedgerStore {
  try LedgerStore.open(path: directory.file("ledger.sqlite"), pipeline: "test", mode: mode, clock: clock)
}

/// The error that `body` throws; nil where it throws none.
func ledgerError(_ body: () throws(LedgerError) -> Void) -> LedgerError? {
  do throws(LedgerError) {
    try body()
    return nil
  } catch { return error }
}

func insertion(_ sequence: Int64, version: Int64 = 1) -> IntendedOperation {
  IntendedOperation(
    kind: .insert, sequence: sequence, version: Timestamp(microseconds: version),
    digest: RowDigest(of: [.integer(sequence)]))
}

/// Counts the instructions that SQLite's machine executes: what a statement costs, without a clock.
final class StepCounter: Sendable {
  private let count = Atomic<Int>(0)

  var steps: Int { count.load(ordering: .relaxed) }

  /// Counts from now on; the counter must live until it is detached.
  func attach(to db: Database) {
    sqlite3_progress_handler(
      db.sqliteConnection, 1,
      { context in
        guard let context else { return 0 }
        Unmanaged<StepCounter>.fromOpaque(context).takeUnretainedValue().count.add(1, ordering: .relaxed)
        return 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  func detach(from db: Database) { sqlite3_progress_handler(db.sqliteConnection, 0, nil, nil) }
}
