public import Ledger
public import Time

/// When a channel is told of verdicts: on a change that lasts, again after a while, and when all is well again.
public struct AlertPolicy: Hashable, Sendable {
  /// The verdicts that are trouble.
  public var statuses: Set<Verdict.Status>
  /// So many of the last `window` verdicts must be trouble, so that a single slip does not wake anybody.
  public var needed: Int
  /// How many verdicts are looked back on, the newest among them.
  public var window: Int
  /// After how long trouble that lasts is told again; nil for never.
  public var repeatEvery: Duration?

  /// A policy; by default every verdict but OK is told at once, and again every four hours.
  public init(
    statuses: Set<Verdict.Status> = [.warning, .critical, .unknown], needed: Int = 1, window: Int = 1,
    repeatEvery: Duration? = .seconds(4 * 3_600)
  ) {
    (self.statuses, self.needed, self.window) = (statuses, needed, window)
    self.repeatEvery = repeatEvery
  }

  /// Trouble that holds by the last verdicts, newest first: the worst status that enough of them reach.
  public func trouble(in verdicts: [AlertedVerdict]) -> (status: Verdict.Status, since: Timestamp)? {
    let recent = verdicts.prefix(window)
    let worstFirst = statuses.sorted(by: >)
    let status = worstFirst.first { status in
      recent.count { statuses.contains($0.status) && $0.status >= status } >= needed
    }
    guard let status else { return nil }
    // From the newest trouble back over all that is trouble without a break.
    let streak = verdicts.drop { !statuses.contains($0.status) }.prefix { statuses.contains($0.status) }
    return streak.last.map { (status, $0.at) }
  }

  /// What a channel that knows what `memory` says is to be told at `now`; nil for nothing.
  ///
  /// - Parameter newest: the verdict of the moment: while it is no trouble itself, older trouble is not told.
  public func event(
    for trouble: (status: Verdict.Status, since: Timestamp)?, newest: Verdict.Status, memory: AlertMemory,
    now: Timestamp
  ) -> AlertEvent? {
    guard let trouble else { return memory.trouble == nil ? nil : .resolved }
    guard statuses.contains(newest) else { return nil }
    guard let known = memory.trouble else { return .raised }
    guard known.status == trouble.status else { return .changed }
    guard let repeatEvery, now - known.toldAt >= repeatEvery else { return nil }
    return .repeated
  }
}

/// Why a channel is told.
public enum AlertEvent: String, Hashable, Sendable, CaseIterable {
  /// Trouble that it did not know of.
  case raised
  /// Trouble that it knows of is worse, or less bad.
  case changed
  /// Trouble that it knows of lasts.
  case repeated
  /// Trouble that it knows of is over.
  case resolved
  /// Somebody tries whether alerts arrive.
  case test
}
