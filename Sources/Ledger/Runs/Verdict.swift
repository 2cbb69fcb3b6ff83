/// What a reconciliation concludes, and why.
public struct Verdict: Hashable, Sendable, Codable {
  /// The four answers, from the best to the worst; "cannot tell" is worse than well and better than wrong.
  public enum Status: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// All that is due has arrived, within the limits.
    case ok
    /// It cannot be told.
    case unknown
    /// A limit of warning is passed.
    case warning
    /// Rows are lost, or a critical limit is passed.
    case critical

    /// Orders from the best to the worst.
    public static func < (lhs: Status, rhs: Status) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int { Status.allCases.firstIndex(of: self) ?? 0 }
  }

  /// The answer.
  public let status: Status
  /// One sentence that says why.
  public let reason: String

  /// A verdict with its reason, one sentence.
  public init(status: Status, reason: String) {
    self.status = status
    self.reason = reason
  }
}
