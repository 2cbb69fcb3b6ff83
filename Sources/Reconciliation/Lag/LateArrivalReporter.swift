import Ledger
import Time

/// Reports what a run found in the bucket, and found to have come too late: a finding that lasts for one run,
/// since what is there is late no more.
struct LateArrivalReporter {
  let context: TableContext
  let limits: Limits
  let run: RunID
  let now: Timestamp

  /// Reports the late arrivals in objects that `first` or a later run read, or that there are none any more.
  ///
  /// - Parameter uncertainty: of the clocks; a lag counts as too long only where this does not explain it.
  /// - Returns: the finding, where it is new.
  func report(
    since first: RunID, uncertainty: Duration, in session: LedgerSession
  ) throws -> [FindingID] {
    let identity = "late-arrivals/\(context.bucket)/\(context.table.id)"
    let arrivals = try session.lateArrivals(
      table: context.table.id, observedSince: first, beyond: (limits.deadline + uncertainty).microseconds)
    guard let arrival = arrivals.first.first else {
      if let finding = try session.finding(identity: identity), finding.state != .resolved {
        try session.resolve(finding.id, because: "nothing came late since", now: now)
      }
      return []
    }
    let place =
      arrivals.objects == 1 ? arrival.object : "\(arrivals.objects) objects, the first \(arrival.object)"
    let found = try session.report(
      FindingReport(
        kind: .lateRows, severity: .critical, table: context.table.id, object: arrival.object,
        identity: identity,
        summary: "\(counted(arrivals.count, "operation")) on \(context.name) arrived up to "
          + "\(DurationPhrase(.microseconds(arrivals.longest))) after the commit, more than "
          + "\(DurationPhrase(limits.deadline)): in \(place)",
        rowCount: arrivals.count,
        rows: arrivals.first.map { arrival in
          FindingRow(
            kind: arrival.operation.kind,
            key: RowIdentity(tag: context.request.tag, sequence: arrival.operation.sequence).description,
            version: arrival.operation.version, xid: arrival.operation.xid, object: arrival.object,
            row: arrival.row)
        },
        spanStart: arrivals.spanStart, spanEnd: arrivals.spanEnd),
      run: run, now: now)
    return found.isNew ? [found.id] : []
  }
}
