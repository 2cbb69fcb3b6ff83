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

  /// The bucket's clock as earlier runs read it: how this machine's clock was set since is seen by it.
  var earlier: [EarlierReading] = []

  /// A reading of the bucket's clock by a run of before.
  struct EarlierReading: Hashable, Sendable {
    /// When that run began, by this machine's clock as it was then.
    var at: Timestamp
    var bucket: ClockOffset
  }

  /// A commit by this machine's clock.
  struct Committed: Hashable, Sendable {
    var earliest: Timestamp
    var latest: Timestamp
    /// How far both may be off.
    var uncertainty: Duration
    /// The middle of the bounds, or the end of wide ones: a lag is never made longer by what is not known.
    var time: Timestamp { isWide ? latest : earliest + (latest - earliest) / 2 }
    /// Whether the bounds tell next to nothing, as those of an intent that was settled after a crash.
    var isWide: Bool { latest - earliest > .seconds(10) }
  }

  /// An intent is recorded just before its commit: by more than this apart, one of the clocks was set between.
  static let intentMargin = Duration.seconds(60)

  /// When a transaction was committed, by this machine's clock as it is now.
  ///
  /// PostgreSQL's clock tells it, less its offset, which was measured later: if the clock was set between, the time is
  /// not that of the intent. Then the intent's own time tells, which cannot be later than the commit.
  func committed(_ commit: CommitTime, recordedAt: Timestamp?) -> Committed {
    let offset = source?.offset ?? .zero
    let told = Committed(
      earliest: commit.earliest - offset, latest: commit.latest - offset, uncertainty: uncertainty)
    guard let source, let recordedAt else { return told }
    let recorded = recordedAt - step(since: recordedAt)
    let isBefore = told.latest < recorded - source.uncertainty - .seconds(1)
    guard isBefore || told.earliest > recorded + Self.intentMargin + source.uncertainty else { return told }
    return Committed(
      earliest: recorded, latest: recorded, uncertainty: uncertainty + Self.intentMargin)
  }

  /// By how much this machine's clock was set back since `time`, which it told: by the bucket's clock, where both
  /// readings of it are sure enough.
  private func step(since time: Timestamp) -> Duration {
    func distance(_ reading: EarlierReading) -> Duration {
      max(reading.at - time, time - reading.at)
    }
    guard let bucket, let then = earlier.min(by: { distance($0) < distance($1) })?.bucket else {
      return .zero
    }
    let step = bucket.offset - then.offset
    return max(step, .zero - step) > bucket.uncertainty + then.uncertainty ? step : .zero
  }

  /// How much later an object became visible than a commit, and how far that may be off either way.
  ///
  /// A lag below zero, which only clocks can make, is zero, and as uncertain as it was below. Of a commit with wide
  /// bounds it is the least: one such makes not all lags of a run uncertain.
  func lag(
    objectModified modified: Timestamp, commit: CommitTime, recordedAt: Timestamp? = nil
  ) -> (lag: Duration, uncertainty: Duration) {
    let committed = committed(commit, recordedAt: recordedAt)
    let lag = ours(ofBucket: modified) - committed.time
    let half = committed.isWide ? .zero : (committed.latest - committed.earliest) / 2
    return (max(lag, .zero), max(committed.uncertainty + half, .zero - lag))
  }

  /// A time of the bucket's clock by this machine's.
  func ours(ofBucket time: Timestamp) -> Timestamp { time - (bucket?.offset ?? .zero) }

  /// How long after an object was there a listing named it, never below zero.
  func detection(listed: Timestamp, modified: Timestamp) -> Duration {
    max(listed - ours(ofBucket: modified), .zero)
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
