import Foundation
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
