import GRDB

/// The lags of deliveries one by one, in microseconds.
package struct LagSamples: Sendable {
  /// To when the object was there.
  private var whole: [Int64] = []
  private var stamps: [Int64] = []
  private var transfers: [Int64] = []
  private var seen: [Int64] = []

  package init() {}

  /// Adds a row with `lag`, `stamp_lag` and `seen_lag`.
  mutating func append(_ row: Row) {
    guard let lag: Int64 = row["lag"] else { return }
    whole.append(lag)
    if let stamp: Int64 = row["stamp_lag"] {
      stamps.append(stamp)
      transfers.append(lag)
    }
    if let seen: Int64 = row["seen_lag"] { self.seen.append(seen) }
  }

  /// Their distribution, exact over all of them; nil of none.
  package func distribution(uncertainty: Duration) -> LagDistribution? {
    LagDistribution(microseconds: whole, uncertainty: uncertainty)
  }

  /// The distributions of the stages; nil where none could be told.
  package func stages(uncertainty: LagStages.Uncertainty) -> LagStages? {
    LagStages(
      commitToTimestamp: LagDistribution(microseconds: stamps, uncertainty: uncertainty.commit),
      timestampToObject: LagDistribution(microseconds: transfers, uncertainty: uncertainty.transfer),
      objectToSeen: LagDistribution(microseconds: seen, uncertainty: uncertainty.seen))
  }
}
