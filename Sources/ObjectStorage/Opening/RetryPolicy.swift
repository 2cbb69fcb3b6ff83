/// When a request that failed for the moment is sent again.
///
/// Pauses have full jitter (uniform from zero to a bound that doubles), and a budget that failing requests spend and
/// succeeding ones refill keeps a store that is down from being asked many times over by many requests.
public struct RetryPolicy: Hashable, Sendable {
  /// How often a request is sent at most.
  ///
  /// 1 for never again; nil for `AWS_MAX_ATTEMPTS`, or 5.
  public var attempts: Int?
  /// The bound of the first pause.
  public var firstPause: Duration
  /// The bound of every pause.
  public var longestPause: Duration
  /// Retries that the budget of a store holds when it is full.
  public var budget: Int

  /// A policy; nil attempts: `AWS_MAX_ATTEMPTS`, or 5.
  public init(
    attempts: Int? = nil, firstPause: Duration = .milliseconds(100), longestPause: Duration = .seconds(20),
    budget: Int = 100
  ) {
    (self.attempts, self.budget) = (attempts, budget)
    (self.firstPause, self.longestPause) = (firstPause, longestPause)
  }
}
