import Foundation
import LocalServers
import TestSupport
import Testing

/// kill -9 of the replicator at the n-th step of a run, for every n until a run comes to its end: nothing is lost.
///
/// Each run finds what the kill before has left, and nothing is put right in between.
struct KillEveryStepTests {
  private static let mappings =
    #"{"rules":[{"rule-type":"selection","rule-id":"1","rule-action":"include","object-locator":{"schema-name":"shop","table-name":"%"}}]}"#

  /// Until the slot is there from which runs go on.
  @Test func nothingIsLostAtAnyStepOfTheFullLoad() async throws {
    let pipeline = try await shop()
    var number = 0
    while try await sql(pipeline, KillEveryStepTests.liveSlots) == "0" {
      number += 1
      try await sql(
        pipeline,
        "insert into shop.a values (\(number), 'before'); update shop.a set v = '\(number)' where id = 0")
      try #require(await run(pipeline, killedAt: number), "the run of step \(number) ended by itself")
      try #require(number < 200)
    }
    #expect(number > 15)
    #expect(try await pipeline.replicate().exitCode == 0)
    try await expectNothingLost(pipeline)
    try await pipeline.succeed("replicate", "--clean-up")
  }

  /// Changes, a table that is new in each run, and its load.
  @Test func nothingIsLostAtAnyStepOfChanges() async throws {
    let pipeline = try await shop()
    #expect(try await pipeline.replicate().exitCode == 0)
    var step = 0
    var wasKilled = true
    while wasKilled {
      step += 1
      try await sql(
        pipeline,
        """
        insert into shop.a values (1000 + \(step), 'change'); update shop.a set v = 'c\(step)' where id = 0;
        delete from shop.b where id = \(step);
        create table shop.new\(step % 4) (id int primary key, v text);
        """, allowsFailure: true)
      try await sql(pipeline, "insert into shop.new\(step % 4) values (\(step), 'new')")
      wasKilled = try await run(pipeline, killedAt: step)
      try #require(step < 200)
    }
    #expect(step > 12)
    try await expectNothingLost(pipeline)
    try await pipeline.succeed("replicate", "--clean-up")
  }

  private func shop() async throws -> EndToEndPipeline {
    let pipeline = try await EndToEndPipeline(extra: "table_mappings: '\(KillEveryStepTests.mappings)'")
    try await sql(
      pipeline,
      """
      create schema shop;
      create table shop.a (id int primary key, v text);
      create table shop.b (id int primary key, v text);
      insert into shop.a values (0, 'first'); insert into shop.b select i, 'load' from generate_series(0, 9) i
      """)
    return pipeline
  }

  private static let liveSlots =
    "select count(*) from pg_replication_slots where database = current_database() and slot_name !~ '_load$'"

  /// Whether the run was killed; one that was not must end well.
  private func run(_ pipeline: EndToEndPipeline, killedAt number: Int) async throws -> Bool {
    let run = try await pipeline.run(
      "replicate", "--until-idle", "1200ms", environment: ["LAKECANARY_KILL_AT": "any:\(number)"])
    if run.exitCode == 137 { return true }
    #expect(run.exitCode == 0, "\(run.errorOutput)")
    return false
  }

  @discardableResult
  private func sql(
    _ pipeline: EndToEndPipeline, _ text: String, allowsFailure: Bool = false
  ) async throws -> String {
    let cluster = try await PostgresFixture.shared.cluster()
    let run = try await CommandRun.command(
      "\(cluster.programs)/psql",
      ["-XAtq"] + (allowsFailure ? [] : ["-v", "ON_ERROR_STOP=1"]) + ["-d", pipeline.source, "-c", text])
    if !allowsFailure { try #require(run.exitCode == 0, "\(run.errorOutput)") }
    return run.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Every table's rows by pyarrow, after its full load and changes, are PostgreSQL's.
  private func expectNothingLost(_ pipeline: EndToEndPipeline) async throws {
    let script = """
      import os, sys, pyarrow.parquet as pq
      root = sys.argv[1]
      for table in sorted(os.listdir(root)):
          names = sorted(n for n in os.listdir(f"{root}/{table}") if n.endswith(".parquet"))
          live = {}
          for name in sorted(names, key=lambda n: (not n.startswith("LOAD"), n)):
              for row in pq.read_table(f"{root}/{table}/{name}").to_pylist():
                  if row["Op"] == "D": live.pop(row["id"], None)
                  else: live[row["id"]] = row["v"]
          for key in sorted(live): print(f"{table}|{key}|{live[key]}")
      """
    let read = try await CommandRun.command(
      try PythonPeers.interpreter, ["-c", script, pipeline.bucket + "/shop"])
    try #require(read.exitCode == 0, "\(read.errorOutput)")
    let tables = try await sql(
      pipeline,
      "select relname from pg_class where relnamespace = 'shop'::regnamespace and relkind = 'r' order by 1")
    var expected: [String] = []
    for table in tables.split(separator: "\n") {
      expected += try await sql(
        pipeline, "select '\(table)|' || id || '|' || v from shop.\(table) order by id"
      )
      .split(separator: "\n").map(String.init)
    }
    let found = read.output.split(separator: "\n").map(String.init)
    #expect(found == expected)
  }
}
