import AWS
import DMS
import Ledger
import ObjectStorage
import Postgres
import Preflight

extension Pipeline {
  /// Looks at every part of the pipeline, or at one, and changes nothing; `progress` is told the part.
  func examine(
    only: Diagnosis.Area? = nil, progress: (Diagnosis.Area) -> Void = { _ in }
  ) async throws -> [Diagnosis] {
    let wants = { (area: Diagnosis.Area) in only == nil || only == area }
    var diagnoses: [Diagnosis] = []
    var (replication, freeStorage) = (ReplicationFacts(), Int64?.none)
    if let task = configuration.task, wants(.task) || wants(.source) {
      progress(.task)
      let examined = try await examine(task)
      replication = examined.replication
      diagnoses += examined.diagnoses
    }
    if wants(.instance), let identifier = databaseInstance {
      progress(.instance)
      let examined = try await examine(identifier)
      freeStorage = examined.freeStorage
      diagnoses += examined.diagnoses
    }
    if wants(.source) || wants(.replicator) {
      progress(.source)
      diagnoses += await examineSource(replication, freeStorage: freeStorage)
    }
    if wants(.replicator), let testimony = replicatorTestimony {
      diagnoses += testimony.diagnoses(of: canaryTables)
    }
    if wants(.bucket) {
      progress(.bucket)
      diagnoses += await BucketExamination(
        store: try openStore(), expectations: try bucketExpectations
      ).run()
    }
    // By part, and within it in the order of the checks.
    return Diagnosis.Area.allCases.filter(wants).flatMap { area in diagnoses.filter { $0.area == area } }
  }

  private func examineSource(
    _ replication: ReplicationFacts, freeStorage: Int64?
  ) async -> [Diagnosis] {
    let access: SourceAccess
    do {
      access = try await SourceAccess.begin(self)
    } catch {
      let mayPass = (error as? AWSError)?.isTransient ?? (error as? StorageError)?.isTransient ?? false
      return [
        Diagnosis(
          area: .source, check: "login", severity: mayPass ? .unknown : .critical,
          found: FailurePolicy.failure(for: error).text,
          wanted: "a password, or a token, for the source",
          why: "nothing can be written to, or learned of, a source that lets nobody in")
      ]
    }
    defer { access.end() }
    var expectations = SourceExpectations(
      tables: canaryTables, mappings: configuration.tableMappings, createsTables: configuration.createsTables)
    if configuration.task == nil {
      let name = "lakecanary_\(configuration.taskName)"
      expectations.replicator = (slot: name, publication: name)
    }
    (expectations.replication, expectations.freeStorage) = (replication, freeStorage)
    return await SourceExamination(conninfo: access.conninfo, expectations: expectations, clock: clock).run()
  }

  private func examine(
    _ task: ResourceName
  ) async throws -> (diagnoses: [Diagnosis], replication: ReplicationFacts) {
    let services = try AWSServices(self)
    var expectations = TaskExpectations(
      settings: configuration.endpointSettings, mappings: configuration.tableMappings, tables: canaryTables,
      location: try bucket)
    if let address = sourceAddress { expectations.source = (address.host, address.database) }
    return await TaskExamination(
      arn: task.description, dms: try services.dms(region: task.region),
      metrics: try services.metrics(region: task.region), expectations: expectations, clock: clock
    ).run()
  }

  private func examine(
    _ identifier: String
  ) async throws -> (diagnoses: [Diagnosis], freeStorage: Int64?) {
    let services = try AWSServices(self)
    let region = sourceAddress.flatMap { DatabaseToken.region(ofHost: $0.host) }
    return await InstanceExamination(
      identifier: identifier, rds: try services.rds(region: region),
      metrics: try services.metrics(region: region), usesTokens: configuration.sourceLogin == .iam,
      clock: clock
    ).run()
  }

  private var sourceAddress: ConnectionAddress? {
    (try? conninfo).flatMap { try? ConnectionAddress($0) }
  }

  /// The RDS instance in the source's host name; nil for any other source.
  private var databaseInstance: String? { sourceAddress.flatMap { DatabaseToken.instance(ofHost: $0.host) } }

  private var canaryTables: [QualifiedName] {
    configuration.tables.map { QualifiedName(schema: $0.name.schema, name: $0.name.name) }
  }

  private var bucketExpectations: BucketExpectations {
    get throws {
      let mappings = configuration.tableMappings
      return BucketExpectations(
        location: try bucket, region: configuration.s3.region, settings: configuration.endpointSettings,
        tables: canaryTables.map { mappings?.target(of: $0) ?? $0 }, isWrittenByDMS: configuration.task != nil
      )
    }
  }
}
