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

  /// A load covers what was committed shortly before an object's first rows, and no object of changes delivered it.
  @Test func anAlteredRowThatComesAgainIsOfTheOperationThatItWasOf() throws {
    let digest = RowDigest(bytes: [UInt8](repeating: 1, count: 40))
    func update(_ number: Int64, _ state: OperationState, at time: Timestamp) -> KnownOperation {
      KnownOperation(
        id: OperationID(transaction: number, ordinal: 0), table: 1, kind: .update, sequence: 7, version: time,
        digest: digest, state: state, xid: UInt64(number), commit: CommitTime(exactly: time), recordedAt: time
      )
    }
    let (before, after) = (Timestamp(seconds: 10), Timestamp(seconds: 10) + .milliseconds(30))
    let covered = update(6, .covered, at: before)
    let delivered = update(8, .delivered, at: after)
    var bytes = digest.bytes
    bytes[0] = 2
    let row = ObservedRow(
      place: 0, op: .operation(.update), sequence: 7, version: after + .seconds(7_200), commit: after,
      digest: RowDigest(bytes: bytes))
    let matcher = RowMatcher(table: 1, precision: 1, nextSequence: 100)
    let match = matcher.matchChange(row, among: [covered, delivered]) { $0.id == delivered.id }
    #expect(match == .operation(delivered, Differences(columns: 1)))
    // Of two that are near alike, the one that is owed.
    let first = matcher.matchChange(row, among: [covered, delivered]) { _ in false }
    #expect(first == .operation(delivered, Differences(columns: 1)))
  }

  private func operation(_ number: Int64, _ kind: OperationKind, _ state: OperationState) -> KnownOperation {
    KnownOperation(
      id: OperationID(transaction: number, ordinal: 0), table: 1, kind: kind,
      sequence: 7, version: Timestamp(seconds: number), digest: RowDigest(bytes: []), state: state,
      xid: UInt64(number), commit: state == .aborted ? nil : CommitTime(exactly: Timestamp(seconds: number)),
      recordedAt: Timestamp(seconds: number))
  }
}
