import Engines
import Foundation
import Ledger
import LocalServers
import ObjectStorage
import Reconciliation
import Synchronization
import TestSupport
import Testing
import Time

/// A real Spark, a cluster of worker processes, beside the native reader: row by row, and verdict by verdict.
///
/// `make test-spark` installs Spark and runs them; `make test` where it is there already.
@Suite(.serialized) struct SparkTests {
  /// Spark's home, which the Makefile names.
  static var home: String { ProcessInfo.processInfo.environment["LAKECANARY_TEST_SPARK"] ?? "" }

  private static var environment: [String: String?] {
    ["SPARK_HOME": home, "SPARK_LOCAL_IP": "127.0.0.1"]
  }

  private static let cluster = ["--master", "local-cluster[2,1,1024]", "--conf", "spark.ui.enabled=false"]

  /// A pipeline with some objects, none of which was read.
  private func filledPipeline(_ directory: String = "bucket") async throws -> EndToEndPipeline {
    let pipeline = try await EndToEndPipeline(directory: directory)
    for _ in 0..<6 {
      try await pipeline.succeed("write")
      _ = try await pipeline.replicate()
    }
    return pipeline
  }

  private func objects(_ pipeline: EndToEndPipeline) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: pipeline.tableDirectory).filter {
      $0.hasSuffix(".parquet")
    }
    .sorted()
  }

  private func reconcile(
    _ pipeline: EndToEndPipeline, ledger: String, _ more: [String] = [], environment: [String: String?] = [:]
  ) async throws -> CommandRun {
    try await CommandRun.lakecanary(
      ["reconcile", "--json", "--config", pipeline.configuration, "--ledger", ledger] + more,
      environment: Self.environment.merging(environment) { $1 }, directory: pipeline.scratch.path)
  }

  /// Reconciles two copies of the ledger, natively and by Spark, and holds them to one another.
  private func compare(
    _ pipeline: EndToEndPipeline, _ more: [String] = [], sparkBucket: String? = nil,
    environment: [String: String?] = [:]
  ) async throws -> (judged: String, notes: [String], observations: String) {
    var judged: [Judged] = []
    let output = pipeline.scratch.path + "/observations"
    for name in ["native", "spark"] {
      let ledger = "\(pipeline.scratch.path)/\(name).sqlite"
      try FileManager.default.copyItem(atPath: pipeline.ledger, toPath: ledger)
      var options = more
      if name == "spark" {
        options += ["--engine", "spark", "--engine-output", output] + Self.cluster
        if let sparkBucket { options += ["--spark-bucket", sparkBucket] }
        let planned = try await reconcile(
          pipeline, ledger: ledger, more + ["--plan"], environment: environment)
        try #require(planned.exitCode == 0, "\(planned.errorOutput)")
      }
      let run = try await reconcile(pipeline, ledger: ledger, options, environment: environment)
      judged.append(try Judged(run))
    }
    judged[1].expectSame(as: judged[0])
    #expect(judged[1].notes.contains { $0.hasPrefix("planned at ") && $0.contains(" for Spark: ") })
    let folder = try #require(try FileManager.default.contentsOfDirectory(atPath: output).first)
    return (judged[1].status, judged[1].notes, "\(output)/\(folder)")
  }

  /// Holds each object that Spark vouches for to what the native reader says of it, to the row.
  ///
  /// Returns those that it does not vouch for.
  private func compareRows(
    _ pipeline: EndToEndPipeline, observations: String, in given: (any ObjectStore)? = nil
  ) async throws -> Set<String> {
    let ledger = try LedgerStore.open(
      path: pipeline.scratch.path + "/native.sqlite", pipeline: pipeline.name, mode: .readOnly,
      clock: SystemWallClock())
    let table = TableName(schema: "lakecanary", name: "customers")
    var request = ObservationRequest(
      level: .values, tag: ledger.pipelineTag, keyColumn: "customer_id", versionColumn: "updated_at",
      timestampColumn: "extracted_at", digestColumns: TableDeclaration.customerColumns,
      digestKinds: TableDeclaration(name: table).kinds)
    request.table = table
    let store = try given ?? ObjectStores.open(try BucketLocation(pipeline.bucket))
    let observed = try await ObservationTable(
      store: try ObjectStores.open(try BucketLocation(observations)), prefix: "lakecanary.customers/",
      identity: .init(
        table: table, tag: ledger.pipelineTag, level: .values,
        digestColumns: request.digestColumns.count, digestKinds: request.digestKinds))
    struct Unasked: ObservationSource {
      func observe(
        _ object: ObjectReference, _ request: ObservationRequest
      ) async throws(ObservationFailure) -> Observation {
        throw ObservationFailure(.unsupported, "native")
      }
    }
    let spark = TableObservationSource(engine: "Spark", tables: [table: observed], native: Unasked())
    let native = BucketObservationSource(store: store)
    var unvouched: Set<String> = []
    for try await page in store.list(prefix: "lakecanary/customers/") {
      for object in page.objects {
        var reference = ObjectReference(
          key: object.key, etag: object.etag.rawValue, size: object.size, isLoad: object.key.contains("LOAD"))
        reference.lastModified = object.lastModified
        guard let told = try? await spark.observe(reference, request) else {
          unvouched.insert(String(object.key.split(separator: "/").last ?? ""))
          continue
        }
        let read = try await native.observe(reference, request)
        #expect(told.rows == read.rows, "\(object.key)")
        #expect(told.rowCount == read.rowCount && told.counts == read.counts, "\(object.key)")
        #expect(told.foreignRows == read.foreignRows, "\(object.key)")
        #expect(told.firstCommit == read.firstCommit && told.lastCommit == read.lastCommit, "\(object.key)")
        #expect(told.versionPrecision == read.versionPrecision, "\(object.key)")
      }
    }
    return unvouched
  }

  /// Breaks some objects; returns their names, and the newest.
  private func spoil(_ pipeline: EndToEndPipeline) throws -> (broken: Set<String>, newest: String) {
    let names = try objects(pipeline).filter { !$0.hasPrefix("LOAD") }
    try #require(names.count >= 5, "\(names)")
    func path(_ index: Int) -> String { pipeline.tableDirectory + "/" + names[index] }
    func bytes(_ index: Int) throws -> Data { try Data(contentsOf: URL(filePath: path(index))) }
    let half = try bytes(0)
    try half.prefix(half.count / 2).write(to: URL(filePath: path(0)))
    var flipped = try bytes(1)
    // In the pages: the footer stays whole.
    for index in 200..<260 { flipped[index] ^= 0x5A }
    try flipped.write(to: URL(filePath: path(1)))
    try FileManager.default.removeItem(atPath: path(2))
    let doubled = names[3].replacing(".parquet", with: "") + ".parquet"
    let copy = String(doubled.prefix(15)) + "999.parquet"
    try FileManager.default.copyItem(atPath: path(3), toPath: pipeline.tableDirectory + "/" + copy)
    return ([names[0], names[1]], try #require(try objects(pipeline).filter { !$0.hasPrefix("LOAD") }.last))
  }

  @Test func aHealthyDirectoryIsJudgedTheSame() async throws {
    // What a URL, SQL and its splitter each take for something else.
    let pipeline = try await filledPipeline("b +%25'é;--x")
    let (status, notes, observations) = try await compare(pipeline)
    #expect(status == "ok", "\(notes)")
    let unvouched = try await compareRows(pipeline, observations: observations)
    #expect(unvouched == [try #require(try objects(pipeline).filter { !$0.hasPrefix("LOAD") }.last)])
    #expect(notes.contains { $0.contains("observed by Spark, 1 by the native reader") }, "\(notes)")
  }

  @Test func aFaultyDirectoryIsJudgedTheSame() async throws {
    let pipeline = try await filledPipeline()
    let (broken, newest) = try spoil(pipeline)
    let (status, notes, observations) = try await compare(pipeline)
    #expect(status == "critical", "\(notes)")
    #expect(try await compareRows(pipeline, observations: observations) == broken.union([newest]))
  }

  /// The processes whose command line holds `text`.
  private static func processes(_ text: String) throws -> [Int32] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { process in
      let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
      return String(decoding: line, as: UTF8.self).contains(text)
    }
  }

  @Test func endingTheRunEndsTheJob() async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    _ = try await pipeline.replicate()
    let job = "lakecanary observe \(pipeline.name)"
    let run = try await CommandRun.lakecanary(
      [
        "reconcile", "--config", pipeline.configuration, "--engine", "spark", "--engine-output",
        pipeline.scratch.path + "/observations",
      ] + Self.cluster, environment: Self.environment, directory: pipeline.scratch.path,
      onStart: { process in
        // Spark itself is there once Java has taken the script's place.
        Thread.detachNewThread {
          while kill(process, 0) == 0 {
            if let found = try? Self.processes(job), !found.isEmpty {
              kill(process, SIGTERM)
              return
            }
            usleep(50_000)
          }
        }
      })
    #expect(run.exitCode != 0 && run.output.isEmpty, "\(run.errorOutput)")
    #expect(try Self.processes(job).isEmpty)
    // Nothing is lost: the same ledger goes on.
    try await pipeline.succeed("reconcile")
  }

  /// Holds a run whose job did not end well to what every such run owes.
  private func expectUnknown(
    _ pipeline: EndToEndPipeline, _ run: CommandRun, _ said: [String]
  ) async throws {
    let judged = try Judged(run)
    #expect(run.exitCode == 3 && judged.status == "unknown", "\(run.exitCode) \(run.errorOutput)")
    #expect(said.contains { judged.reason.contains($0) }, "\(judged.reason)")
    try await pipeline.succeed("reconcile")
  }

  @Test func aClusterWithoutMemoryIsUnknown() async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    _ = try await pipeline.replicate()
    // The workers', not this machine's; a task may fail once.
    let run = try await reconcile(
      pipeline, ledger: pipeline.ledger,
      ["--engine", "spark", "--engine-output", pipeline.scratch.path + "/observations"] + Self.cluster + [
        "--conf", "spark.executor.extraJavaOptions=-XX:MaxMetaspaceSize=40m", "--conf",
        "spark.task.maxFailures=1",
      ])
    // 52 is Spark's code of an executor that had no memory left, 51 of one that failed once more while it ended.
    try await expectUnknown(
      pipeline, run, ["OutOfMemoryError", "exited with code 52", "exited with code 51"])
  }

  @Test func aKilledJobIsUnknown() async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    _ = try await pipeline.replicate()
    let job = "lakecanary observe \(pipeline.name)"
    let run = try await CommandRun.lakecanary(
      [
        "reconcile", "--json", "--config", pipeline.configuration, "--engine", "spark", "--engine-output",
        pipeline.scratch.path + "/observations",
      ] + Self.cluster, environment: Self.environment, directory: pipeline.scratch.path,
      onStart: { process in
        Thread.detachNewThread {
          while kill(process, 0) == 0 {
            for found in (try? Self.processes(job)) ?? [] { kill(found, SIGKILL) }
            usleep(50_000)
          }
        }
      })
    try await expectUnknown(pipeline, run, ["the job was killed by signal 9"])
  }

  /// Runs `body` beside a cluster that has no workers: a standalone master alone.
  private func withMasterAlone(_ body: (String) async throws -> Void) async throws {
    let (addresses, found) = AsyncStream<(address: String, process: Int32)>.makeStream()
    async let master = {
      defer { found.finish() }
      return try await CommandRun.command(
        Self.home + "/bin/spark-class",
        [
          "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0",
        ], environment: ["SPARK_LOCAL_IP": "127.0.0.1"],
        onMessage: { line, process in
          if let address = line.split(separator: " ").last, address.hasPrefix("spark://") {
            found.yield((String(address), process))
          }
        })
    }()
    var hasStarted = false
    for await (address, process) in addresses {
      defer { kill(process, SIGTERM) }
      hasStarted = true
      try await body(address)
      break
    }
    let ended = try await master
    #expect(hasStarted, "\(ended.errorOutput)")
  }

  @Test func aJobWaitsForItsFirstWorkerAndNoLonger() async throws {
    let scratch = try ScratchDirectory()
    defer { withExtendedLifetime(scratch) {} }
    let environment = ProcessInfo.processInfo.environment.merging(
      ["SPARK_HOME": Self.home, "SPARK_LOCAL_IP": "127.0.0.1"]) { $1 }
    let installation = try SparkInstallation.find(nil, environment: environment)
    func job(_ master: String, _ clock: GatedClock) -> SparkJob {
      SparkJob(
        installation: installation, master: master, properties: ["spark.ui.enabled=false"],
        environment: environment, name: "lakecanary observe \(scratch.path)", clock: clock)
    }
    try await withMasterAlone { master in
      let clock = GatedClock()
      let error = try await #require(throws: EngineError.self) {
        try await job(master, clock).run("SELECT 1;") { line in
          // Spark's complaint that nobody takes its work, which it repeats for ever.
          if line.contains("has not accepted any resources") { clock.open() }
        }
      }
      #expect(error.code == .notStarted, "\(error) \(error.logTail)")
      #expect(try Self.processes(scratch.path).isEmpty)
    }
    // Where a worker came, the same patience is no matter.
    let clock = GatedClock()
    let said = Mutex(false)
    try await job("local[1]", clock).run("SELECT 'after ' || 'it';") { line in
      guard line == "after it" else { return }
      said.withLock { $0 = true }
      clock.open()
    }
    #expect(said.withLock { $0 })
  }

  /// Spark's own way to S3, hadoop-aws, is in no package that can be had here; a mount speaks S3 in its place.
  @Test func aBucketOfS3IsJudgedTheSame() async throws {
    let pipeline = try await filledPipeline()
    let (broken, newest) = try spoil(pipeline)
    let server = try await S3Servers.shared.seaweed()
    let credentials = [
      "AWS_ACCESS_KEY_ID": server.accessKeyID, "AWS_SECRET_ACCESS_KEY": server.secretAccessKey,
    ]
    var storage = StorageConfiguration()
    storage.endpoint = server.endpoint
    storage.region = "us-east-1"
    storage.access = .write
    storage.environment = credentials
    let bucket = "spark-\(UUID().uuidString.prefix(8).lowercased())"
    let location = try BucketLocation("s3://\(bucket)/")
    try await ObjectStores.createBucket(location, storage)
    let store = try ObjectStores.open(location, storage)
    for name in try objects(pipeline) {
      let bytes = try Data(contentsOf: URL(filePath: "\(pipeline.tableDirectory)/\(name)"))
      try await store.put("lakecanary/customers/\(name)", Array(bytes))
    }
    let mount = pipeline.scratch.path + "/mount"
    let secrets = pipeline.scratch.path + "/s3fs"
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: false)
    try "\(server.accessKeyID):\(server.secretAccessKey)".write(
      toFile: secrets, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secrets)
    let mounted = try await CommandRun.command(
      "/usr/bin/s3fs",
      [bucket, mount, "-o", "url=\(server.endpoint),use_path_request_style,passwd_file=\(secrets),ro"])
    try #require(mounted.exitCode == 0, "\(mounted.errorOutput)")
    do {
      let environment: [String: String?] = credentials.mapValues { $0 }
      let (status, notes, observations) = try await compare(
        pipeline, ["--bucket", location.description], sparkBucket: "file://\(mount)/",
        environment: environment.merging(["AWS_ENDPOINT_URL_S3": server.endpoint, "AWS_REGION": "us-east-1"])
        { $1 })
      #expect(status == "critical", "\(notes)")
      // What a mount under load fails to read, nobody vouches for either.
      let unvouched = try await compareRows(pipeline, observations: observations, in: store)
      #expect(unvouched.isSuperset(of: broken.union([newest])), "\(unvouched)")
      #expect(unvouched.count < (try objects(pipeline).count), "\(notes)")
    } catch {
      _ = try await CommandRun.command("/usr/bin/fusermount", ["-u", mount])
      throw error
    }
    _ = try await CommandRun.command("/usr/bin/fusermount", ["-u", mount])
  }
}
