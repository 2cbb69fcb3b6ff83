import Foundation
import TestSupport
import Time

@testable import Ledger

/// A directory of its own for a test, removed with the object.
final class ScratchDirectory: Sendable {
  let path: String

  init() {
    // What is tested is not the disk: in memory, where there is such a place, syncing costs nothing.
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory)
      ? memory : FileManager.default.temporaryDirectory.path
    path = parent + "/ledger-\(UUID().uuidString)"
    // A directory that cannot be made shows as the test's own failure.
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
}

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
