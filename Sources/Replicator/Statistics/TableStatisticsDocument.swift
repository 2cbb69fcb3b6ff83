import Foundation
import Postgres
public import Time

/// The answer of DMS's `describe-table-statistics` as the AWS command line prints it (DMS.md section 7), with what is known
/// of the run beside it under `Replicator`.
///
/// Times are ISO 8601. Nothing is validated here: every `ValidationState` is `Not enabled`.
public struct TableStatisticsDocument: Encodable, Sendable {
  private let task: String
  private let statistics: ReplicationStatistics
  private let writtenAt: Timestamp

  /// The document of a task's statistics as they are at a point.
  public init(task: String, _ statistics: ReplicationStatistics, at point: Timestamp) {
    self.task = task
    self.statistics = statistics
    writtenAt = point
  }

  /// The document as JSON with a line break at its end.
  public var json: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Nothing in it can fail to be encoded: there are no floating-point numbers.
    guard let data = try? encoder.encode(self) else { return [] }
    return Array(data) + [UInt8(ascii: "\n")]
  }

  private enum CodingKeys: String, CodingKey {
    case task = "ReplicationTaskArn"
    case tables = "TableStatistics"
    case replicator = "Replicator"
  }

  /// Encodes the document.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode("arn:aws:dms:local:000000000000:task:\(task)", forKey: .task)
    try container.encode(statistics.tables.map(Table.init), forKey: .tables)
    try container.encode(
      Run(
        writtenAt: iso(writtenAt), processID: ProcessInfo.processInfo.processIdentifier,
        phase: statistics.phase.rawValue, received: statistics.received.description,
        confirmed: statistics.confirmed.description, objectsWritten: statistics.objectsWritten,
        unrepresentableValues: statistics.unrepresentableValues),
      forKey: .replicator)
  }

  private struct Run: Encodable {
    let writtenAt: String
    let processID: Int32
    let phase, received, confirmed: String
    let objectsWritten, unrepresentableValues: Int

    enum CodingKeys: String, CodingKey {
      case writtenAt = "WrittenAt"
      case processID = "ProcessId"
      case phase = "Phase"
      case received = "ReceivedLsn"
      case confirmed = "ConfirmedLsn"
      case objectsWritten = "ObjectsWritten"
      case unrepresentableValues = "UnrepresentableValues"
    }
  }

  private struct Table: Encodable {
    let figures: TableStatistics

    init(_ figures: TableStatistics) { self.figures = figures }

    private enum Key: String, CodingKey {
      case schema = "SchemaName"
      case table = "TableName"
      case inserts = "Inserts"
      case deletes = "Deletes"
      case updates = "Updates"
      case ddls = "Ddls"
      case appliedInserts = "AppliedInserts"
      case appliedDeletes = "AppliedDeletes"
      case appliedUpdates = "AppliedUpdates"
      case appliedDDLs = "AppliedDdls"
      case fullLoadRows = "FullLoadRows"
      case conditionFailures = "FullLoadCondtnlChkFailedRows"
      case errorRows = "FullLoadErrorRows"
      case startTime = "FullLoadStartTime"
      case endTime = "FullLoadEndTime"
      case reloaded = "FullLoadReloaded"
      case lastUpdate = "LastUpdateTime"
      case state = "TableState"
      case pendingRecords = "ValidationPendingRecords"
      case failedRecords = "ValidationFailedRecords"
      case suspendedRecords = "ValidationSuspendedRecords"
      case validation = "ValidationState"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(figures.schemaName, forKey: .schema)
      try container.encode(figures.tableName, forKey: .table)
      let counts: [(Key, Int)] = [
        (.inserts, figures.inserts), (.deletes, figures.deletes), (.updates, figures.updates),
        (.ddls, figures.ddls), (.appliedInserts, figures.appliedInserts),
        (.appliedDeletes, figures.appliedDeletes), (.appliedUpdates, figures.appliedUpdates),
        (.appliedDDLs, figures.appliedDDLs), (.fullLoadRows, figures.fullLoadRows), (.conditionFailures, 0),
        (.errorRows, 0), (.pendingRecords, 0), (.failedRecords, 0), (.suspendedRecords, 0),
      ]
      for (key, count) in counts { try container.encode(count, forKey: key) }
      try container.encodeIfPresent(figures.fullLoadStartTime.map(iso), forKey: .startTime)
      try container.encodeIfPresent(figures.fullLoadEndTime.map(iso), forKey: .endTime)
      try container.encode(figures.wasReloaded, forKey: .reloaded)
      try container.encodeIfPresent(figures.lastUpdateTime.map(iso), forKey: .lastUpdate)
      try container.encode(figures.tableState.rawValue, forKey: .state)
      try container.encode("Not enabled", forKey: .validation)
    }
  }
}

/// `2026-11-23T22:54:01.123456+00:00`.
private func iso(_ time: Timestamp) -> String {
  time.dmsText.replacing(" ", with: "T") + "+00:00"
}
