import DMS
import Ledger
import Reporting
import Time

/// What a witness adds to the outcome of a run: where its counts differ, and the task's state as the cause.
///
/// A pure value, so that its rules can be told in a test.
struct WitnessJudgement {
  let witness: TaskWitness
  /// The runs before, the newest first.
  let earlier: [RunRecord]
  let settings: EndpointSettings

  /// How long after the batch interval a row may still be on its way to the bucket.
  private static let grace = Duration.seconds(60)

  /// The outcome with the witness, its notes, and the cause in the verdict's reason.
  func applied(to outcome: RunOutcome) -> RunOutcome {
    var outcome = outcome
    outcome.witness = witness
    outcome.notes += witness.problems.map { "no witness: \($0)" }
    outcome.notes += outcome.tables.compactMap(counts) + restarts + outcome.tables.flatMap(differences)
    if let latency { outcome.notes.append(latency) }
    guard let cause else { return outcome }
    outcome.notes.append(cause)
    guard let verdict = outcome.verdict else { return outcome }
    // A replicator is stopped at will: no harm before something is late.
    if isReplicator, witness.status == "stopped", verdict.status == .ok { return outcome }
    // While nothing is due yet all is well so far; that the task has ended is a warning before it hurts.
    let status = max(verdict.status, .warning)
    outcome.verdict = Verdict(
      status: status,
      reason: verdict.status == .ok ? "\(cause), \(verdict.reason)" : "\(verdict.reason); \(cause)")
    return outcome
  }

  private var isReplicator: Bool { witness.teller == .replicator }

  private var teller: String { isReplicator ? "the replicator" : "DMS" }

  /// Why nothing arrives, where the task's state is the reason.
  var cause: String? {
    guard let status = witness.status, !["running", "starting"].contains(status) else {
      let bad = witness.tables.filter { ["Table error", "Table cancelled"].contains($0.state) }
      return bad.isEmpty
        ? nil : "\(teller) has suspended " + bad.map { "\($0.table) (\($0.state))" }.joined(separator: ", ")
    }
    var text = "the \(isReplicator ? "replicator" : "DMS") task \(witness.task) is \(status)"
    if let reason = witness.stopReason { text += " (\(reason))" }
    if let time = witness.stoppedAt { text += " since \(FigureText.time(time))" }
    return text
  }

  /// What is counted of a table, beside what is in the bucket.
  private func counts(_ figures: TableFigures) -> String? {
    guard let table = witness.tables.first(where: { $0.table == figures.table }) else { return nil }
    let parts = [
      (table.fullLoadRows, "loaded"), (table.inserts, "inserted"), (table.updates, "updated"),
      (table.deletes, "deleted"),
    ].map { "\(FigureText.count($0)) \($1)" }
    return "\(table.table): \(teller) counts \(parts.joined(separator: ", ")); the bucket has "
      + FigureText.counted(figures.rows, "row")
  }

  private var latency: String? {
    let parts = [("source", witness.sourceLatency), ("target", witness.targetLatency)].compactMap {
      name, seconds in
      seconds.map { "\(name) \(FigureText.duration(.milliseconds(Int64(min(max($0, 0), 1e12) * 1_000))))" }
    }
    guard !parts.isEmpty else { return nil }
    return "latency by CloudWatch: " + parts.joined(separator: ", ")
      + (witness.incomingChanges.map { ", \(FigureText.count(Int64(min(max($0, 0), 9e18)))) changes wait" }
        ?? "")
  }

  /// The runs with a witness of the same start of the task.
  private var sameStart: [(outcome: RunOutcome, witness: TaskWitness)] {
    earlier.compactMap { run in
      guard let outcome = run.outcome, let other = outcome.witness, other.freshStart == witness.freshStart,
        other.countedSince == witness.countedSince
      else {
        return nil
      }
      return (outcome, other)
    }
  }

  /// The tables that were begun anew since the last run, by DMS's word.
  var reloaded: [TableName] {
    guard let last = earlier.lazy.compactMap(\.outcome?.witness).first(where: { $0.status != nil }) else {
      return []
    }
    if let start = witness.freshStart, let before = last.freshStart, start > before {
      return witness.tables.map(\.table)
    }
    return witness.tables.filter { table in
      // The flag stays once it is set; the end of the load moves with each.
      table.wasReloaded
        && last.tables.contains { before in
          guard before.table == table.table else { return false }
          guard before.wasReloaded, let earlier = before.loadedAt else { return !before.wasReloaded }
          return table.loadedAt.map { $0 > earlier } ?? false
        }
    }.map(\.table)
  }

  private var restarts: [String] {
    reloaded.isEmpty
      ? []
      : [
        "\(teller) has loaded anew: \(reloaded.map(\.description).joined(separator: ", ")); counted from there on"
      ]
  }

  /// Where DMS's counts and the bucket's rows cannot both be right.
  ///
  /// DMS counts a row before it is in the bucket, by up to the batch interval. So what it had counted by then must
  /// be in the bucket now, and the bucket cannot have gained more rows than DMS has counted meanwhile. The replicator
  /// counts what is durable, so that nothing is on its way; what it has not told yet may be in the bucket.
  private func differences(_ figures: TableFigures) -> [String] {
    guard let now = count(witness, figures.table) else { return [] }
    let slack = isReplicator ? .zero : settings.cdcMaxBatchInterval + Self.grace
    let points = sameStart.compactMap { run -> (time: Timestamp, counted: Int64, rows: Int64)? in
      guard let counted = count(run.witness, figures.table),
        let before = run.outcome.tables.first(where: { $0.table == figures.table }),
        before.generation == figures.generation
      else { return nil }
      return (run.witness.askedAt, counted, before.rows)
    }
    guard let first = points.last else { return [] }
    if let settled = points.first(where: { $0.time + slack <= witness.askedAt }), settled.time > first.time {
      let lacking = (settled.counted - first.counted) - (figures.rows - first.rows)
      if lacking > 0 {
        return [
          "\(figures.table): \(teller) had counted \(FigureText.count(settled.counted - first.counted)) changes from "
            + "\(FigureText.time(first.time)) to \(FigureText.time(settled.time)), and the bucket has "
            + "\(FigureText.count(lacking)) rows fewer"
        ]
      }
    }
    if !isReplicator, let base = points.first(where: { $0.time - slack >= first.time }) {
      let excess = (figures.rows - base.rows) - (now - first.counted)
      if excess > 0 {
        return [
          "\(figures.table): the bucket has \(FigureText.count(excess)) rows more than DMS has counted since "
            + FigureText.time(first.time)
        ]
      }
    }
    return []
  }

  /// The rows that DMS counts for the bucket: what the settings leave out is not written.
  private func count(_ witness: TaskWitness, _ table: TableName) -> Int64? {
    guard let counts = witness.tables.first(where: { $0.table == table }) else { return nil }
    var count = counts.fullLoadRows
    if settings.delivers(.insert) { count += counts.inserts }
    if settings.delivers(.update) { count += counts.updates }
    if settings.delivers(.delete) { count += counts.deletes }
    return count
  }
}
