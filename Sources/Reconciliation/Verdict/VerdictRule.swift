import Ledger
import Time

/// Judges figures and findings by the limits.
struct VerdictRule {
  let evidence: VerdictEvidence

  private var limits: Limits { evidence.limits }
  private var now: Timestamp { evidence.judgedAt }

  /// The verdict, with its reason in one sentence.
  var verdict: Verdict {
    let reasons = reasons()
    let worst = reasons.map(\.status).max() ?? .ok
    if worst > .unknown, let first = reasons.first(where: { $0.status == worst }) {
      let others = reasons.count { $0.status == worst } - 1
      let reason = others > 0 ? "\(first.text) (and \(others) more)" : first.text
      return Verdict(status: worst, reason: reason + (first.kind == .silence ? "" : doubts))
    }
    let rest = unknown ?? nothingToJudge() ?? well()
    guard let unwritten = evidence.unwritten else { return rest }
    return Verdict(
      status: .unknown,
      reason: "nothing was written: \(unwritten)" + (rest.status == .unknown ? "; \(rest.reason)" : ""))
  }

  /// Why it cannot be told how it is; nil where it can.
  private var unknown: Verdict? {
    if let error = evidence.error { return Verdict(status: .unknown, reason: error) }
    if let finding = otherLedger ?? evidence.findings.first(where: { $0.kind == .unknownChanges }) {
      return Verdict(
        status: .unknown,
        reason: finding.summary + "; go on with the newest ledger on one host alone, or begin with a new one")
    }
    return evidence.gone?.first.map { Verdict(status: .unknown, reason: $0) }
  }

  /// What the verdict rests on no newer look at, where it is worse than UNKNOWN.
  private var doubts: String {
    guard evidence.edition != nil else { return "" }
    return [evidence.unwritten.map { "nothing was written: \($0)" }, evidence.error].compactMap(\.self)
      .map { "; besides, \($0)" }.joined()
  }

  private struct Reason {
    var status: Verdict.Status
    var kind: FindingKind?
    var text: String
  }

  /// What speaks against OK, the gravest kinds of trouble first.
  private func reasons() -> [Reason] {
    var reasons: [Reason] = []
    for kind in VerdictRule.order {
      let findings = evidence.findings.filter { $0.kind == kind }
      guard !findings.isEmpty, otherLedger == nil || !VerdictRule.byRecord.contains(kind) else { continue }
      let rows = findings.reduce(0) { $0 + $1.rowCount }
      let status: Verdict.Status?
      switch kind {
      case .alteredRows: status = rows > limits.maximumAltered ? .critical : nil
      case .duplicateRows: status = limits.maximumDuplicates.map { rows > $0 } == true ? .warning : nil
      case .outOfOrder: status = limits.maximumOutOfOrder.map { rows > $0 } == true ? .warning : nil
      default:
        switch findings.map(\.severity).max() {
        case .critical: status = .critical
        case .warning: status = .warning
        default: status = nil
        }
      }
      guard let status else { continue }
      let first = findings.max { ($0.severity, $1.id) < ($1.severity, $0.id) } ?? findings[0]
      reasons.append(Reason(status: status, kind: kind, text: first.summary))
    }
    reasons += evidence.tables.flatMap(reasons(of:))
    if evidence.slow > 0 {
      reasons.append(
        Reason(
          status: .warning,
          text: "\(counted(evidence.slow, "operation")) did not arrive within "
            + "\(DurationPhrase(limits.warningDeadline)) of the commit"))
    }
    return reasons
  }

  private func reasons(of table: TableFigures) -> [Reason] {
    var reasons: [Reason] = []
    if let completeness = table.completeness, completeness < limits.minimumCompleteness,
      limits.minimumCompleteness < 1
    {
      reasons.append(
        Reason(
          status: .critical,
          text: "\(percent(completeness)) of the operations due on \(table.table) arrived, "
            + "less than \(percent(limits.minimumCompleteness))"))
    }
    guard let lag = table.lag else { return reasons }
    func judge(_ value: Duration, _ name: String, _ warning: Duration, _ critical: Duration) {
      // A lag is only called too long where the clocks' uncertainty does not explain it.
      let certain = value - lag.uncertainty
      guard certain > warning else { return }
      reasons.append(
        Reason(
          status: certain > critical ? .critical : .warning,
          text: "the \(name) lag on \(table.table) is \(DurationPhrase(value)), more than "
            + "\(DurationPhrase(certain > critical ? critical : warning))"))
    }
    judge(lag.max, "longest", limits.warningDeadline, limits.deadline)
    judge(
      lag.p95, "p95", limits.warningP95Lag ?? limits.warningDeadline,
      limits.criticalP95Lag ?? limits.deadline)
    return reasons
  }

  private func nothingToJudge() -> Verdict? {
    let committed = evidence.tables.reduce(0) { $0 + $1.inserts + $1.updates + $1.deletes }
    guard committed > 0 else {
      return Verdict(
        status: .unknown, reason: "there is nothing to judge: no operation of ours was ever committed")
    }
    if let idle = limits.idleLimit, let last = evidence.lastCommit, now - last > idle {
      return Verdict(
        status: .unknown,
        reason: "there is nothing to judge: nothing was committed for \(DurationPhrase(now - last))")
    }
    let due = evidence.tables.reduce(0) { $0 + $1.due }
    guard due == 0 else { return nil }
    let pending = evidence.tables.reduce(0) { $0 + $1.pending }
    let unsettled = evidence.tables.reduce(0) { $0 + $1.unsettled }
    if pending > 0 {
      let wait = evidence.nextDeadline.map { ", the last in \(DurationPhrase(max($0 - now, .zero)))" } ?? ""
      return Verdict(
        status: .unknown,
        reason: "there is nothing to judge yet: \(counted(pending, "operation")) will be due "
          + "\(DurationPhrase(limits.deadline)) after the commit\(wait)")
    }
    if unsettled > 0 {
      return Verdict(
        status: .unknown,
        reason: "there is nothing to judge: it is not known yet whether "
          + "\(counted(unsettled, "operation")) were committed")
    }
    return Verdict(
      status: .unknown,
      reason: "there is nothing to judge: all operations lie before the first object, or are left out by "
        + "the endpoint's settings")
  }

  private func well() -> Verdict {
    let delivered = evidence.tables.reduce(0) { $0 + $1.delivered }
    let pending = evidence.tables.reduce(0) { $0 + $1.pending }
    var reason =
      known.map { "\(delivered) of \($0.due) operations that are due have arrived; \($0.text)" }
      ?? (delivered == 1
        ? "the one operation that is due has arrived"
        : "all \(delivered) operations that are due have arrived")
    let lags = evidence.tables.compactMap(\.lag)
    if let p95 = lags.map(\.p95).max() { reason += ", p95 lag \(DurationPhrase(p95))" }
    if pending > 0 { reason += "; \(pending) more \(pending == 1 ? "is" : "are") not due yet" }
    return Verdict(status: .ok, reason: reason)
  }

  /// What is due and has not arrived, and is known to somebody; nil where there is none.
  private var known: (due: Int, text: String)? {
    let missing = evidence.tables.reduce(0) { $0 + $1.missing }
    let late = evidence.tables.reduce(0) { $0 + $1.late }
    guard evidence.edition != nil, missing + late > 0 else { return nil }
    let parts = [(missing, "lost"), (late, "late")].filter { $0.0 > 0 }.map { count, what in
      "\(count) \(count == 1 ? "is" : "are") \(what)"
    }
    return (
      evidence.tables.reduce(0) { $0 + $1.due },
      parts.joined(separator: " and ") + ", which is known (acknowledged or resolved by hand)"
    )
  }

  /// That the ledger is not the only one, or not the newest.
  private var otherLedger: VerdictEvidence.OpenFinding? {
    evidence.findings.first { $0.kind == .otherLedger }
  }

  /// What is told of rows by the ledger's own records, and so rests on there being no other ones.
  private static let byRecord: Set<FindingKind> = [
    .lostRows, .lateRows, .alteredRows, .wrongOperation, .abortedRows, .unexpectedRows, .wrongTimestamp,
    .outOfOrder, .duplicateRows, .sourceDifference,
  ]

  /// From what explains most to what explains least.
  private static let order: [FindingKind] = [
    .lostRows, .unreadableObject, .vanishedObject, .loadGap, .alteredRows, .wrongOperation, .abortedRows,
    .unexpectedRows, .sourceDifference, .silence, .lateRows, .overwrittenObject, .wrongTimestamp, .outOfOrder,
    .emptyObject,
    .schemaDrift, .foreignName, .foreignRows, .duplicateRows, .reload, .otherLedger, .unknownChanges,
  ]
}

private func percent(_ share: Double) -> String {
  let hundredths = (share * 10_000).rounded(.down)
  return "\(hundredths / 100) %"
}
