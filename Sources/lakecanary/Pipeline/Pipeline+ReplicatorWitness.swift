import DMS
import Ledger
import Preflight
import Replicator
import Time

extension Pipeline {
  /// What the replicator last wrote of itself; nil where no file of statistics is configured.
  ///
  /// Never fails: what cannot be read is told in the witness, and the bucket is judged without it.
  func replicatorWitness() -> TaskWitness? {
    guard let path = configuration.replicator.statisticsFile else { return nil }
    var witness = TaskWitness(task: configuration.taskName, askedAt: clock.now(), teller: .replicator)
    do throws(ReplicatorError) {
      guard let document = try TableStatisticsDocument.read(path) else {
        witness.problems.append("the replicator has written no statistics to \(path) yet")
        return witness
      }
      let statistics = document.statistics
      witness.status = ReplicatorStanding(document, now: clock.now()).rawValue
      if witness.status != ReplicatorStanding.running.rawValue { witness.stoppedAt = document.writtenAt }
      (witness.freshStart, witness.countedSince) = (statistics.freshStart, statistics.countedSince)
      witness.tables = statistics.tables.map { table in
        TaskWitness.Table(
          table: TableName(schema: table.schemaName, name: table.tableName),
          fullLoadRows: Int64(table.fullLoadRows), inserts: Int64(table.appliedInserts),
          updates: Int64(table.appliedUpdates), deletes: Int64(table.appliedDeletes),
          state: table.tableState.rawValue, wasReloaded: table.wasReloaded,
          loadedAt: table.fullLoadEndTime)
      }.filter { table in configuration.tables.contains { $0.name == table.table } }
    } catch {
      witness.problems.append(FailurePolicy.failure(for: error).text)
    }
    return witness
  }

  /// What `doctor` is to know of the replicator's statistics; nil where no file of them is configured.
  var replicatorTestimony: ReplicatorTestimony? {
    guard configuration.task == nil, let path = configuration.replicator.statisticsFile else { return nil }
    do throws(ReplicatorError) {
      guard let document = try TableStatisticsDocument.read(path) else {
        return ReplicatorTestimony(path: path, found: .nothing)
      }
      return ReplicatorTestimony(
        path: path,
        found: .statistics(
          isSilent: ReplicatorStanding(document, now: clock.now()) == .silent, writtenAt: document.writtenAt,
          phase: document.statistics.phase.rawValue,
          tables: document.statistics.tables.map { table in
            .init(
              name: QualifiedName(schema: table.schemaName, name: table.tableName),
              state: table.tableState.rawValue)
          }))
    } catch {
      return ReplicatorTestimony(path: path, found: .unreadable(error.detail))
    }
  }
}

/// Whether a replicator runs, by what it last wrote.
enum ReplicatorStanding: String {
  case running
  case stopped
  /// It did not say that it stopped, and says nothing any more: it was killed, or its machine was.
  case silent

  /// It writes every few seconds, also while nothing happens.
  private static let patience = Duration.seconds(60)

  init(_ document: TableStatisticsDocument, now: Timestamp) {
    self =
      document.statistics.phase == .stopped
      ? .stopped : now - document.writtenAt > Self.patience ? .silent : .running
  }
}
