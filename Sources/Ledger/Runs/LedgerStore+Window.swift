import GRDB
public import Time

extension LedgerStore {
  /// The figures of a run narrowed to what was committed since `start`.
  ///
  /// What is counted over a table's whole life alone (objects, rows, rows of others) stays as it is.
  ///
  /// - Parameter due: what was committed before it and is not there is late.
  /// - Throws: `LedgerError`.
  public func figures(
    _ figures: [TableFigures], committedSince start: Timestamp, due: Timestamp
  ) throws(LedgerError) -> [TableFigures] {
    try read { session in try figures.map { try session.narrowed($0, since: start, due: due) } }
  }
}

extension LedgerSession {
  fileprivate func narrowed(_ whole: TableFigures, since start: Timestamp, due: Timestamp) throws
    -> TableFigures
  {
    var figures = whole
    (figures.inserts, figures.updates, figures.deletes) = (0, 0, 0)
    (figures.delivered, figures.covered, figures.pending, figures.late) = (0, 0, 0, 0)
    (figures.missing, figures.excluded, figures.duplicates, figures.altered) = (0, 0, 0, 0)
    (figures.outOfOrder, figures.lag, figures.lagStages) = (0, nil, nil)
    let table = [whole.table.schema, whole.table.name]
    let operations = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          select o.kind, max(o.state, 1) as state, t.latest < ? as is_due, count(*) as n
          from source_transaction t join operation o on o.transaction_id = t.id
            join source_table s on s.id = o.table_id
          where t.latest >= ? and t.state = 1 and s.schema_name = ? and s.table_name = ?
          group by 1, 2, 3
          """),
      arguments: [due.microseconds, start.microseconds] + StatementArguments(table))
    while let row = try operations.next() {
      let count: Int = row["n"]
      switch OperationKind(number: row["kind"]) {
      case .insert: figures.inserts += count
      case .update: figures.updates += count
      case .delete: figures.deletes += count
      case nil: break
      }
      let isDue: Bool = row["is_due"]
      switch OperationState(rawValue: row["state"]) {
      case .delivered: figures.delivered += count
      case .covered:
        figures.delivered += count
        figures.covered += count
      case .missing: figures.missing += count
      case .excluded: figures.excluded += count
      case .open where isDue, .reopened where isDue: figures.late += count
      case .open, .reopened: figures.pending += count
      case .intended, .aborted, nil: break
      }
    }
    var lags = LagSamples()
    let deliveries = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          select d.lag, d.stamp_lag, d.seen_lag, d.flags, d.altered
          from source_transaction t join delivery d on d.transaction_id = t.id
            join source_table s on s.id = t.table_id
          where t.latest >= ? and t.state = 1 and s.schema_name = ? and s.table_name = ?
          """),
      arguments: [start.microseconds] + StatementArguments(table))
    while let row = try deliveries.next() {
      let flags = DeliveryFlags(rawValue: row["flags"])
      let altered: Int64 = row["altered"]
      if flags.contains(.duplicate) { figures.duplicates += 1 }
      if flags.contains(.outOfOrder) { figures.outOfOrder += 1 }
      if altered != 0 { figures.altered += 1 }
      if !flags.contains(.duplicate) { lags.append(row) }
    }
    figures.lag = lags.distribution(uncertainty: whole.lag?.uncertainty ?? .zero)
    figures.lagStages = lags.stages(uncertainty: LagStages.Uncertainty(of: whole.lagStages))
    return figures
  }
}
