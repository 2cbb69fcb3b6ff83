import Ledger

extension LagStages {
  /// A stage of a row's way into the bucket, with what it took.
  struct Stage {
    /// Its name for programs.
    var name: String
    /// Its name for people.
    var words: String
    /// What it took.
    var lag: LagDistribution
  }

  /// The stages that can be told, in the order of the way.
  var known: [Stage] {
    [
      ("commit_to_timestamp", "commit to DMS timestamp", commitToTimestamp),
      ("timestamp_to_object", "timestamp to object", timestampToObject),
      ("object_to_seen", "object to first seen", objectToSeen),
    ].compactMap { name, words, lag in lag.map { Stage(name: name, words: words, lag: $0) } }
  }
}
