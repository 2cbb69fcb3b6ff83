import Foundation
import Ledger
import ObjectStorage
import TestSupport
import Testing
import Time

/// Engines that cannot be had or fail, and what they leave behind: one clear line, UNKNOWN, a run in the ledger that
/// says so, and nothing lost.
@Suite struct EngineFailureTests {
  /// A Spark on the search path of which the program is a script; nil for none.
  private struct Spark {
    var script: String?
    var version = "4.0.1"

    /// The variables of a shell in which it is Spark.
    func install(in folder: String) throws -> [String: String?] {
      guard let script else { return ["SPARK_HOME": String?.none, "PATH": "/usr/bin:/bin"] }
      for path in ["bin", "jars"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(path)", withIntermediateDirectories: true)
      }
      try Data().write(to: URL(filePath: "\(folder)/jars/spark-core_2.13-\(version).jar"))
      let program = folder + "/bin/spark-sql"
      try "#!/bin/sh\n\(script)\n".write(toFile: program, atomically: false, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
      return ["SPARK_HOME": folder]
    }
  }

  /// Writes its output and no mark of success, as a job that died while it committed.
  private static let halfAJob = """
    for last; do :; done
    output=$(sed -n "s#^INSERT OVERWRITE DIRECTORY 'file:/*\\([^']*\\)'#/\\1#p" "$last")
    mkdir -p "$output"
    echo PAR1 > "$output/part-00000.parquet"
    """

  private static let failures: [(spark: Spark, said: String)] = [
    (Spark(script: nil), "there is no spark-sql or spark-submit in the search path"),
    (Spark(script: "exit 0", version: "3.4.4"), "is Spark 3.4.4"),
    (
      Spark(script: "echo 'java.lang.OutOfMemoryError: Java heap space' >&2; exit 52"),
      "the job ended with code 52: java.lang.OutOfMemoryError: Java heap space"
    ),
    (Spark(script: "kill -KILL $$"), "the job was killed by signal 9"),
    (Spark(script: "exit 0"), "Spark has ended well, and left no _SUCCESS"),
    (Spark(script: halfAJob), "Spark has ended well, and left no _SUCCESS"),
  ]

  /// A pipeline of which everything has arrived and nothing was read.
  private func arrived(server: BucketServer? = nil) async throws -> EndToEndPipeline {
    let pipeline = try await EndToEndPipeline(server: server)
    for _ in 0..<2 {
      try await pipeline.succeed("write")
      let run = try await pipeline.replicate()
      try #require(run.exitCode == 0, "\(run.errorOutput)")
    }
    return pipeline
  }

  private func runs(_ pipeline: EndToEndPipeline, _ name: String? = nil) throws -> [RunRecord] {
    try LedgerStore.open(
      path: name.map { "\(pipeline.scratch.path)/\($0).sqlite" } ?? pipeline.ledger, pipeline: pipeline.name,
      mode: .readOnly, clock: SystemWallClock()
    ).runs(limit: 100)
  }

  /// Holds a run that could not look to what every such run owes.
  private func expectUnknown(
    _ run: CommandRun, _ said: String, _ pipeline: EndToEndPipeline, as command: String = "reconcile",
    recorded ledger: String? = nil
  ) throws {
    let told = run.errorOutput.split(separator: "\n").filter { $0.hasPrefix("lakecanary: error: ") }
    #expect(run.exitCode == 3 && told.count == 1 && told[0].contains(said), "\(run.errorOutput)")
    let judged = try Judged(run)
    #expect(judged.status == "unknown" && judged.reason.contains(said), "\(judged.reason)")
    let recorded = try #require(try runs(pipeline, ledger).first)
    #expect(recorded.command == command && recorded.outcome?.verdict?.status == .unknown)
    #expect(recorded.outcome?.verdict?.reason.contains(said) ?? false)
    #expect(recorded.finishedAt != nil && recorded.outcome?.cost.objectsRead == 0)
  }

  @Test func aSparkThatFailsIsUnknownAndOnRecord() async throws {
    let pipeline = try await arrived()
    let before = try runs(pipeline).count
    for (number, failure) in Self.failures.enumerated() {
      let environment = try failure.spark.install(in: pipeline.scratch.path + "/spark-\(number)")
      let run = try await pipeline.run(
        "reconcile", "--json", "--engine", "spark", "--engine-output",
        pipeline.scratch.path + "/observations",
        environment: environment)
      try expectUnknown(run, failure.said, pipeline)
    }
    #expect(try runs(pipeline).count == before + Self.failures.count)
    let verbose = try await pipeline.run(
      "reconcile", "--verbose", "--engine", "spark", "--engine-output",
      pipeline.scratch.path + "/observations",
      environment: try Self.failures[2].spark.install(in: pipeline.scratch.path + "/spark-verbose"))
    #expect(
      verbose.errorOutput.contains("\n   │ java.lang.OutOfMemoryError: Java heap space"),
      "\(verbose.errorOutput)")
    // Nothing is lost: without the engine, all of it is there.
    try await pipeline.expectNothingWrong("after engines that failed")
  }

  @Test func aSparkThatNoWorkerTakesIsUnknownAndOnRecord() async throws {
    let pipeline = try await arrived()
    let spark = Spark(script: "echo $$ > \(pipeline.scratch.path)/process; while :; do sleep 0.05; done")
    let run = try await pipeline.run(
      "reconcile", "--json", "--engine", "spark", "--engine-output", pipeline.scratch.path + "/observations",
      environment: try spark.install(in: pipeline.scratch.path + "/spark").merging(
        ["LAKECANARY_ENGINE_START_TIMEOUT": "2s"]) { $1 })
    try expectUnknown(run, "no worker free within 2 s, and the job was cancelled", pipeline)
    let text = try String(contentsOfFile: pipeline.scratch.path + "/process", encoding: .utf8)
    let process = try #require(Int32(text.filter(\.isNumber)))
    #expect(kill(process, 0) == -1 && errno == ESRCH)
    try await pipeline.expectNothingWrong("after a cluster without workers")
  }

  @Test func aTableOfAnotherVersionIsUnknownAndOnRecord() async throws {
    let pipeline = try await arrived()
    let tag = try LedgerStore.open(
      path: pipeline.ledger, pipeline: pipeline.name, mode: .readOnly, clock: SystemWallClock()
    ).pipelineTag
    let digits = String(tag.value, radix: 16)
    let record: [String: Any] = [
      "format": 2, "pipeline": String(repeating: "0", count: 12 - digits.count) + digits,
      "source_table": "lakecanary.customers", "level": "values", "object": "x", "size": 1, "rows": 1,
      "inserts": 1, "updates": 0, "deletes": 0, "keyless": 0,
    ]
    let spec = pipeline.scratch.path + "/spec.json"
    try JSONSerialization.data(withJSONObject: ["records": [record], "values": 30]).write(
      to: URL(filePath: spec))
    let writer = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../EnginesTests/Peers/write_observations.py")
    let observations = pipeline.scratch.path + "/observations"
    let written = try await CommandRun.command(
      try PythonPeers.interpreter,
      [writer.path, "observations", observations + "/lakecanary.customers", spec])
    try #require(written.exitCode == 0, "\(written.errorOutput)")
    let run = try await pipeline.run("reconcile", "--json", "--observations", observations)
    try expectUnknown(run, "has format 2, and this lakecanary reads 1", pipeline)
    try await pipeline.expectNothingWrong("after a table of another version")
  }

  @Test func observingByAnEngineLeavesTheLedgerAsItIs() async throws {
    let pipeline = try await arrived()
    let before = try Data(contentsOf: URL(filePath: pipeline.ledger))
    let printed = try await pipeline.succeed(
      "observe", "--engine", "spark", "--output", pipeline.scratch.path + "/observations", "--print-sql")
    #expect(printed.output.contains("INSERT OVERWRITE DIRECTORY"), "\(printed.output)")
    let failed = try await pipeline.run(
      "observe", "--engine", "spark", "--output", pipeline.scratch.path + "/observations",
      environment: try Self.failures[2].spark.install(in: pipeline.scratch.path + "/spark"))
    #expect(failed.exitCode == 3 && failed.output.isEmpty, "\(failed.errorOutput)")
    #expect(failed.errorOutput.contains(Self.failures[2].said), "\(failed.errorOutput)")
    let empty = try await pipeline.run(
      "observe", "--engine", "spark", "--output", pipeline.scratch.path + "/observations",
      environment: try Self.failures[4].spark.install(in: pipeline.scratch.path + "/spark-empty"))
    #expect(empty.exitCode == 3 && empty.output.isEmpty, "\(empty.errorOutput)")
    #expect(empty.errorOutput.contains(Self.failures[4].said), "\(empty.errorOutput)")
    #expect(try Data(contentsOf: URL(filePath: pipeline.ledger)) == before)
  }

  @Test func secretsOfTheClusterAreShownNowhere() async throws {
    let pipeline = try await arrived()
    let environment: [String: String?] = [
      "LAKECANARY_SPARK_CONF": "spark.hadoop.fs.s3a.secret.key=TOPSECRET,spark.executor.memory=4g"
    ]
    let shown = try await pipeline.run("config", "show", environment: environment)
    #expect(shown.output.contains("spark.hadoop.fs.s3a.secret.key=(hidden), spark.executor.memory=4g"))
    #expect(!shown.output.contains("TOPSECRET"))
    let spark = Spark(script: "echo \"Error: $@\" >&2; exit 1")
    let run = try await pipeline.run(
      "reconcile", "--json", "--verbose", "--engine", "spark", "--engine-output",
      pipeline.scratch.path + "/observations",
      environment: try spark.install(in: pipeline.scratch.path + "/spark").merging(environment) { $1 })
    try expectUnknown(run, "secret.key=(hidden)", pipeline)
    #expect(!run.output.contains("TOPSECRET") && !run.errorOutput.contains("TOPSECRET"))
    let ledger = try Data(contentsOf: URL(filePath: pipeline.ledger))
    #expect(ledger.firstRange(of: Data("TOPSECRET".utf8)) == nil)
    let placeless = try await pipeline.run(
      "reconcile", "--engine", "spark", "--engine-output", pipeline.scratch.path,
      environment: ["LAKECANARY_SPARK_BUCKET": "/mnt/lake"])
    #expect(
      placeless.exitCode == 78 && placeless.errorOutput.contains("write s3a://bucket/ or file:///"),
      "\(placeless.exitCode) \(placeless.errorOutput)")
  }

  @Test func whatNoEngineReadsIsPlannedForNone() async throws {
    let pipeline = try await arrived()
    let plan = try await pipeline.run(
      "reconcile", "--plan", environment: ["LAKECANARY_ENDPOINT_SETTINGS": "DataFormat=csv"])
    #expect(plan.exitCode == 0 && plan.output.contains("native: engines are asked to read Parquet alone"))
    #expect(!plan.output.contains("Spark") && !plan.output.contains("Athena"), "\(plan.output)")
  }

  @Test func aPlanIsComparedWithTheRunAfterIt() async throws {
    let pipeline = try await arrived()
    let plan = try await pipeline.succeed("reconcile", "--plan")
    #expect(plan.output.contains("2 of 2 objects are to be read"), "\(plan.output)")
    // A run that did not look says nothing of the plan.
    let failed = try await pipeline.run(
      "reconcile", "--json", "--engine", "spark", "--engine-output", pipeline.scratch.path + "/observations",
      environment: try Self.failures[2].spark.install(in: pipeline.scratch.path + "/spark"))
    #expect(try Judged(failed).notes.allSatisfy { !$0.hasPrefix("planned at ") })
    let run = try await pipeline.succeed("reconcile", "--json")
    let notes = try Judged(run).notes.filter { $0.hasPrefix("planned at ") }
    #expect(notes.count == 1 && notes[0].contains("for native: 2 objects"), "\(notes)")
    #expect(notes.first?.contains("; taken: 2 objects, ") ?? false, "\(notes)")
    #expect(try runs(pipeline).first?.outcome?.notes.contains(notes[0]) ?? false)
    #expect(try Judged(try await pipeline.succeed("reconcile", "--json")).notes.allSatisfy { $0 != notes[0] })
  }

  @Test func aPlanIsComparedWithTheTimersRunAsWell() async throws {
    let pipeline = try await arrived()
    try await pipeline.succeed("reconcile")
    try await pipeline.succeed("write")
    let replicated = try await pipeline.replicate()
    try #require(replicated.exitCode == 0, "\(replicated.errorOutput)")
    let plan = try await pipeline.succeed("reconcile", "--plan")
    #expect(plan.output.contains("1 of 3 objects are to be read"), "\(plan.output)")
    // The last plan counts, and reads nothing: the object is as new as before.
    #expect(try await pipeline.succeed("reconcile", "--plan").output == plan.output)
    let run = try await pipeline.run("run", "--json")
    let notes = try Judged(run).notes.filter { $0.hasPrefix("planned at ") }
    let requests = try #require(notes.first?.split(separator: "; taken: "), "\(run.errorOutput)")
    try #require(notes.count == 1 && requests.count == 2, "\(notes)")
    #expect(requests[0].contains(" for native: 1 object, 2 requests, "), "\(notes)")
    #expect(requests[1].hasPrefix("1 object, 2 requests, "), "\(notes)")
    // What was read is what was said: the object's bytes, all of them.
    let amounts = requests.map { $0.split(separator: ", ").dropFirst(2).first }
    #expect(amounts[0] == amounts[1], "\(notes)")
    let text = try await pipeline.run("report")
    #expect(text.output.filter { $0 != "\n" && $0 != " " }.contains(notes[0].filter { $0 != " " }))
    let next = try await pipeline.run("run", "--json")
    #expect(try Judged(next).notes.allSatisfy { !$0.hasPrefix("planned at ") })
  }

  /// Makes an inventory of the objects below `prefix`; gives the variable that names it.
  private func inventory(
    _ prefix: String, of pipeline: EndToEndPipeline, as name: String, _ more: String...
  ) async throws -> [String: String?] {
    let server = try #require(pipeline.server)
    let location = String(pipeline.bucket.dropLast("/raw".count))
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "inventory_of_bucket.py")
    let run = try await CommandRun.command(
      try PythonPeers.interpreter, [script.path, location, prefix, "inventory/\(name)"] + more,
      environment: server.direct.merging(["AWS_DEFAULT_REGION": "us-east-1"]) { $1 }
        .mapValues(Optional.some))
    try #require(run.exitCode == 0, "\(run.errorOutput)")
    return ["LAKECANARY_LISTING_INVENTORY": "\(location)/inventory/\(name)/"]
  }

  @Test func whatAnInventoryLacksOrStillHasProvesNothing() async throws {
    let server = try await BucketServer.Kind.seaweed.server()
    let pipeline = try await arrived(server: server)
    for _ in 0..<2 {
      try await pipeline.succeed("write")
      let run = try await pipeline.replicate()
      try #require(run.exitCode == 0, "\(run.errorOutput)")
    }
    let ledger = try Data(contentsOf: URL(filePath: pipeline.ledger))
    /// Judges with a ledger that has seen nothing yet; everything has long been due, and lost where it is not there.
    func judge(_ name: String, _ more: [String: String?] = [:]) async throws -> CommandRun {
      let copy = "\(pipeline.scratch.path)/\(name).sqlite"
      try ledger.write(to: URL(filePath: copy))
      return try await pipeline.run(
        "reconcile", "--json", "--ledger", copy,
        environment: [
          "LAKECANARY_LIMITS_WARN_LAG": "1ms", "LAKECANARY_LIMITS_MAX_LAG": "1ms",
          "LAKECANARY_LIMITS_LOSS_AFTER": "1ms",
        ].merging(more) { $1 })
    }
    let live = try Judged(try await judge("live"))
    // A filter leaves the table out, which no manifest tells.
    let other = try await judge("other", try await inventory("logs/", of: pipeline, as: "other", "CSV"))
    try expectUnknown(other, "lists nothing below raw/lakecanary/customers/", pipeline, recorded: "other")
    // It lacks what was copied into the bucket since.
    let part = try await judge("part", try await inventory("raw/", of: pipeline, as: "part", "CSV", "1"))
    try Judged(part).expectSame(as: live)
    // It has what is gone since.
    let whole = try await inventory("raw/", of: pipeline, as: "whole", "CSV")
    let store = try server.store(pipeline.bucket)
    var keys: [String] = []
    for try await page in store.list(prefix: "raw/lakecanary/customers/2") { keys += page.objects.map(\.key) }
    try #require(keys.count == 3)
    try await store.delete(keys[1])
    let gone = try Judged(try await judge("gone"))
    try #require(gone != live)
    try Judged(try await judge("whole", whole)).expectSame(as: gone)
  }

  /// Inventories of a real bucket, by boto3, csv and pyarrow.
  @Test func aBucketIsListedByItsInventory() async throws {
    let server = try await BucketServer.Kind.seaweed.server()
    let pipeline = try await arrived(server: server)
    let location = String(pipeline.bucket.dropLast("/raw".count))
    func inventory(_ format: String) async throws -> [String: String?] {
      try await self.inventory("raw/", of: pipeline, as: format, format)
    }
    let none = try await pipeline.run(
      "reconcile", "--json", environment: ["LAKECANARY_LISTING_INVENTORY": location + "/none/"])
    try expectUnknown(none, "there is no folder of a dated inventory", pipeline)
    let ledger = try Data(contentsOf: URL(filePath: pipeline.ledger))
    let judged = try Judged(try await pipeline.succeed("reconcile", "--json"))
    for format in ["CSV", "Parquet"] {
      let copy = "\(pipeline.scratch.path)/\(format).sqlite"
      try ledger.write(to: URL(filePath: copy))
      let environment = try await inventory(format)
      let run = try await pipeline.run("reconcile", "--json", "--ledger", copy, environment: environment)
      #expect(run.exitCode == 0 && run.errorOutput.contains("Listing by the inventory"), "\(run.errorOutput)")
      try Judged(run).expectSame(as: judged)
      // What the bucket lists itself is the same objects, by size, time and ETag.
      let live = try await pipeline.run(
        "reconcile", "--json", "--ledger", copy, environment: ["LAKECANARY_LISTING_FULL_EVERY": "1ms"])
      #expect(live.exitCode == 0 && !live.errorOutput.contains("inventory"), "\(live.errorOutput)")
      #expect(try Judged(live).findings.isEmpty, "\(live.output)")
    }
    // A new run of the timer writes, and says that nobody looked.
    let store = try server.store(location)
    for try await page in store.list(prefix: "inventory/CSV/data/") {
      for object in page.objects { try await store.put(object.key, [1, 2]) }
    }
    let torn = try await pipeline.run(
      "run", "--json",
      environment: [
        "LAKECANARY_LISTING_INVENTORY": "\(location)/inventory/CSV/", "LAKECANARY_LISTING_FULL_EVERY": "1ms",
      ])
    try expectUnknown(torn, "the file is not the one that the manifest names", pipeline, as: "run")
  }
}
