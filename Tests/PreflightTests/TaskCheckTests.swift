import DMS
import Foundation
import ObjectStorage
import Testing
import Time

@testable import AWS
@testable import Preflight

/// The rules about a task over answers as DMS's and RDS's APIs write them, where moto has none.
@Suite struct TaskCheckTests {
  private static let arn = "arn:aws:dms:eu-west-1:123456789012:task:ABC"

  private func facts(settings: String? = nil, tables: [String] = ["customers"]) throws -> TaskFacts {
    struct Answer: Decodable { var task: ReplicationTask.Wire }
    let document: [String: Any] = [
      "Task": [
        "ReplicationTaskIdentifier": "exercise", "ReplicationTaskArn": Self.arn, "Status": "running",
        "ReplicationTaskSettings": settings ?? "{}",
      ]
    ]
    let wire = try AWSJSON.decoder.decode(
      Answer.self, from: JSONSerialization.data(withJSONObject: document))
    return TaskFacts(
      task: ReplicationTask(wire.task),
      expectations: TaskExpectations(
        settings: EndpointSettings(), tables: tables.map { QualifiedName(schema: "public", name: $0) },
        location: BucketLocation(place: .s3(bucket: "raw"), prefix: "")),
      clock: SystemWallClock())
  }

  /// An answer of DescribeTableStatistics.
  private func statistics(_ tables: [[String: Any]]) throws -> [TableStatistics] {
    struct Answer: Decodable { var tableStatistics: [TableStatistics.Wire] }
    let document = ["TableStatistics": tables.map { $0.merging(["SchemaName": "public"]) { $1 } }]
    return try AWSJSON.decoder.decode(
      Answer.self, from: JSONSerialization.data(withJSONObject: document)
    ).tableStatistics.map(TableStatistics.init)
  }

  @Test func theStateOfEachTableIsTold() throws {
    let tables = try statistics([
      ["TableName": "customers", "TableState": "Table completed", "FullLoadRows": 1_000],
      ["TableName": "orders", "TableState": "Table error"],
      ["TableName": "items", "TableState": "Table completed", "FullLoadErrorRows": 3],
      ["TableName": "gone", "TableState": "Table does not exist"],
    ])
    let found = TableStateCheck().diagnose(tables, try facts(tables: ["customers", "new"]))
    #expect(found.one("table-state", "public.orders")?.severity == .critical)
    #expect(found.one("table-state", "public.items")?.found == "3 rows could not be loaded")
    #expect(found.one("table-state", "public.gone")?.severity == .critical)
    #expect(found.one("table-state", "public.new")?.severity == .warning)
    #expect(found.last?.found == "1 of 4 tables without errors")
    #expect(found.filter { $0.severity > .note }.allSatisfy { $0.mend != nil })
  }

  @Test func whatDMSFindsToDifferIsTold() throws {
    let tables = try statistics([
      ["TableName": "customers", "ValidationState": "Validated", "ValidationFailedRecords": 0],
      ["TableName": "orders", "ValidationState": "Mismatched records", "ValidationFailedRecords": 7],
      ["TableName": "items", "ValidationState": "Not enabled"],
      ["TableName": "late", "ValidationState": "Suspended records"],
    ])
    let found = ValidationCheck().diagnose(tables, try facts())
    #expect(found.map(\.subject) == ["public.orders", "public.late"])
    #expect(found.first?.found == "Mismatched records, 7 records failed")
    #expect(
      found.allSatisfy { $0.severity == .critical && $0.mend?.contains("s3_validation_failures") == true })
  }

  @Test func validationWithoutADifferenceIsALineToo() throws {
    let states = { (states: [String]) in
      try ValidationCheck().diagnose(
        statistics(states.map { ["TableName": "a", "ValidationState": $0] }), facts())
    }
    #expect(try states(["Not enabled", "Not enabled"]).map(\.found) == ["not enabled"])
    let found = try states(["Validated", "Pending records", "Validated"])
    #expect(found.map(\.found) == ["1 pending records, 2 validated"] && found.map(\.severity) == [.ok])
    #expect(try states([]) == [])
  }

  @Test(arguments: [
    ("3.4.5", "2026-11-28", Diagnosis.Severity.warning, "mended in 3.5.0"),
    ("3.5.3", "2026-11-28", .warning, "3.5.3, which AWS upgrades by itself since 2026-06-30"),
    ("3.5.3", "2026-06-29", .ok, "3.5.3"), ("3.5.4", "2026-11-28", .ok, "3.5.4"),
    ("4.0.0", "2030-01-01", .ok, "4.0.0"),
  ])
  func theVersionsOfDMS(version: String, day: String, severity: Diagnosis.Severity, found: String) throws {
    let json = #"{"ReplicationInstanceIdentifier": "i", "EngineVersion": "\#(version)"}"#
    let wire = try AWSJSON.decoder.decode(ReplicationInstance.Wire.self, from: Data(json.utf8))
    let now = try #require(Timestamp("\(day) 00:00:00Z"))
    let diagnoses = EngineVersionCheck().diagnose(ReplicationInstance(wire), at: now)
    #expect(diagnoses.map(\.severity) == [severity])
    #expect(
      diagnoses.first?.found.contains(found) == true && (severity == .ok) == (diagnoses.first?.mend == nil))
  }

  @Test(arguments: [
    (
      #"{"TargetMetadata": {"BatchApplyEnabled": true}}"#, "BatchApplyEnabled is on",
      Diagnosis.Severity.warning
    ),
    (
      #"{"TargetMetadata": {"FullLobMode": "true"}}"#, "full LOB mode, which an S3 target does not have",
      .warning
    ),
    (
      #"{"TargetMetadata": {"SupportLobs": false}}"#, "LOB columns are left out (SupportLobs is false)",
      .warning
    ),
    (#"{"TargetMetadata": {"LimitedSizeLobMode": true, "LobMaxSize": 32}}"#, "LOBs up to 32 KB", .ok),
    (#"{"Logging": {"EnableLogging": false, "LogComponents": []}}"#, "logging is off", .warning),
  ])
  func theTasksSettings(json: String, found: String, severity: Diagnosis.Severity) throws {
    let diagnoses = TaskSettingsCheck().diagnose(try facts(settings: json))
    #expect(diagnoses.map(\.found) == [found])
    #expect(diagnoses.map(\.severity) == [severity])
  }

  @Test func settingsThatCannotBeReadAreTold() throws {
    #expect(TaskSettingsCheck().diagnose(try facts(settings: "[]")).map(\.severity) == [.unknown])
    let endpoint = try ReplicationEndpoint(
      AWSJSON.decoder.decode(
        ReplicationEndpoint.Wire.self,
        from: Data(
          #"{"EndpointIdentifier": "s", "PostgreSQLSettings": {"CaptureDdls": false, "AfterConnectScript": "set a to 1; set b to 2;"}}"#
            .utf8)))
    #expect(SourceEndpointCheck.capturesDDL(endpoint) == false)
    #expect(SourceEndpointCheck().diagnose(endpoint, try facts()).map(\.found) == ["s, CaptureDdls=false"])
    var broken = endpoint
    broken.extraConnectionAttributes = "CaptureDdls"
    #expect(SourceEndpointCheck.capturesDDL(broken) == nil)
    #expect(SourceEndpointCheck().diagnose(broken, try facts()).map(\.severity) == [.unknown])
  }

  /// What each refusal means for the verdict, and its mend.
  @Test(arguments: [
    (
      AWSError.Code.accessDenied, Diagnosis.Severity.unknown,
      "allow dms:DescribeTableStatistics to this identity"
    ),
    (.throttled, .unknown, "try again later"), (.serverFailed, .unknown, "try again later"),
    (.unreachable, .unknown, "check the network, the proxy and the endpoint"),
    (.credentialsExpired, .critical, "renew the credentials"),
    (.credentialsInvalid, .critical, "check the access key and its secret"),
    (.notFound, .critical, "correct its name or ARN, and see that account and region are the right ones"),
    (.unsupported, .note, ""),
  ])
  func eachRefusalHasItsLine(code: AWSError.Code, severity: Diagnosis.Severity, mend: String) {
    let found = TableStateCheck().diagnosis(of: AWSError(code, .dms, "DescribeTableStatistics"))
    #expect(found.severity == severity)
    #expect(found.mend ?? "" == mend)
    #expect(found.found.contains("DescribeTableStatistics") && !found.found.contains("\n"))
  }

  @Test func parametersThatWaitForARebootAreTold() {
    let check = ParameterGroupCheck()
    let on = DatabaseParameter(value: "1", applyMethod: "pending-reboot")
    let found = check.diagnose("own", status: "pending-reboot", ["rds.logical_replication": on])
    #expect(found.map(\.severity) == [.critical])
    #expect(found.first?.found == "changes wait for a reboot")
    #expect(found.first?.mend == "reboot the instance")
    let off = check.diagnose(
      "default.postgres16", status: "in-sync",
      [
        "rds.force_ssl": DatabaseParameter(value: "0", applyMethod: nil),
        "wal_sender_timeout": DatabaseParameter(value: "5000", applyMethod: nil),
      ])
    #expect(off.map(\.severity) == [.critical, .warning, .warning])
    #expect(off.first?.mend?.contains("a parameter group of your own") == true)
    #expect(
      check.diagnose("own", status: "in-sync", ["rds.logical_replication": on]).map(\.severity) == [.ok])
  }
}

/// What `doctor` makes of the replicator's own statistics.
@Suite struct ReplicatorTestimonyTests {
  private func lines(_ found: ReplicatorTestimony.Found) -> [String] {
    let tables = ["customers", "orders"].map { QualifiedName(schema: "public", name: $0) }
    return ReplicatorTestimony(path: "/run/s.json", found: found).diagnoses(of: tables).map {
      "\($0.severity) \($0.subject ?? "-"): \($0.found)"
    }
  }

  @Test func eachStateHasItsLine() {
    let time = Timestamp(seconds: 1_795_474_441)
    let name = QualifiedName(schema: "public", name: "customers")
    #expect(lines(.nothing) == ["note -: there is no /run/s.json yet"])
    #expect(lines(.unreadable("so it is")) == ["unknown -: so it is"])
    let running = ReplicatorTestimony.Found.statistics(
      isSilent: false, writtenAt: time, phase: "changes",
      tables: [.init(name: name, state: "Table completed")])
    #expect(
      lines(running) == [
        "ok -: it runs (changes), as of \(time)", "ok public.customers: Table completed",
        "warning public.orders: the replicator does not count it",
      ])
    let silent = ReplicatorTestimony.Found.statistics(
      isSilent: true, writtenAt: time, phase: "changes", tables: [.init(name: name, state: "Table error")])
    #expect(lines(silent).map { $0.prefix(8) } == ["critical", "critical", "warning "])
    let stopped = ReplicatorTestimony.Found.statistics(
      isSilent: false, writtenAt: time, phase: "stopped", tables: [])
    #expect(lines(stopped).first == "note -: it stopped at \(time)")
  }
}
