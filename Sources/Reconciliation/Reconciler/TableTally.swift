import Ledger
import Time

/// Adds up what the ledger says of a table.
struct TableTally {
  let context: TableContext

  func figures(
    _ settlement: Settlement.Outcome, since start: RunID, uncertainty: Duration,
    stages: LagStages.Uncertainty, in session: LedgerSession
  ) throws -> TableFigures {
    var figures = TableFigures(table: context.name)
    let counts = try session.operationCounts(table: context.table.id)
    func total(_ state: OperationState) -> Int { counts[state]?.values.reduce(0, +) ?? 0 }
    func committed(_ kind: OperationKind) -> Int {
      counts.reduce(0) { sum, entry in
        entry.key == .intended || entry.key == .aborted ? sum : sum + (entry.value[kind] ?? 0)
      }
    }
    figures.inserts = committed(.insert)
    figures.updates = committed(.update)
    figures.deletes = committed(.delete)
    figures.covered = total(.covered)
    figures.delivered = total(.delivered) + figures.covered
    figures.missing = total(.missing)
    figures.excluded = total(.excluded)
    figures.unsettled = total(.intended)
    figures.pending = settlement.pending
    figures.late = settlement.late
    let totals = try session.totals(of: context.table.id)
    figures.duplicates = Int(totals.duplicates)
    figures.altered = Int(totals.altered)
    figures.outOfOrder = Int(totals.outOfOrder)
    figures.unexpectedRows = Int(totals.unexpected)
    figures.foreignRows = Int(totals.foreignRows)
    figures.objects = Int(totals.objects)
    figures.rows = totals.rows
    figures.newObjects = try session.objectsRead(table: context.table.id, since: start)
    if let generation = try session.currentGeneration(bucket: context.bucket, table: context.table.id) {
      figures.generation = generation.number
      figures.watermark = generation.lastCommit
    }
    let lags = try session.lags(table: context.table.id, observedSince: start)
    figures.lag = lags.distribution(uncertainty: uncertainty)
    figures.lagStages = lags.stages(uncertainty: stages)
    return figures
  }
}
