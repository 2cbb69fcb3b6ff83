/// Observations of a list of objects that wait to be recorded, in the order of the list.
struct WaitingObservations {
  /// How many were handed out to be recorded.
  private(set) var recorded = 0
  private var results: [Int: Result<Observation, ObservationFailure>] = [:]
  private var rows = 0

  /// As many objects share a transaction of the ledger.
  private static let batch = 64
  /// Rows of ours that may wait beside those of the objects being read.
  private static let rowLimit = 10_000

  /// Whether more may wait before some are recorded: what waits stays bounded.
  var mayGrow: Bool { results.count < WaitingObservations.batch && rows < WaitingObservations.rowLimit }

  mutating func add(_ result: Result<Observation, ObservationFailure>, at index: Int) {
    results[index] = result
    rows += result.rowCount
  }

  /// Those that come next in the list, as far as they are there.
  mutating func takeReady() -> [Result<Observation, ObservationFailure>] {
    var ready: [Result<Observation, ObservationFailure>] = []
    while let result = results.removeValue(forKey: recorded) {
      recorded += 1
      rows -= result.rowCount
      ready.append(result)
    }
    return ready
  }
}

extension Result where Success == Observation, Failure == ObservationFailure {
  /// Rows of ours in memory.
  fileprivate var rowCount: Int {
    if case .success(let observation) = self { observation.rows.count } else { 0 }
  }
}
