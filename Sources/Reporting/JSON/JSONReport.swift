public import Ledger
import Time

/// The report as JSON: a contract with a version, described by `JSONReportSchema`.
///
/// A key may be added within a version; one that is taken away or means something else makes a new version.
/// Times are ISO 8601 in UTC, lengths of time seconds, and a key without a value is left out.
public struct JSONReport: Encodable, Sendable {
  /// The contract's version.
  public static let version = 1

  let format = "lakecanary.report"
  let version = JSONReport.version
  let pipeline: String
  let bucket: String?
  let generatedAt: String
  let verdict: JSONVerdict
  let run: Run?
  let level: String?
  let tables: [Table]
  let witness: JSONWitness?
  let cost: Cost
  let clocks: Clocks
  let limits: [Limit]
  let notes: [String]
  let findings: [JSONFinding]
  let history: JSONHistory?

  /// The JSON of `report`.
  public init(_ report: Report) {
    pipeline = report.pipeline
    bucket = report.bucket
    generatedAt = report.generatedAt.description
    verdict = JSONVerdict(report.verdict)
    run = report.run.map(Run.init)
    level = report.level
    tables = report.tables.map(Table.init)
    witness = report.witness.map(JSONWitness.init)
    cost = Cost(report.cost, report.price)
    clocks = Clocks(
      source: report.clocks.source.map(Clocks.Offset.init),
      bucket: report.clocks.bucket.map(Clocks.Offset.init))
    limits = report.limits.map(Limit.init)
    notes = report.notes
    findings = report.findings.map(JSONFinding.init)
    history = report.history.map(JSONHistory.init)
  }

  /// The JSON text, with a line feed at its end.
  ///
  /// - Throws: `EncodingError` for a figure that is not finite.
  public func text() throws -> String { try JSONText.text(of: self) }

  struct Run: Encodable {
    let id: Int64
    let command: String
    let startedAt: String
    let finishedAt: String?

    init(_ run: Report.Run) {
      id = run.id.rawValue
      command = run.command
      startedAt = run.startedAt.description
      finishedAt = run.finishedAt?.description
    }
  }

  struct Table: Encodable {
    let table: String
    let operations: Operations
    let delivered, coveredByFullLoad, pending, late, missing, excluded, unsettled: Int
    let duplicates, altered, outOfOrder, unexpectedRows, foreignRows: Int
    let due: Int
    let completeness: Double?
    let objects, newObjects, generation: Int
    let rows: Int64
    let watermark: String?
    let lagSeconds: Lag?
    let lagStagesSeconds: Stages?

    init(_ figures: TableFigures) {
      table = figures.table.description
      operations = Operations(
        total: figures.operations, inserts: figures.inserts, updates: figures.updates,
        deletes: figures.deletes)
      (delivered, coveredByFullLoad) = (figures.delivered, figures.covered)
      (pending, late, missing) = (figures.pending, figures.late, figures.missing)
      (excluded, unsettled) = (figures.excluded, figures.unsettled)
      (duplicates, altered, outOfOrder) = (figures.duplicates, figures.altered, figures.outOfOrder)
      (unexpectedRows, foreignRows) = (figures.unexpectedRows, figures.foreignRows)
      (due, completeness) = (figures.due, figures.completeness)
      (objects, newObjects, rows) = (figures.objects, figures.newObjects, figures.rows)
      generation = figures.generation
      watermark = figures.watermark?.description
      lagSeconds = figures.lag.map(Lag.init)
      lagStagesSeconds = figures.lagStages.map(Stages.init)
    }
  }

  struct Operations: Encodable {
    let total, inserts, updates, deletes: Int
  }

  struct Stages: Encodable {
    let commitToTimestamp, timestampToObject, objectToSeen: Lag?

    init(_ stages: LagStages) {
      commitToTimestamp = stages.commitToTimestamp.map(Lag.init)
      timestampToObject = stages.timestampToObject.map(Lag.init)
      objectToSeen = stages.objectToSeen.map(Lag.init)
    }
  }

  struct Lag: Encodable {
    let count: Int
    let min, p50, p95, p99, max, uncertainty: Double

    init(_ lag: LagDistribution) {
      count = lag.count
      (min, p50, p95) = (lag.min.reportedSeconds, lag.p50.reportedSeconds, lag.p95.reportedSeconds)
      (p99, max, uncertainty) = (
        lag.p99.reportedSeconds, lag.max.reportedSeconds, lag.uncertainty.reportedSeconds
      )
    }
  }

  struct Cost: Encodable {
    let requests, objectsListed, objectsRead: Int
    let bytesRead: Int64
    let fullListing: Bool
    let price: Price?

    init(_ cost: RunCost, _ price: RunPrice?) {
      self.price = price.map(Price.init)
      (requests, objectsListed, objectsRead) = (cost.requests, cost.objectsListed, cost.objectsRead)
      (bytesRead, fullListing) = (cost.bytesRead, cost.fullListing)
    }
  }

  /// Dollars at list price.
  struct Price: Encodable {
    let requests, transferOutOfAWS: Double
    let runsPerMonth, requestsPerMonth, transferOutOfAWSPerMonth: Double?

    private enum CodingKeys: String, CodingKey {
      case requests
      case transferOutOfAWS = "transfer_out_of_aws"
      case runsPerMonth, requestsPerMonth
      case transferOutOfAWSPerMonth = "transfer_out_of_aws_per_month"
    }

    init(_ price: RunPrice) {
      (requests, transferOutOfAWS, runsPerMonth) = (price.requests, price.transfer, price.runsPerMonth)
      requestsPerMonth = price.runsPerMonth.map { $0 * price.requests }
      transferOutOfAWSPerMonth = price.runsPerMonth.map { $0 * price.transfer }
    }
  }

  struct Clocks: Encodable {
    let source, bucket: Offset?

    struct Offset: Encodable {
      let offsetSeconds, uncertaintySeconds: Double

      init(_ offset: ClockOffset) {
        offsetSeconds = offset.offset.reportedSeconds
        uncertaintySeconds = offset.uncertainty.reportedSeconds
      }
    }
  }

  struct Limit: Encodable {
    let key, allowed: String
    let table, measured: String?
    let holds: Bool?

    init(_ limit: Report.Limit) {
      (key, allowed, measured, holds) = (limit.key, limit.allowed, limit.measured, limit.holds)
      table = limit.table?.description
    }
  }
}

/// A verdict as JSON.
public struct JSONVerdict: Encodable, Sendable {
  let status: String
  let reason: String

  /// The JSON of `verdict`: its status in lower case and its reason.
  public init(_ verdict: Verdict) {
    (status, reason) = (verdict.status.rawValue, verdict.reason)
  }
}
