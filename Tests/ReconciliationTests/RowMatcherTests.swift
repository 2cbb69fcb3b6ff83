import Ledger
import Testing
import Time

@testable import Reconciliation

@Suite struct RowMatcherTests {
  /// A rolled-back transaction may have tried to delete the row that a later one deleted.
  @Test func aDeleteIsOfTheTransactionThatWasCommitted() throws {
    let insert = operation(1, .insert, .delivered)
    let aborted = operation(2, .delete, .aborted)
    let committed = operation(3, .delete, .open)
    let row = ObservedRow(
      place: 0, op: .operation(.delete), sequence: 7, version: nil, commit: Timestamp(seconds: 3),
      digest: nil)
    let matcher = RowMatcher(table: 1, precision: 1, nextSequence: 100)
    #expect(
      matcher.matchChange(row, among: [insert, aborted, committed]) { _ in false }
        == .operation(committed, Differences()))
    #expect(
      matcher.matchChange(row, among: [insert, aborted]) { _ in false }
        == .operation(aborted, Differences()))
  }

  private func operation(_ number: Int64, _ kind: OperationKind, _ state: OperationState) -> KnownOperation {
    KnownOperation(
      id: OperationID(transaction: number, ordinal: 0), table: 1, kind: kind,
      sequence: 7, version: Timestamp(seconds: number), digest: RowDigest(bytes: []), state: state,
      xid: UInt64(number), commit: state == .aborted ? nil : CommitTime(exactly: Timestamp(seconds: number)),
      recordedAt: Timestamp(seconds: number))
  }
}
