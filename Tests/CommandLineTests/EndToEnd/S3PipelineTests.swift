import Foundation
import ObjectStorage
import Synchronization
import TestSupport
import Testing

/// kill -9 of a replicator that writes to an S3 server.
@Suite(.serialized) struct KilledS3ReplicatorTests {
  @Test(arguments: ["fullLoadObjectWritten", "objectEncoded", "objectWritten"])
  func aReplicatorKilledAtAStepLosesNothing(step: String) async throws {
    let pipeline = try await EndToEndPipeline(server: BucketServer.Kind.seaweed.server())
    try await pipeline.succeed("write")
    let first = try await pipeline.replicate(environment: ["LAKECANARY_KILL_AT": step])
    try await pipeline.succeed("write")
    let second = try await pipeline.replicate(
      environment: first.exitCode == 137 ? [:] : ["LAKECANARY_KILL_AT": step])
    #expect(first.exitCode == 137 || second.exitCode == 137, "\(step): \(second.errorOutput)")
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    try await pipeline.expectNothingWrong("killed at \(step)")
    try await pipeline.succeed("replicate", "--clean-up")
  }
}

/// The pipeline with an S3 server in the middle, worked by the built command alone.
@Suite(.serialized) struct S3PipelineTests {
  @Test(arguments: BucketServer.Kind.allCases)
  func everyCommandTakesABucket(_ kind: BucketServer.Kind) async throws {
    let pipeline = try await EndToEndPipeline(server: kind.server())
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    try await pipeline.succeed("run")
    #expect(try await pipeline.replicate().exitCode == 0)
    try await pipeline.expectNothingWrong("on \(kind.rawValue)")

    let folder = try await pipeline.run("inspect", pipeline.tableDirectory + "/", "--json")
    #expect(folder.exitCode == 0, "\(folder.errorOutput)")
    #expect(folder.output.contains("raw/lakecanary/customers/LOAD00000001.parquet"))
    let object = try await pipeline.run(
      "inspect", pipeline.tableDirectory + "/LOAD00000001.parquet", "--json")
    #expect(object.exitCode == 0, "\(object.errorOutput)")
    #expect(object.output.contains("\"requests\" : 1,"), "\(object.output)")
    let relative = try await pipeline.run("inspect", "lakecanary/customers/LOAD00000001.parquet", "--json")
    #expect(relative.output == object.output)
    let absent = try await pipeline.run("inspect", pipeline.tableDirectory + "/LOAD00000009.parquet")
    #expect(absent.exitCode == 78)
    try await pipeline.succeed("replicate", "--clean-up")
  }

  /// A bucket whose endpoint is nobody's own has AWS's prices, and runs that come again and again a monthly one.
  @Test func aRunIsPricedByTheMonth() async throws {
    let server = try await BucketServer.Kind.moto.server()
    let pipeline = try await EndToEndPipeline()
    let environment = server.direct.merging([
      "LAKECANARY_BUCKET": try await server.makeBucket() + "/raw", "AWS_REGION": "us-east-1",
    ]) { $1 }.mapValues(Optional.some)
    #expect(try await pipeline.run("write", environment: environment).exitCode == 0)
    let replicated = try await pipeline.replicate(environment: environment)
    #expect(replicated.exitCode == 0, "\(replicated.errorOutput)")
    let first = try await pipeline.run("reconcile", environment: environment)
    #expect(
      first.output.contains(/cost: \$0\.0000\d\d at list price, \$0\.0000\d\d from outside AWS/),
      "\(first.output)")
    #expect(!first.output.contains("a month"))
    for _ in 0..<3 { _ = try await pipeline.run("reconcile", environment: environment) }
    let last = try await pipeline.run("reconcile", "--json", environment: environment)
    let report = try #require(JSONSerialization.jsonObject(with: Data(last.output.utf8)) as? [String: Any])
    let cost = try #require(report["cost"] as? [String: Any])
    let price = try #require(cost["price"] as? [String: Double])
    let (runs, requests) = (try #require(price["runs_per_month"]), try #require(price["requests"]))
    // One listing and nothing to read: $5 a million.
    #expect(abs(requests - 0.000_005 * Double(cost["requests"] as? Int ?? 0)) < 1e-9)
    #expect(runs > 1 && abs((price["requests_per_month"] ?? 0) - runs * requests) < 1e-9 * runs)
    #expect((report["notes"] as? [String])?.contains { $0.contains("a month at") } == true)
    _ = try await pipeline.run("replicate", "--clean-up", environment: environment)
  }

  /// Where the process is, when the wire between it and the server is looked at.
  enum Moment: String, CaseIterable, CustomTestStringConvertible {
    case beforeTheServerHasIt, halfSent, beforeTheAnswer

    var testDescription: String { rawValue }
  }

  /// The kill comes from the other end of the connection, in the midst of a write of a change object.
  @Test(arguments: Moment.allCases)
  func aReplicatorKilledWhileItWritesLosesNothing(_ moment: Moment) async throws {
    var server = try await BucketServer.Kind.seaweed.server()
    let port = server.port
    let victim = Mutex<Int32?>(nil)
    try await LoopbackServer.with { request, _ in
      guard request.method == "PUT", !request.target.contains("LOAD"), let process = victim.withLock({ $0 })
      else { return .forward(port: port) }
      victim.withLock { $0 = nil }
      switch moment {
      case .beforeTheServerHasIt:
        kill(process, SIGKILL)
        return .reset
      case .halfSent:
        return .lost(port: port, isHalf: true) { kill(process, SIGKILL) }
      case .beforeTheAnswer:
        return .lost(port: port, isHalf: false) { kill(process, SIGKILL) }
      }
    } _: { proxy in
      server.endpoint = proxy.endpoint
      let pipeline = try await EndToEndPipeline(server: server)
      try await pipeline.succeed("write")
      #expect(try await pipeline.replicate().exitCode == 0)
      try await pipeline.succeed("write")
      let environment = server.environment.mapValues(Optional.some)
      let killed = try await CommandRun.lakecanary(
        ["replicate", "--until-idle", "5s", "--log-level", "info", "--config", pipeline.configuration],
        environment: environment,
        onStart: { process in victim.withLock { $0 = process } })
      #expect(killed.exitCode == 137, "\(killed.errorOutput)")
      try await pipeline.succeed("write")
      #expect(try await pipeline.replicate().exitCode == 0)
      try await pipeline.expectNothingWrong("killed \(moment)")
      try await pipeline.succeed("replicate", "--clean-up")
    }
  }

  /// A reconciler that is killed among its reads is settled by the next.
  @Test func aReconcilerKilledWhileItReadsForgetsNothing() async throws {
    var server = try await BucketServer.Kind.seaweed.server()
    let port = server.port
    let victim = Mutex<Int32?>(nil)
    try await LoopbackServer.with { request, _ in
      if request.method == "GET", request.target.contains(".parquet"), let process = victim.withLock({ $0 }) {
        kill(process, SIGKILL)
        return .reset
      }
      return .forward(port: port)
    } _: { proxy in
      server.endpoint = proxy.endpoint
      let pipeline = try await EndToEndPipeline(server: server)
      try await pipeline.succeed("write")
      #expect(try await pipeline.replicate().exitCode == 0)
      let killed = try await CommandRun.lakecanary(
        ["reconcile", "--config", pipeline.configuration],
        environment: server.environment.mapValues(Optional.some),
        onStart: { process in victim.withLock { $0 = process } })
      #expect(killed.exitCode == 137, "\(killed.errorOutput)\(killed.output)")
      victim.withLock { $0 = nil }
      try await pipeline.expectNothingWrong("reconciler killed")
      try await pipeline.succeed("replicate", "--clean-up")
    }
  }

  @Test func aServerWithoutConditionalWritesIsWrittenAllTheSame() async throws {
    var server = try await BucketServer.Kind.seaweed.server()
    let port = server.port
    try await LoopbackServer.with { request, _ in
      request.headers["if-none-match"] == nil
        ? .forward(port: port) : .error(501, "NotImplemented", "A header implies what is not implemented.")
    } _: { proxy in
      server.endpoint = proxy.endpoint
      let pipeline = try await EndToEndPipeline(server: server)
      try await pipeline.succeed("write")
      #expect(try await pipeline.replicate().exitCode == 0)
      try await pipeline.succeed("write")
      #expect(try await pipeline.replicate().exitCode == 0)
      try await pipeline.expectNothingWrong("without conditional writes")
      try await pipeline.succeed("replicate", "--clean-up")
    }
  }
}
