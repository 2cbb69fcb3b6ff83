public import Ledger
public import Time

/// How far a reconciliation is.
public struct ReconciliationProgress: Hashable, Sendable {
  /// The table at work.
  public let table: TableName
  /// Objects that its listing named.
  public let objectsListed: Int
  /// Objects read so far.
  public let objectsRead: Int
}

/// What a reconciliation came to.
public struct ReconciliationResult: Hashable, Sendable {
  /// The verdict, with its reason.
  public var verdict: Verdict
  /// What `LedgerStore.finishRun` records: figures, cost, clocks, notes, and the verdict.
  public var outcome: RunOutcome
  /// The findings open and acknowledged, those open first, at most 1,000.
  public var findings: [Finding]
  /// Of these, the ones that this run found first or found again.
  public var newFindings: [FindingID]
  /// The findings that this run's evidence resolved.
  public var resolvedFindings: [Finding]
  /// Operations that are neither delivered nor settled: what `run --wait` waits for.
  public var undecided: Int
  /// When the last of these falls due, by this machine's clock; nil where none does.
  public var nextDeadline: Timestamp?
  /// Why the bucket could not be read, one line; the verdict is UNKNOWN then, or worse.
  public var error: String?
}
