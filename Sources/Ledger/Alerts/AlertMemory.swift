public import Time

/// What a channel of alerts was told last.
public struct AlertMemory: Hashable, Sendable {
  /// The channel's identity, without secrets.
  public var channel: String
  /// The trouble that the channel knows of; nil where it knows of none.
  public var trouble: Trouble?
  /// Why the last alert did not reach the channel; nil where it did.
  public var failure: Failure?

  /// Trouble that was told and is not resolved.
  public struct Trouble: Hashable, Sendable {
    /// The verdict that was told last.
    public var status: Verdict.Status
    /// What names this trouble to the channel, from the first alert to the resolution.
    public var incident: String
    /// When the trouble began.
    public var since: Timestamp
    /// When the channel was told last.
    public var toldAt: Timestamp

    /// Trouble of these parts.
    public init(status: Verdict.Status, incident: String, since: Timestamp, toldAt: Timestamp) {
      (self.status, self.incident, self.since, self.toldAt) = (status, incident, since, toldAt)
    }
  }

  /// Alerts in a row that did not reach the channel.
  public struct Failure: Hashable, Sendable {
    /// How many.
    public var count: Int
    /// Why the last one did not.
    public var reason: String
    /// When it did not.
    public var at: Timestamp

    /// A failure of these parts.
    public init(count: Int, reason: String, at: Timestamp) {
      (self.count, self.reason, self.at) = (count, reason, at)
    }
  }

  /// A channel that knows of no trouble.
  public init(channel: String, trouble: Trouble? = nil, failure: Failure? = nil) {
    (self.channel, self.trouble, self.failure) = (channel, trouble, failure)
  }
}

/// A verdict as the alerts saw it: one of a run that failed before it could judge among them.
public struct AlertedVerdict: Hashable, Sendable {
  /// The verdict.
  public var status: Verdict.Status
  /// When it was come to.
  public var at: Timestamp

  /// A verdict at a time.
  public init(status: Verdict.Status, at: Timestamp) {
    (self.status, self.at) = (status, at)
  }
}
