import Foundation
import LocalServers
import TestSupport
import Testing

/// A pipeline with a database, a bucket and a ledger of its own, worked by the built command alone.
struct EndToEndPipeline {
  let scratch: ScratchDirectory
  let name: String
  let source: String
  var configuration: String { scratch.path + "/lakecanary.yaml" }
  /// The bucket's directory, or its location.
  let bucket: String
  let server: BucketServer?
  var ledger: String { scratch.path + "/ledger.sqlite" }
  var tableDirectory: String { bucket + "/lakecanary/customers" }

  /// A pipeline over an empty bucket: a directory, or one of `server`.
  init(
    source given: String? = nil, server: BucketServer? = nil, directory: String = "bucket", extra: String = ""
  ) async throws {
    scratch = try ScratchDirectory()
    self.server = server
    // Slots are the cluster's, which all tests share.
    name = "e2e_" + UUID().uuidString.prefix(8).lowercased()
    if let given { source = given } else { source = try await PostgresFixture.shared.makeDatabase() }
    if let server {
      bucket = try await server.makeBucket() + "/raw"
    } else {
      bucket = scratch.path + "/" + directory
      try FileManager.default.createDirectory(atPath: bucket, withIntermediateDirectories: false)
    }
    try """
    pipeline: \(name)
    source: "\(source)"
    bucket: "\(bucket)"
    ledger: "\(ledger)"
    endpoint_settings: "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true;cdcMaxBatchInterval=1"
    tables: [lakecanary.customers]
    workload: {inserts: 30, updates: 20, deletes: 10, batch_size: 10, rate: 1000000}
    \(server.map { "s3: {endpoint: \"\($0.endpoint)\", region: us-east-1}" } ?? "")
    \(extra)
    limits: {warn_lag: 30m, max_lag: 1h}
    """.write(toFile: configuration, atomically: true, encoding: .utf8)
  }

  /// Runs the command on this pipeline.
  @discardableResult
  func run(_ arguments: String..., environment: [String: String?] = [:]) async throws -> CommandRun {
    try await run(arguments, environment: environment)
  }

  private func run(_ arguments: [String], environment: [String: String?] = [:]) async throws -> CommandRun {
    let variables = (server?.environment ?? [:]).mapValues(Optional.some).merging(environment) { $1 }
    return try await CommandRun.lakecanary(
      arguments + ["--config", configuration], environment: variables, directory: scratch.path)
  }

  /// Runs the command, which must end well.
  @discardableResult
  func succeed(_ arguments: String...) async throws -> CommandRun {
    let run = try await run(arguments)
    #expect(run.exitCode == 0, "\(arguments): \(run.errorOutput)\n\(run.output)")
    return run
  }

  /// The rows of the table by PostgreSQL's own word.
  func liveRows() async throws -> [String: BucketState.Row] {
    let cluster = try await PostgresFixture.shared.cluster()
    let query = """
      select json_object_agg(customer_id,
        json_build_array((extract(epoch from updated_at) * 1000000)::bigint, name, lat))
      from lakecanary.customers
      """
    let run = try await CommandRun.command("\(cluster.programs)/psql", ["-XAt", "-d", source, "-c", query])
    try #require(run.exitCode == 0, "\(run.errorOutput)")
    guard !run.output.isEmpty else { return [:] }
    return try JSONDecoder().decode([String: BucketState.Row].self, from: Data(run.output.utf8))
  }

  /// What the bucket says, by pyarrow.
  func bucketState() async throws -> BucketState {
    try await BucketState(of: tableDirectory, environment: server?.direct ?? [:])
  }

  /// The replicator until nothing has come for a while.
  func replicate(environment: [String: String?] = [:]) async throws -> CommandRun {
    try await run("replicate", "--until-idle", "2s", environment: environment)
  }

  /// Reconciles, and holds the verdict and the figures to a pipeline without any fault.
  func expectNothingWrong(_ comment: Comment) async throws {
    let run = try await run("reconcile", "--json", "--wait")
    #expect(run.exitCode == 0, "\(comment): \(run.errorOutput)\n\(run.output)")
    let state = try await bucketState()
    #expect(state.live == (try await liveRows()), "\(comment): bucket and table differ")
  }
}
