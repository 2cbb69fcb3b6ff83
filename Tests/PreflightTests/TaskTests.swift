import AWS
import DMS
import ObjectStorage
import Testing
import Time

@testable import Preflight

/// The checks of task and instance, against moto.
@Suite struct TaskTests {
  private static let settings =
    "DataFormat=parquet;maxFileSize=131072;timestampColumnName=extracted_at;includeOpForFullLoad=true;"
    + "cdcMaxBatchinterval=120"

  private func examine(
    _ exercise: Exercise, settings: String = settings, place: String = "raw/", tables: [String] = ["public"],
    database: String = "exercise"
  ) async throws -> [Diagnosis] {
    let location = BucketLocation(place: .s3(bucket: "\(exercise.name)-raw"), prefix: place)
    let expectations = TaskExpectations(
      settings: try EndpointSettings(parsing: settings),
      tables: tables.map { QualifiedName(schema: $0, name: "customers") }, location: location,
      source: ("\(exercise.name).abc.eu-west-1.rds.amazonaws.com", database))
    let (found, replication) = await TaskExamination(
      arn: exercise.task, dms: try ReplicationService(region: "eu-west-1", access: exercise.access),
      metrics: try MetricService(region: "eu-west-1", access: exercise.access), expectations: expectations,
      clock: SystemWallClock()
    ).run()
    #expect(replication.capturesDDL == true && replication.engineVersion == "3.4.6")
    #expect(replication.lobMaxSizeKB == 32)
    return found
  }

  @Test func aTaskAsTheExerciseHasIt() async throws {
    let exercise = try await Exercise()
    let found = try await examine(exercise)
    #expect(found.one("status")?.severity == .ok, "\(found)")
    #expect(found.one("table-mappings", "public.customers")?.severity == .ok)
    #expect(found.one("target-endpoint")?.severity == .ok, "\(found)")
    #expect(found.one("source-endpoint", "SslMode")?.severity == .warning)
    #expect(found.one("task-settings")?.found == "BatchApplyEnabled is on")
    #expect(
      found.contains {
        $0.check == "replication-instance" && $0.severity == .warning && $0.found.contains("old generation")
      })
    #expect(found.one("engine-version")?.severity == .warning)
    #expect(found.one("engine-version")?.mend?.contains("3.5.0") == true)
    #expect(found.one("latency", "CDCLatencySource")?.severity == .ok)
    #expect(found.one("latency", "CDCLatencyTarget")?.severity == .critical)
    // moto does not count rows; what cannot be told is told as that.
    #expect(found.one("table-state")?.severity == .unknown)
  }

  @Test func eachDifferenceIsNamed() async throws {
    let exercise = try await Exercise("stopped")
    let found = try await examine(
      exercise, settings: "DataFormat=parquet;cdcMaxBatchInterval=60;timestampColumnName=at", place: "",
      tables: ["public", "lakecanary"], database: "app")
    #expect(found.one("status")?.severity == .critical)
    #expect(found.one("status")?.mend?.contains("resume-processing") == true)
    #expect(found.one("table-mappings", "lakecanary.customers")?.severity == .critical)
    let interval = found.one("target-endpoint", "CdcMaxBatchInterval")
    #expect(interval?.severity == .critical)
    #expect(interval?.found == "120 at DMS, 60 in endpoint_settings")
    #expect(
      found.one("target-endpoint", "TimestampColumnName")?.found
        == "extracted_at at DMS, at in endpoint_settings")
    #expect(found.one("target-endpoint", "IncludeOpForFullLoad")?.severity == .critical)
    #expect(found.one("target-endpoint", "MaxFileSize")?.severity == .note)
    #expect(found.one("target-endpoint", "BucketFolder")?.severity == .critical)
    #expect(found.one("source-endpoint", "DatabaseName")?.severity == .critical)
    #expect(found.filter { $0.severity == .critical }.allSatisfy { $0.mend != nil })
  }

  @Test func theInstanceOfTheSource() async throws {
    let exercise = try await Exercise()
    let rds = try DatabaseService(region: "eu-west-1", access: exercise.access)
    let metrics = try MetricService(region: "eu-west-1", access: exercise.access)
    let (found, free) = await InstanceExamination(
      identifier: exercise.name, rds: rds, metrics: metrics, usesTokens: true, clock: SystemWallClock()
    ).run()
    #expect(free == 1 << 30)
    #expect(found.one("free-storage")?.severity == .warning)
    #expect(
      found.one("free-storage")?.found
        == "1.0 GiB free of 20 GiB, the slot that is furthest behind holds 4.0 KiB")
    #expect(found.one("status")?.severity == .ok, "\(found)")
    #expect(found.one("exposure")?.severity == .warning)
    #expect(found.one("iam-login")?.severity == .critical)
    #expect(found.one("parameter-group", exercise.name)?.severity == .ok, "\(found)")
    // Nobody has said that it is there, or that these credentials see it.
    let (absent, _) = await InstanceExamination(
      identifier: "absent", rds: rds, metrics: metrics, usesTokens: false, clock: SystemWallClock()
    ).run()
    #expect(absent.map(\.severity) == [.note])
    #expect(absent.first?.mend?.contains("account and region") == true)
  }

  @Test func aTaskThatIsNotThere() async throws {
    let exercise = try await Exercise()
    let expectations = TaskExpectations(
      settings: EndpointSettings(), tables: [], location: BucketLocation(place: .directory(path: "/x")))
    let (found, _) = await TaskExamination(
      arn: exercise.task + "X", dms: try ReplicationService(region: "eu-west-1", access: exercise.access),
      metrics: try MetricService(region: "eu-west-1", access: exercise.access), expectations: expectations,
      clock: SystemWallClock()
    ).run()
    #expect(found.map(\.severity) == [.critical])
    #expect(found[0].found.contains("DescribeReplicationTasks"))
  }

  @Test func aSecretGivesItsPassword() async throws {
    let exercise = try await Exercise()
    let secrets = try SecretService(region: "eu-west-1", access: exercise.access)
    #expect(try await secrets.password(in: exercise.secret) == "from the secret '\\")
    #expect(try await secrets.password(in: exercise.name) == "from the secret '\\")
    let error = try await #require(throws: AWSError.self) { _ = try await secrets.password(in: "absent") }
    #expect(error.code == .notFound)
  }
}
