import AWS
import Ledger
import ObjectStorage
import Preflight
import Time

extension Pipeline {
  /// What DMS says of the configured task now, or else the replicator in its file of statistics; nil where neither is
  /// configured.
  ///
  /// Never fails: what DMS does not answer is told in the witness, and the bucket is judged without it.
  func witness() async -> TaskWitness? {
    guard let arn = configuration.task else { return replicatorWitness() }
    var witness = TaskWitness(task: arn.description, askedAt: clock.now(), teller: .dms)
    do {
      let services = try AWSServices(self)
      let dms = try services.dms(region: arn.region)
      let task = try await dms.task(arn.description)
      witness.task = task.identifier
      (witness.status, witness.stopReason) = (task.status, task.isRunning ? nil : task.stopReason)
      (witness.stoppedAt, witness.freshStart) = (task.isRunning ? nil : task.stopDate, task.freshStartDate)
      await count(&witness, dms, arn)
      await measure(&witness, task, dms, try services.metrics(region: arn.region))
    } catch {
      witness.problems.append(FailurePolicy.failure(for: error).text)
    }
    return witness
  }

  private func count(_ witness: inout TaskWitness, _ dms: ReplicationService, _ arn: ResourceName) async {
    do throws(AWSError) {
      for table in try await dms.tableStatistics(task: arn.description) {
        let name = TableName(schema: table.schema, name: table.table)
        guard configuration.tables.contains(where: { $0.name == name }) else { continue }
        witness.tables.append(
          TaskWitness.Table(
            table: name, fullLoadRows: table.fullLoadRows, inserts: table.inserts, updates: table.updates,
            deletes: table.deletes, state: table.state, wasReloaded: table.wasReloaded,
            loadedAt: table.fullLoadEndTime))
      }
    } catch {
      witness.problems.append(error.description)
    }
  }

  private func measure(
    _ witness: inout TaskWitness, _ task: ReplicationTask, _ dms: ReplicationService, _ metrics: MetricService
  ) async {
    guard let arn = task.instanceARN else { return }
    do throws(AWSError) {
      let instance = try await dms.instance(arn)
      let now = clock.now()
      let points = try await metrics.latest(
        TaskMetrics.all(task: task, instance: instance), from: now - TaskMetrics.span, to: now)
      witness.sourceLatency = points[TaskMetrics.sourceLatency]?.value
      witness.targetLatency = points[TaskMetrics.targetLatency]?.value
      witness.incomingChanges = points[TaskMetrics.incomingChanges]?.value
    } catch {
      witness.problems.append(error.description)
    }
  }
}
