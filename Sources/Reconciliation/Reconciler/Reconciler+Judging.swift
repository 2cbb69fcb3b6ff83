public import Ledger
import Time

extension Reconciler {
  /// Judges the last reconciliation anew, by the limits and acknowledgements of now, without touching the
  /// bucket; the ledger may be open for reading only.
  ///
  /// UNKNOWN where nothing was reconciled, or not for longer than the limits allow.
  ///
  /// - Parameter window: judge what was committed within so long before the last reconciliation, and nothing before.
  public func judge(window: Duration? = nil) throws(LedgerError) -> ReconciliationResult {
    let now = clock.now()
    let findings = try ledger.findings()
    guard let record = try ledger.latestRun(), var outcome = record.outcome,
      var evidence = outcome.evidence.flatMap(VerdictEvidence.init(text:))
    else {
      let verdict = Verdict(status: .unknown, reason: "there is nothing to judge: nothing was reconciled yet")
      return ReconciliationResult(
        verdict: verdict, outcome: RunOutcome(verdict: verdict), findings: findings, newFindings: [],
        resolvedFindings: [], undecided: 0)
    }
    (evidence.limits, evidence.edition) = (configuration.limits, VerdictEvidence.currentEdition)
    let start = window.map { evidence.judgedAt - $0 }
    if let start {
      evidence.tables = try ledger.figures(
        evidence.tables, committedSince: start, due: evidence.judgedAt - configuration.limits.deadline)
      outcome.tables = evidence.tables
    }
    evidence.findings = VerdictEvidence.open(
      try ledger.read { session in try session.openWeights(asOf: now, since: start) })
    var verdict = VerdictRule(evidence: evidence).verdict
    if let window, verdict.status <= .unknown,
      evidence.tables.allSatisfy({ $0.inserts + $0.updates + $0.deletes == 0 })
    {
      verdict = Verdict(
        status: .unknown,
        reason: "there is nothing to judge: nothing was committed within \(DurationPhrase(window))")
    }
    let age = now - evidence.judgedAt
    if let limit = configuration.limits.staleLimit, age > limit, verdict.status < .warning {
      verdict = Verdict(
        status: .unknown,
        reason: "the last reconciliation is \(DurationPhrase(age)) old; then it was: \(verdict.reason)")
    }
    outcome.verdict = verdict
    outcome.evidence = evidence.text
    return ReconciliationResult(
      verdict: verdict, outcome: outcome, findings: findings, newFindings: [], resolvedFindings: [],
      undecided: outcome.tables.reduce(0) { $0 + $1.pending + $1.late + $1.unsettled },
      nextDeadline: evidence.nextDeadline, error: evidence.error)
  }

  /// Derives the verdict of a run again from what was recorded of it.
  ///
  /// - Returns: what differs from what was recorded, one line each; nothing where all is the same, byte for
  ///   byte; nil of a run without a verdict.
  public static func rederive(_ record: RunRecord) -> [String]? {
    guard let outcome = record.outcome, let verdict = outcome.verdict else { return nil }
    guard let text = outcome.evidence else { return ["run \(record.id.rawValue) has no evidence recorded"] }
    guard let evidence = VerdictEvidence(text: text) else {
      return ["the evidence of run \(record.id.rawValue) cannot be read"]
    }
    var differences: [String] = []
    let again = VerdictRule(evidence: evidence).verdict
    if again != verdict {
      differences.append(
        "run \(record.id.rawValue) was \(verdict.status.rawValue) (\(verdict.reason)); its evidence says "
          + "\(again.status.rawValue) (\(again.reason))")
    }
    if evidence.tables != outcome.tables {
      differences.append("the figures of run \(record.id.rawValue) are not those of its evidence")
    }
    if evidence.text != text {
      differences.append("the evidence of run \(record.id.rawValue) is not in its own form")
    }
    return differences
  }
}
