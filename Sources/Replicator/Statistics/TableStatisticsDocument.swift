import DMS
import Foundation
import Postgres
public import Time

/// The answer of DMS's `describe-table-statistics` as the AWS command line prints it (DMS.md section 7), with what is known
/// of the run beside it under `Replicator`.
///
/// Times are ISO 8601. Nothing is validated here: every `ValidationState` is `Not enabled`.
public struct TableStatisticsDocument: Codable, Sendable {
  /// The task's name.
  public let task: String
  /// Its figures.
  public let statistics: ReplicationStatistics
  /// When they were so.
  public let writtenAt: Timestamp

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

  /// What a replicator last wrote to the file at `path`; nil where there is none.
  ///
  /// - Throws: `ReplicatorError` with code `statisticsUnreadable`.
  public static func read(_ path: String) throws(ReplicatorError) -> TableStatisticsDocument? {
    do {
      return try JSONDecoder().decode(
        TableStatisticsDocument.self, from: Data(contentsOf: URL(filePath: path)))
    } catch CocoaError.fileReadNoSuchFile {
      return nil
    } catch {
      throw ReplicatorError(
        .statisticsUnreadable, detail: "the statistics in \(path) cannot be read", cause: error)
    }
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
        confirmed: statistics.confirmed.description, freshStart: statistics.freshStart.map(iso),
        countedSince: statistics.countedSince.map(iso), objectsWritten: statistics.objectsWritten,
        unrepresentableValues: statistics.unrepresentableValues),
      forKey: .replicator)
  }

  /// Decodes what `encode(to:)` wrote.
  ///
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .task)
    task = name.split(separator: ":").last.map(String.init) ?? name
    let run = try container.decode(Run.self, forKey: .replicator)
    guard let time = Timestamp(run.writtenAt), let phase = ReplicationStatistics.Phase(rawValue: run.phase),
      let received = LSN(run.received), let confirmed = LSN(run.confirmed)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .replicator, in: container, debugDescription: "a time, a phase or a position is none")
    }
    writtenAt = time
    var statistics = ReplicationStatistics()
    (statistics.phase, statistics.received, statistics.confirmed) = (phase, received, confirmed)
    statistics.freshStart = run.freshStart.flatMap { Timestamp($0) }
    statistics.countedSince = run.countedSince.flatMap { Timestamp($0) }
    statistics.objectsWritten = run.objectsWritten
    statistics.unrepresentableValues = run.unrepresentableValues
    statistics.tables = try container.decode([Table].self, forKey: .tables).map(\.figures)
    self.statistics = statistics
  }

  private struct Run: Codable {
    let writtenAt: String
    let processID: Int32
    let phase, received, confirmed: String
    let freshStart, countedSince: String?
    let objectsWritten, unrepresentableValues: Int

    enum CodingKeys: String, CodingKey {
      case writtenAt = "WrittenAt"
      case processID = "ProcessId"
      case phase = "Phase"
      case received = "ReceivedLsn"
      case confirmed = "ConfirmedLsn"
      case freshStart = "FreshStartDate"
      case countedSince = "CountedSince"
      case objectsWritten = "ObjectsWritten"
      case unrepresentableValues = "UnrepresentableValues"
    }
  }

  private struct Table: Codable {
    let figures: TableStatistics

    init(_ figures: TableStatistics) { self.figures = figures }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      var figures = TableStatistics(
        table: QualifiedName(
          schema: try container.decode(String.self, forKey: .schema),
          name: try container.decode(String.self, forKey: .table)))
      for (key, path) in Table.counts { figures[keyPath: path] = try container.decode(Int.self, forKey: key) }
      func time(_ key: Key) throws -> Timestamp? {
        try container.decodeIfPresent(String.self, forKey: key).flatMap { Timestamp($0) }
      }
      figures.fullLoadStartTime = try time(.startTime)
      figures.fullLoadEndTime = try time(.endTime)
      figures.lastUpdateTime = try time(.lastUpdate)
      figures.wasReloaded = try container.decode(Bool.self, forKey: .reloaded)
      figures.tableState = try container.decode(TableStatistics.State.self, forKey: .state)
      self.figures = figures
    }

    private static let counts: [(Key, any WritableKeyPath<TableStatistics, Int> & Sendable)] = [
      (.inserts, \.inserts), (.deletes, \.deletes), (.updates, \.updates), (.ddls, \.ddls),
      (.appliedInserts, \.appliedInserts), (.appliedDeletes, \.appliedDeletes),
      (.appliedUpdates, \.appliedUpdates), (.appliedDDLs, \.appliedDDLs), (.fullLoadRows, \.fullLoadRows),
    ]

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
      for (key, path) in Table.counts { try container.encode(figures[keyPath: path], forKey: key) }
      for key in [Key.conditionFailures, .errorRows, .pendingRecords, .failedRecords, .suspendedRecords] {
        try container.encode(0, forKey: key)
      }
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
