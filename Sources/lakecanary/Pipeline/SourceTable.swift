import Ledger
import Reconciliation
import Time
import Workload

/// The source's own rows, for a reconciliation that takes them as a witness.
struct SourceTable: SourceWitness {
  let reader: SourceReader

  func rows(of table: TableName) async throws -> [LiveSourceRow] {
    try await reader.rows(of: table).map { row in
      LiveSourceRow(sequence: row.sequence, version: row.version, digest: row.digest)
    }
  }
}

/// A clock that stands.
struct StandingClock: WallClock {
  let time: Timestamp

  func now() -> Timestamp { time }

  func sleep(until deadline: Timestamp) async throws { try Task.checkCancellation() }
}
