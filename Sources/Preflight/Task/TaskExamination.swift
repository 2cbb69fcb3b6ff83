public import AWS
public import DMS
import Foundation
public import ObjectStorage
public import Time

/// What a pipeline expects of its DMS task.
public struct TaskExpectations: Sendable {
  /// The target endpoint's settings, as configured.
  public var settings: EndpointSettings
  /// The mappings, as configured; nil where none are.
  public var mappings: TableMappings?
  /// The tables that the canary writes to.
  public var tables: [QualifiedName]
  /// Where lakecanary looks for objects.
  public var location: BucketLocation
  /// The host and the database that the canary writes to; nil where they are not known.
  public var source: (host: String, database: String)?

  /// Expectations for these tables and this bucket.
  public init(
    settings: EndpointSettings, mappings: TableMappings? = nil, tables: [QualifiedName],
    location: BucketLocation, source: (host: String, database: String)? = nil
  ) {
    (self.settings, self.mappings, self.tables) = (settings, mappings, tables)
    (self.location, self.source) = (location, source)
  }
}

/// What a task's own settings mean for the checks of its source.
public struct ReplicationFacts: Hashable, Sendable {
  /// Whether DMS is to capture DDL (`CaptureDdls`); nil where its endpoint is not known.
  public var capturesDDL: Bool?
  /// DMS's version: `3.5.4`; nil where its instance is not known.
  public var engineVersion: String?
  /// `LobMaxSize` in KB; nil where it is not known, or nothing is cut.
  public var lobMaxSizeKB: Int?

  /// Nothing is known.
  public init() {}
}

/// Asks DMS's API all that a pipeline needs of its task; changes nothing there.
public struct TaskExamination: Sendable {
  let arn: String
  let dms: ReplicationService
  let metrics: MetricService
  let expectations: TaskExpectations
  let clock: any WallClock

  /// An examination of the task of an ARN.
  public init(
    arn: String, dms: ReplicationService, metrics: MetricService, expectations: TaskExpectations,
    clock: any WallClock
  ) {
    (self.arn, self.dms, self.metrics) = (arn, dms, metrics)
    (self.expectations, self.clock) = (expectations, clock)
  }

  /// What was found, and what of it concerns the source's checks.
  public func run() async -> (diagnoses: [Diagnosis], replication: ReplicationFacts) {
    var replication = ReplicationFacts()
    let status = TaskStatusCheck()
    let task: ReplicationTask
    do throws(AWSError) {
      task = try await dms.task(arn)
    } catch {
      return ([status.diagnosis(of: error)], replication)
    }
    let facts = TaskFacts(task: task, expectations: expectations, clock: clock)
    var diagnoses = status.diagnose(facts) + TaskMappingCheck().diagnose(facts)
    diagnoses += TaskSettingsCheck().diagnose(facts)
    replication.lobMaxSizeKB = task.settings.flatMap { try? TaskSettings(json: $0) }?.lobMaxSizeKB
    if let endpoint = task.targetEndpointARN {
      do throws(AWSError) {
        let target = try await dms.endpoint(endpoint)
        diagnoses += TargetEndpointCheck().diagnose(target, facts)
      } catch {
        diagnoses.append(TargetEndpointCheck().diagnosis(of: error))
      }
    }
    if let endpoint = task.sourceEndpointARN {
      do throws(AWSError) {
        let source = try await dms.endpoint(endpoint)
        replication.capturesDDL = SourceEndpointCheck.capturesDDL(source)
        diagnoses += SourceEndpointCheck().diagnose(source, facts)
      } catch {
        diagnoses.append(SourceEndpointCheck().diagnosis(of: error))
      }
    }
    do throws(AWSError) {
      let tables = try await dms.tableStatistics(task: arn)
      diagnoses += TableStateCheck().diagnose(tables, facts) + ValidationCheck().diagnose(tables, facts)
    } catch {
      diagnoses.append(TableStateCheck().diagnosis(of: error))
    }
    if let arn = task.instanceARN {
      do throws(AWSError) {
        let instance = try await dms.instance(arn)
        diagnoses += ReplicationInstanceCheck().diagnose(instance)
        replication.engineVersion = instance.engineVersion
        diagnoses += EngineVersionCheck().diagnose(instance, at: clock.now())
        diagnoses += try await latency(task, instance)
      } catch {
        diagnoses.append(ReplicationInstanceCheck().diagnosis(of: error))
      }
    }
    return (diagnoses, replication)
  }

  private func latency(
    _ task: ReplicationTask, _ instance: ReplicationInstance
  ) async throws(AWSError) -> [Diagnosis] {
    let now = clock.now()
    do throws(AWSError) {
      let points = try await metrics.latest(
        TaskMetrics.all(task: task, instance: instance), from: now - TaskMetrics.span, to: now)
      return LatencyCheck().diagnose(points, settings: expectations.settings)
    } catch {
      return [LatencyCheck().diagnosis(of: error)]
    }
  }
}

/// The task with what is expected of it.
struct TaskFacts: Sendable {
  let task: ReplicationTask
  let expectations: TaskExpectations
  let clock: any WallClock
}

/// A rule about the task.
protocol TaskCheck: Check {}

extension TaskCheck {
  static var area: Diagnosis.Area { .task }
}

extension Check {
  /// What an API that does not answer means: not to be allowed is one thing, not to be told another.
  func diagnosis(of error: AWSError) -> Diagnosis {
    switch error.code {
    case .notFound, .regionMissing, .credentialsInvalid, .credentialsExpired, .clockSkewed:
      diagnosis(.critical, error.summary, mend: error.mend)
    case .unsupported: diagnosis(.note, "the server does not know \(error.operation)")
    default: diagnosis(.unknown, error.summary, mend: error.mend)
    }
  }
}

/// The metrics of a task that tell how far behind it is.
public enum TaskMetrics {
  /// How far back the newest values are looked for.
  public static let span = Duration.seconds(15 * 60)
  /// Seconds from the source's newest event to DMS.
  public static let sourceLatency = "CDCLatencySource"
  /// Seconds from DMS to the target.
  public static let targetLatency = "CDCLatencyTarget"
  /// Changes that wait to be applied.
  public static let incomingChanges = "CDCIncomingChanges"

  /// All of them (User Guide, "Monitoring AWS DMS tasks").
  ///
  /// CloudWatch names a task by the last part of its ARN.
  public static func all(task: ReplicationTask, instance: ReplicationInstance) -> [Metric] {
    let resource = ResourceName(task.arn)?.resource ?? task.identifier
    let dimensions = [
      "ReplicationInstanceIdentifier": instance.identifier,
      "ReplicationTaskIdentifier": resource.split(separator: ":").last.map(String.init) ?? task.identifier,
    ]
    return [sourceLatency, targetLatency, incomingChanges].map {
      Metric(namespace: "AWS/DMS", name: $0, dimensions: dimensions)
    }
  }
}
