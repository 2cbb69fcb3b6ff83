import Ledger
import Reconciliation
import Replicator

/// What a scenario came to: which truths were found, and what was found beside them.
struct Score: Sendable {
  let plan: ScenarioPlan
  /// By kind of fault: how many were made, and how many found.
  private(set) var made: [Fault.Kind: Int] = [:]
  private(set) var found: [Fault.Kind: Int] = [:]
  private(set) var falseAlarms: [String] = []
  private(set) var problems: [String] = []
  /// `I KEY`: the operations that were ever called late.
  private var late: Set<String> = []

  init(plan: ScenarioPlan, failure: String? = nil) {
    self.plan = plan
    if let failure { problems.append(failure) }
  }

  var isPerfect: Bool { made == found && falseAlarms.isEmpty && problems.isEmpty }

  var line: String {
    guard !isPerfect else { return "ok      \(plan.name)" }
    let missed = made.filter { found[$0.key] != $0.value }.map { "missed \($0.key.rawValue)" }
    return "FAILED  \(plan.name), seed \(plan.seed): "
      + (missed + falseAlarms.map { "false alarm: \($0)" } + problems).joined(separator: "; ")
  }

  mutating func add(problems more: [String]) { problems += more }

  /// Takes a verdict on the way: without faults none may be bad.
  mutating func note(_ result: ReconciliationResult) {
    for row in result.findings.filter({ $0.kind == .lateRows }).flatMap(\.rows) {
      late.insert("\(row.kind?.rawValue ?? "") \(row.key)")
    }
    guard plan.faults.isEmpty, result.verdict.status > .unknown else { return }
    falseAlarms.append("\(result.verdict.status.rawValue): \(result.verdict.reason)")
  }

  /// Compares all that was ever found with what was done.
  mutating func settle(
    _ truths: [FaultTruth], result: ReconciliationResult, findings: [Finding], record: LedgerRecord
  ) {
    let truth = Truth(truths, record: record)
    let report = Found(
      findings, record, late: late, figures: result.outcome.tables, isShared: plan.form.isShared)
    if truths.count < plan.faults.count {
      problems.append("only \(truths.count) of \(plan.faults.count) faults were made")
    }
    for line in truths {
      guard let kind = Fault.Kind(rawValue: line.fault) else { continue }
      made[kind, default: 0] += 1
      if truth.isMoot(line) || report.explains(line, truth) { found[kind, default: 0] += 1 }
    }
    falseAlarms += report.unexplained(by: truth)
    if plan.faults.isEmpty, result.verdict.status != .ok {
      falseAlarms.append("the last verdict is \(result.verdict.status.rawValue): \(result.verdict.reason)")
    }
    for figures in result.outcome.tables
    where figures.pending + figures.late + figures.unsettled > 0 && !truth.isSuspended(figures.table) {
      problems.append(
        "\(figures.pending) pending, \(figures.late) late, \(figures.unsettled) unsettled at the end")
    }
  }
}
