public import Ledger
import Time

/// A finding as JSON, as the report and `findings --json` have it.
public struct JSONFinding: Encodable, Sendable {
  let id: Int64
  let kind, severity, state: String
  let table, object: String?
  let summary: String
  let rowCount: Int
  let rows: [Row]
  let span: Span?
  let firstSeen, lastSeen: String
  let firstRun: Int64?
  let acknowledgement: Acknowledgement?
  let resolvedAt, resolution: String?

  /// The JSON of `finding`.
  public init(_ finding: Finding) {
    id = finding.id.rawValue
    (kind, severity) = (finding.kind.rawValue, finding.severity.rawValue)
    state = finding.state.rawValue
    (table, object) = (finding.table?.description, finding.object)
    (summary, rowCount) = (finding.summary, finding.rowCount)
    rows = finding.rows.map(Row.init)
    if let start = finding.spanStart, let end = finding.spanEnd {
      span = Span(start: start.description, end: end.description)
    } else {
      span = nil
    }
    (firstSeen, lastSeen) = (finding.firstSeen.description, finding.lastSeen.description)
    firstRun = finding.firstRun?.rawValue
    acknowledgement = finding.acknowledgement.map {
      Acknowledgement(reason: $0.reason, at: $0.at.description, until: $0.until?.description)
    }
    (resolvedAt, resolution) = (finding.resolvedAt?.description, finding.resolution)
  }

  struct Span: Encodable {
    let start, end: String
  }

  struct Acknowledgement: Encodable {
    let reason, at: String
    let until: String?
  }

  struct Row: Encodable {
    let operation: String?
    let key: String
    let version: String?
    let transaction: UInt64?
    let object: String?
    let row: Int64?
    let columns: [String]

    init(_ row: FindingRow) {
      (operation, key) = (row.kind?.rawValue, row.key)
      (version, transaction) = (row.version?.description, row.xid)
      (object, self.row, columns) = (row.object, row.row, row.columns)
    }
  }
}
