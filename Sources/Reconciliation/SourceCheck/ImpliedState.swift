import Ledger
import Time

/// The rows that a bucket says there are: its load and its changes, one after the other.
///
/// A row's key is never given again, so that a delete is its end, and the row with the latest version is its
/// last state, however often and in whatever order objects bring it.
struct ImpliedState {
  /// What the bucket says of a row.
  enum Entry: Hashable {
    case row(version: Timestamp?, digest: RowDigest?, ignored: UInt64, precision: Int64)
    case deleted
  }

  private(set) var entries: [Int64: Entry] = [:]

  /// Takes what one object holds.
  mutating func take(_ observation: Observation, absentColumns: UInt64) {
    for row in observation.rows {
      if row.op == .operation(.delete) {
        entries[row.sequence] = .deleted
        continue
      }
      switch entries[row.sequence] {
      case .deleted: continue
      case .row(let version?, _, _, _) where row.version.map({ $0 < version }) ?? true: continue
      case .row, nil:
        entries[row.sequence] = .row(
          version: row.version, digest: row.digest, ignored: absentColumns | row.unverified,
          precision: observation.versionPrecision)
      }
    }
  }
}
