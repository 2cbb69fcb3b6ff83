import Ledger
import Time

/// Brings the times of PostgreSQL's and the bucket's clocks to this machine's.
struct ClockCorrection: Hashable, Sendable {
  /// PostgreSQL's clock, where it was measured.
  var source: ClockOffset?
  /// The bucket's clock, where it was measured.
  var bucket: ClockOffset?
  /// S3 tells LastModified in whole seconds, cut.
  var resolution = Duration.seconds(1)

  /// How much later an object became visible than a commit, and how far that may be off either way.
  ///
  /// A lag below zero, which only clocks can make, is zero.
  func lag(
    objectModified modified: Timestamp, commit: CommitTime
  ) -> (lag: Duration, uncertainty: Duration) {
    let width = commit.latest - commit.earliest
    let committed = commit.earliest + width / 2
    let lag = (modified - (bucket?.offset ?? .zero)) - (committed - (source?.offset ?? .zero))
    return (max(lag, .zero), uncertainty + width / 2)
  }

  /// How long after an object was there a listing named it, never below zero.
  func detection(listed: Timestamp, modified: Timestamp) -> Duration {
    max(listed - (modified - (bucket?.offset ?? .zero)), .zero)
  }

  /// How far the stages of a lag may be off.
  func stages(commitWidth: Duration) -> LagStages.Uncertainty {
    LagStages.Uncertainty(
      commit: commitWidth, transfer: uncertainty, seen: (bucket?.uncertainty ?? .zero) + resolution)
  }

  /// What both clocks may be off together.
  var uncertainty: Duration {
    (source?.uncertainty ?? .zero) + (bucket?.uncertainty ?? .zero) + resolution
  }

  /// Brings the source's clock, measured when the bucket's was `then`, to now: where the bucket's is another by more
  /// than both readings may be off, it is this machine's clock that was set.
  mutating func follow(since then: ClockOffset?) {
    guard let then, let bucket, let source else { return }
    let step = bucket.offset - then.offset
    let uncertainty = bucket.uncertainty + then.uncertainty
    guard max(step, .zero - step) > uncertainty else { return }
    self.source = ClockOffset(
      offset: source.offset + step, uncertainty: source.uncertainty + uncertainty)
  }

  /// A time of the bucket's clock by PostgreSQL's.
  func sourceTime(ofBucket time: Timestamp) -> Timestamp {
    time - (bucket?.offset ?? .zero) + (source?.offset ?? .zero)
  }

  /// A time of this machine's clock by PostgreSQL's.
  func sourceTime(ofOurs time: Timestamp) -> Timestamp {
    time + (source?.offset ?? .zero)
  }
}
