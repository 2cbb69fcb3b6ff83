import DMS
import Postgres
import Testing
import Time

@testable import Replicator

/// Table mappings and the places of objects, from the JSON to the file.
@Suite struct MappingTests {
  private func mappings(_ rules: String...) throws -> TableMappings {
    let all =
      #""rule-type":"selection","rule-action":"include","object-locator":{"schema-name":"%","table-name":"%"}"#
    let texts = (rules.contains { $0.contains("selection") } ? rules : [all] + rules).enumerated().map {
      "{\"rule-id\":\"\($0.offset + 1)\",\($0.element)}"
    }
    return try TableMappings(json: "{\"rules\":[\(texts.joined(separator: ","))]}")
  }

  @Test func namesAndColumnsAreTransformed() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, v text, secret text)", "insert into t values (1, 'a', 's')")
    let run = try Run(source, bucket) {
      $0.mappings = try mappings(
        #""rule-type":"transformation","rule-target":"schema","rule-action":"rename","value":"raw","object-locator":{"schema-name":"public"}"#,
        #""rule-type":"transformation","rule-target":"table","rule-action":"add-prefix","value":"t_","object-locator":{"schema-name":"%","table-name":"%"}"#,
        #""rule-type":"transformation","rule-target":"column","rule-action":"convert-uppercase","object-locator":{"schema-name":"%","table-name":"%","column-name":"v"}"#,
        #""rule-type":"transformation","rule-target":"column","rule-action":"remove-column","object-locator":{"schema-name":"%","table-name":"%","column-name":"secret"}"#,
        #""rule-type":"transformation","rule-target":"column","rule-action":"change-data-type","data-type":{"type":"string","length":20},"object-locator":{"schema-name":"%","table-name":"%","column-name":"id"}"#
      )
    }
    try await run.waitUntilStreaming()
    try source.run("update t set v = 'b'")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let files = try await bucket.files()
    #expect(files.count == 2)
    #expect(
      files.allSatisfy { $0.columns == ["Op", "extracted_at", "id", "V"] && $0.key.hasPrefix("raw/t_t/") })
    #expect(files.map { $0.values("V") } == [["b"], ["a"]])
  }

  /// DMS.md section 0, facts 2, 4 and 6.
  @Test func headerVariablesAndBeforeImages() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)", "insert into t values (0, 'load')")
    let run = try Run(source, bucket) {
      $0.mappings = try mappings(
        #""rule-type":"transformation","rule-target":"column","rule-action":"add-before-image-columns","before-image-def":{"column-prefix":"before_","column-suffix":"","column-filter":"pk-only"},"object-locator":{"schema-name":"%","table-name":"%"}"#,
        #""rule-type":"transformation","rule-target":"column","rule-action":"add-column","value":"seq","expression":"$AR_H_CHANGE_SEQ","data-type":{"type":"string","length":50},"object-locator":{"schema-name":"%","table-name":"%"}"#,
        #""rule-type":"transformation","rule-target":"column","rule-action":"add-column","value":"what","expression":"$AR_H_OPERATION || ' ' || $v","data-type":{"type":"string","length":50},"object-locator":{"schema-name":"%","table-name":"%"}"#
      )
    }
    try await run.waitUntilStreaming()
    try source.transaction("insert into t values (1, 'a')", "update t set id = 2 where id = 1")
    try source.run("update t set v = 'b' where id = 2", "delete from t where id = 2")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let load = try #require(try await bucket.files().last)
    #expect(load.columns == ["Op", "extracted_at", "id", "v", "seq", "what", "before_id"])
    #expect(load.values("seq") == [""] && load.values("what") == ["INSERT load"])
    let rows = try await bucket.changedRows()
    #expect(rows.map { $0["Op"] } == ["I", "U", "U", "D"])
    #expect(rows.map { $0["id"] } == ["1", "2", "2", "2"])
    #expect(rows.map { $0["before_id"] } == [nil, "1", nil, nil])
    #expect(rows.map { $0["what"] } == ["INSERT a", "UPDATE a", "UPDATE b", nil])
    let sequences = rows.compactMap { $0["seq"] }
    #expect(sequences.allSatisfy { $0.count == 35 })
    #expect(sequences == sequences.sorted())
    #expect(sequences.map { Int($0.suffix(19)) } == [61, 65, 77, 89])
    for row in rows {
      let digits = row["extracted_at"]?.filter(\.isNumber).prefix(16)
      #expect(digits.map(String.init) == row["seq"].map { String($0.prefix(16)) })
    }
  }

  @Test func filtersHoldForLoadAndChanges() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, v text)",
      "insert into t select i, 'load' from generate_series(1, 20) i",
      "create table excluded (id int primary key)")
    let run = try Run(source, bucket) {
      $0.mappings = try mappings(
        #""rule-type":"selection","rule-action":"include","object-locator":{"schema-name":"public","table-name":"%"},"filters":[{"filter-type":"source","column-name":"id","filter-conditions":[{"filter-operator":"lte","value":"5"},{"filter-operator":"gte","value":"100"}]}]"#,
        #""rule-type":"selection","rule-action":"exclude","object-locator":{"schema-name":"public","table-name":"ex%"}"#
      )
    }
    try await run.waitUntilStreaming()
    try source.run(
      "insert into t values (50, 'no'), (100, 'yes')", "insert into excluded values (1)",
      "delete from t where id in (1, 10)")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(try await bucket.files().last?.values("id") == ["1", "2", "3", "4", "5"])
    #expect(try await bucket.changedRows().map { ($0["Op"] ?? "") + ($0["id"] ?? "") } == ["I100", "D1"])
    #expect(try await bucket.keys().allSatisfy { $0.hasPrefix("public/t/") })
  }

  @Test(arguments: [
    ("YYYYMMDD;DatePartitionDelimiter=SLASH", "2026/11/23/20261123-235959999.parquet"),
    ("YYYYMMDDHH;DatePartitionDelimiter=DASH", "2026-11-23-23/20261123-235959999.parquet"),
    (
      "DDMMYYYY;DatePartitionDelimiter=NONE;DatePartitionTimezone=Asia/Seoul",
      "24112026/20261124-085959999.parquet"
    ),
  ])
  func changesLieInFoldersByDate(sequence: String, key: String) async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)", "insert into t values (0)")
    let time = try #require(Timestamp("2026-11-23 23:59:59.999"))
    let run = try Run(
      source, bucket,
      settings:
        "DataFormat=parquet;BucketFolder=lake;DatePartitionEnabled=true;DatePartitionSequence=\(sequence)",
      clock: FixedClock(time))
    try await run.waitUntilStreaming()
    try source.run("insert into t values (1)")
    try await run.waitUntilReceived(try source.position())
    try await run.stop()
    #expect(Set(try await bucket.keys()) == ["lake/public/t/LOAD00000001.parquet", "lake/public/t/\(key)"])
  }

  @Test func theTaskStartStandsInFullLoadRows() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)", "insert into t select generate_series(1, 3)")
    let time = try #require(Timestamp("2026-11-23 12:00:00.5"))
    let settings = "DataFormat=parquet;TimestampColumnName=ts;UseTaskStartTimeForFullLoadTimestamp=true"
    let run = try Run(source, bucket, settings: settings, clock: FixedClock(time)) {
      $0.migrationType = .fullLoad
    }
    try await run.end()
    #expect(
      try await bucket.files().last?.values("ts") == Array(repeating: "2026-11-23 12:00:00.500000", count: 3))
  }

  @Test func timestampsInMillisecondsAndOldVersions() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, ts timestamp)",
      "insert into t values (1, '1969-12-31 23:59:59.999999'), (2, '2024-01-01 00:00:00.123456')")
    let settings =
      "DataFormat=parquet;ParquetTimestampInMillisecond=true;ParquetVersion=parquet-2-0;CompressionType=gzip;EnableStatistics=false"
    let run = try Run(source, bucket, settings: settings) { $0.migrationType = .fullLoad }
    try await run.end()
    #expect(
      try await bucket.files().last?.values("ts") == [
        "1969-12-31 23:59:59.999000", "2024-01-01 00:00:00.123000",
      ])
  }
}
