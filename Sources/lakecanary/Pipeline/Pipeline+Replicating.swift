import DMS
import Ledger
import ObjectStorage
import Replicator
import Time

extension Pipeline {
  /// The stand-in for DMS, for the pipeline's source, tables and bucket.
  func replicator(
    _ store: any ObjectStore, faults: FaultPlan? = nil, startsAfresh: Bool = false,
    change: (inout ReplicationTask) -> Void = { _ in }
  ) async throws -> Replicator {
    let tables = configuration.tables.map { QualifiedName(schema: $0.name.schema, name: $0.name.name) }
    var task = ReplicationTask(
      name: configuration.taskName, source: try await replicationConninfo(),
      settings: configuration.endpointSettings,
      mappings: configuration.tableMappings ?? TableMappings(including: tables))
    task.prefix = try bucket.prefix
    task.migrationType = configuration.replicator.migrationType
    let replicator = configuration.replicator
    task.sourceSettings = replicator.sourceSettings
    task.taskSettings = replicator.taskSettings
    task.tablePreparation =
      replicator.tablePreparation ?? replicator.taskSettings.tablePreparation ?? task.tablePreparation
    task.publications = replicator.publications
    task.statisticsFile = replicator.statisticsFile
    task.startsAfresh = startsAfresh
    task.faults = faults
    change(&task)
    return Replicator(
      task: task, store: store, clock: clock, logger: logger, onStep: { step in self.reach(step.name) })
  }

  /// Runs `replicator` until the task is cancelled or the replication ends by itself, calling `observe` with its
  /// statistics a few times a second; an observer that answers false stops it.
  func run(
    _ replicator: Replicator, observe: @escaping @Sendable (ReplicationStatistics) -> Bool
  ) async throws {
    let observation = Task {
      while observe(replicator.statistics) { try await clock.sleep(until: clock.now() + .milliseconds(200)) }
      replicator.stop()
    }
    defer { observation.cancel() }
    try await replicator.run()
  }
}
