/// The lag in the stages that can be told apart.
public struct LagStages: Hashable, Sendable, Codable {
  /// By how much the timestamp that DMS gave a row is past the bounds of the commit; nil where rows have none.
  public let commitToTimestamp: LagDistribution?
  /// From that timestamp to when the object was in the bucket (LastModified); nil where rows have none.
  public let timestampToObject: LagDistribution?
  /// From when the object was in the bucket to the first listing that named it: what the timer adds.
  public let objectToSeen: LagDistribution?

  /// How far each stage may be off either way.
  package struct Uncertainty: Hashable, Sendable {
    /// The bounds of the commits.
    package var commit: Duration
    /// The clocks of PostgreSQL and of the bucket.
    package var transfer: Duration
    /// The clock of the bucket.
    package var seen: Duration

    package init(commit: Duration, transfer: Duration, seen: Duration) {
      (self.commit, self.transfer, self.seen) = (commit, transfer, seen)
    }

    /// That of distributions that are known.
    package init(of stages: LagStages?) {
      self.init(
        commit: stages?.commitToTimestamp?.uncertainty ?? .zero,
        transfer: stages?.timestampToObject?.uncertainty ?? .zero,
        seen: stages?.objectToSeen?.uncertainty ?? .zero)
    }
  }

  /// Stages of these distributions; nil of none.
  public init?(
    commitToTimestamp: LagDistribution?, timestampToObject: LagDistribution?, objectToSeen: LagDistribution?
  ) {
    guard commitToTimestamp != nil || timestampToObject != nil || objectToSeen != nil else { return nil }
    (self.commitToTimestamp, self.timestampToObject) = (commitToTimestamp, timestampToObject)
    self.objectToSeen = objectToSeen
  }
}
