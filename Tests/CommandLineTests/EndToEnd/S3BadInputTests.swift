import ObjectStorage
import TestSupport
import Testing

/// What goes wrong with a bucket of S3: one clear line with AWS's code and the mend, UNKNOWN, and nothing forgotten.
@Suite(.serialized) struct S3BadInputTests {
  /// A wrong thing: its variables, what is said of it.
  private struct Wrong: Sendable {
    var name: String
    var environment: [String: String?] = [:]
    var said: [String]
  }

  @Test func aBucketOutOfReachIsUnknownAndNothingIsForgotten() async throws {
    let server = try await BucketServer.Kind.seaweed.server()
    let pipeline = try await EndToEndPipeline(server: server)
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    try await pipeline.succeed("reconcile")
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)

    for wrong in [
      Wrong(
        name: "wrong secret", environment: ["AWS_SECRET_ACCESS_KEY": "sesame"],
        said: [
          "SignatureDoesNotMatch", "request id", "credentials of the environment", "check the access key",
        ]),
      Wrong(
        name: "unknown key", environment: ["AWS_ACCESS_KEY_ID": "nobody"],
        said: ["InvalidAccessKeyId", "request id", "check the access key"]),
      Wrong(
        name: "no credentials", environment: ["AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil],
        said: ["no credentials found", "set AWS_ACCESS_KEY_ID"]),
      Wrong(
        name: "no such profile", environment: ["AWS_ACCESS_KEY_ID": nil, "AWS_PROFILE": "nowhere"],
        said: ["no profile nowhere"]),
      Wrong(
        name: "no such bucket", environment: ["LAKECANARY_BUCKET": "s3://no.such.bucket/raw"],
        said: ["NoSuchBucket", "request id", "create the bucket, or correct its name"]),
      Wrong(
        name: "endpoint down", environment: ["LAKECANARY_S3_ENDPOINT": "http://127.0.0.1:1"],
        said: ["no connection", "check the endpoint"]),
      Wrong(
        name: "TLS to a server without",
        environment: ["LAKECANARY_S3_ENDPOINT": "https://127.0.0.1:\(server.port)"],
        said: ["no trusted TLS connection", "CA file"]),
    ] {
      try await expectUnknown(pipeline, wrong)
    }
    for (reply, said) in [
      (
        LoopbackServer.Reply.error(403, "AccessDenied"),
        ["AccessDenied", "4442587FB7D0A2F9", "s3:ListBucket"]
      ),
      (.error(400, "ExpiredToken"), ["ExpiredToken", "4442587FB7D0A2F9", "renew the credentials"]),
      (.error(301, "PermanentRedirect"), ["PermanentRedirect", "AWS_REGION"]),
      (
        .error(403, "RequestTimeTooSkewed", headers: ["Date": "Mon, 23 Nov 2020 22:54:06 GMT"]),
        ["RequestTimeTooSkewed", "4442587FB7D0A2F9", "timesyncd"]
      ),
      (.answer(200, body: Array("<html>Please log in</html>".utf8)), ["not what S3 answers", "proxy"]),
      (.answer(503, body: Array("<html>busy</html>".utf8)), ["the server failed", "HTTP 503", "try again"]),
    ] {
      try await LoopbackServer.with { _, _ in
        reply
      } _: { fake in
        let environment = ["LAKECANARY_S3_ENDPOINT": fake.endpoint]
        try await expectUnknown(pipeline, Wrong(name: said[0], environment: environment, said: said))
      }
    }
    // The object that is to be read is gone, or another one, since it was listed.
    let port = server.port
    for (reply, said) in [
      (LoopbackServer.Reply.error(404, "NoSuchKey"), ["NoSuchKey", "4442587FB7D0A2F9", ".parquet"]),
      (.error(412, "PreconditionFailed"), ["replaced meanwhile", ".parquet"]),
    ] {
      try await LoopbackServer.with { request, _ in
        request.target.contains(".parquet") ? reply : .forward(port: port)
      } _: { proxy in
        let environment = ["LAKECANARY_S3_ENDPOINT": proxy.endpoint]
        try await expectUnknown(pipeline, Wrong(name: said[0], environment: environment, said: said))
      }
    }
    try await TLSFront.with(port: server.port, directory: pipeline.scratch.path) { endpoint, certificate in
      let environment = ["LAKECANARY_S3_ENDPOINT": endpoint]
      try await expectUnknown(
        pipeline,
        Wrong(name: "a stranger's certificate", environment: environment, said: ["CA file"]))
      let trusting = try await pipeline.run(
        "reconcile", environment: environment.merging(["LAKECANARY_S3_CA_FILE": certificate]) { $1 })
      #expect(trusting.exitCode == 0, "\(trusting.output)\(trusting.errorOutput)")
    }
    try await pipeline.expectNothingWrong("after all that")
    try await pipeline.succeed("replicate", "--clean-up")
  }

  @Test func objectsThatAreNoneAreFindings() async throws {
    let server = try await BucketServer.Kind.seaweed.server()
    let pipeline = try await EndToEndPipeline(server: server)
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    let store = try server.store(pipeline.bucket)
    let folder = "raw/lakecanary/customers/"
    try await store.put(folder + "20991231-235959999.parquet", [])
    let empty = try await pipeline.run("reconcile")
    #expect(empty.exitCode == 2, "\(empty.output)")
    #expect(empty.output.contains("20991231-235959999.parquet"))
    let inspected = try await pipeline.run("inspect", pipeline.tableDirectory + "/20991231-235959999.parquet")
    #expect(inspected.exitCode == 2, "\(inspected.output)\(inspected.errorOutput)")
    try await store.delete(folder + "20991231-235959999.parquet")
    try await store.put(folder + "what is this?.txt", [1])
    let foreign = try await pipeline.run("reconcile")
    #expect(foreign.output.contains("what is this?.txt"), "\(foreign.output)")
    try await store.delete(folder + "what is this?.txt")
    try await pipeline.succeed("replicate", "--clean-up")
  }

  /// `reconcile` is UNKNOWN, and says why in its first line.
  private func expectUnknown(_ pipeline: EndToEndPipeline, _ wrong: Wrong) async throws {
    let environment = wrong.environment.merging(["AWS_MAX_ATTEMPTS": "1"]) { $1 }
    let run = try await pipeline.run("reconcile", environment: environment)
    #expect(run.exitCode == 3, "\(wrong.name): \(run.output)\(run.errorOutput)")
    let reason = run.output.split(separator: "\n").first ?? ""
    #expect(reason.hasPrefix("UNKNOWN"), "\(wrong.name): \(run.output)")
    for said in wrong.said { #expect(reason.contains(said), "\(wrong.name): \(said) is not in \(reason)") }
    #expect(!(run.output + run.errorOutput).contains("sesame"))
  }
}
