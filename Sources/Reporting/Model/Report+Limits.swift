import Ledger
public import Reconciliation
import Time

extension Report {
  /// Holds each table's figures against each limit, for renderings that give every limit a line.
  ///
  /// The verdict does not follow from these alone: it also knows acknowledgements and what could not be read.
  public mutating func hold(to limits: Limits) {
    self.limits = tables.flatMap { figures in
      var held: [Limit] = []
      func add<Value: Comparable>(
        _ key: String, _ measured: Value?, atMost most: Value?, _ text: (Value) -> String
      ) {
        guard let most else { return }
        held.append(
          Limit(
            key: "limits.\(key)", allowed: "at most \(text(most))", table: figures.table,
            measured: measured.map(text), holds: measured.map { $0 <= most }))
      }
      add("max_lag", figures.lag?.max, atMost: limits.deadline, FigureText.duration)
      add("p95_lag", figures.lag?.p95, atMost: limits.criticalP95Lag ?? limits.deadline, FigureText.duration)
      held.append(
        Limit(
          key: "limits.min_completeness",
          allowed: "at least \(FigureText.percent(limits.minimumCompleteness))",
          table: figures.table, measured: figures.completeness.map(FigureText.percent),
          holds: figures.completeness.map { $0 >= limits.minimumCompleteness }))
      let rows = { (count: Int) in FigureText.counted(Int64(count), "row") }
      add("max_duplicates", figures.duplicates, atMost: limits.maximumDuplicates, rows)
      add("max_altered", figures.altered, atMost: limits.maximumAltered, rows)
      add("max_out_of_order", figures.outOfOrder, atMost: limits.maximumOutOfOrder, rows)
      return held
    }
  }
}
