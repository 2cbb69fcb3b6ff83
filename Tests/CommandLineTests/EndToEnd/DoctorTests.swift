import Foundation
import LocalServers
import TestSupport
import Testing

/// `doctor` as it is run: with no account of AWS, and with moto in AWS's place.
@Suite struct DoctorTests {
  @Test func aLocalPipelineIsWellOnceItRuns() async throws {
    let pipeline = try await EndToEndPipeline()
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    let run = try await pipeline.run("doctor", "--only", "bucket")
    #expect(run.exitCode == 0, "\(run.output)\(run.errorOutput)")
    #expect(run.output.contains("objects lakecanary.customers: there are objects below"))
    #expect(run.errorOutput == "")
    let source = try await pipeline.run("doctor", "--only", "source", "--json")
    let report = try JSONDecoder().decode(Report.self, from: Data(source.output.utf8))
    #expect(report.format == "lakecanary.doctor" && report.version == 1)
    let table = report.diagnoses.first { $0.check == "privileges" && $0.subject == "lakecanary.customers" }
    #expect(table?.severity == "ok")
    #expect(report.diagnoses.allSatisfy { $0.part == "source" && !$0.wanted.isEmpty && !$0.why.isEmpty })
  }

  @Test func theWorstLineDecidesTheExitCode() async throws {
    let pipeline = try await EndToEndPipeline()
    try FileManager.default.removeItem(atPath: pipeline.bucket)
    let critical = try await pipeline.run("doctor", "--only", "bucket")
    #expect(critical.exitCode == 2, "\(critical.output)")
    #expect(critical.output.contains("mend:   create the directory"))
    let absent = try await EndToEndPipeline(source: "host=/nonexistent dbname=x user=y")
    #expect(try await absent.run("doctor", "--only", "source").exitCode == 3)
    let forgiven = try await pipeline.run(
      "doctor", "--only", "bucket", environment: ["LAKECANARY_FAIL_ON": "none"])
    #expect(forgiven.exitCode == 0)
    #expect(try await pipeline.run("doctor", "--only", "cellar").exitCode == 64)
  }

  @Test func aTaskThatDoesNotAnswerStopsNothing() async throws {
    let server = try await S3Servers.shared.moto()
    let pipeline = try await EndToEndPipeline(
      extra: "dms: {task_arn: \"arn:aws:dms:eu-west-1:123456789012:task:ABSENT\"}")
    let environment: [String: String?] = [
      "AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    ]
    try await pipeline.succeed("write")
    #expect(try await pipeline.replicate().exitCode == 0)
    let doctor = try await pipeline.run("doctor", "--only", "task", environment: environment)
    #expect(doctor.exitCode == 2, "\(doctor.output)\(doctor.errorOutput)")
    #expect(doctor.output.contains("no task arn:aws:dms:eu-west-1:123456789012:task:ABSENT"))
    let run = try await pipeline.run("reconcile", environment: environment)
    #expect(run.exitCode == 0, "\(run.output)\(run.errorOutput)")
    #expect(run.output.contains("no witness: DMS does not answer DescribeReplicationTasks"), "\(run.output)")
  }

  /// A secret of moto opens a server that asks for its password, and is shown to nobody.
  @Test func aSecretOpensTheSource() async throws {
    let server = try await S3Servers.shared.moto()
    let name = "secret-" + UUID().uuidString.lowercased()
    let script = """
      import boto3, json, sys
      client = boto3.client("secretsmanager", endpoint_url=sys.argv[1], region_name="eu-west-1",
        aws_access_key_id="test", aws_secret_access_key="test")
      text = json.dumps(dict(username="postgres", password="r1ght \\\\' pass"))
      print(client.create_secret(Name=sys.argv[2], SecretString=text)["ARN"])
      """
    let made = try await CommandRun.command(
      try PythonPeers.interpreter, ["-c", script, server.endpoint, name])
    try #require(made.exitCode == 0, "\(made.errorOutput)")
    let scratch = try ScratchDirectory()
    let cluster = try await PostgresCluster.start(in: scratch.path + "/pg", removing: scratch.path + "/pg")
    let psql = "\(cluster.programs)/psql"
    for statement in [
      "alter role postgres password E'r1ght \\\\\\' pass'",
      "select pg_reload_conf()",
    ] {
      try "local all all \(statement.hasPrefix("alter") ? "trust" : "scram-sha-256")\n".write(
        toFile: cluster.directory + "/data/pg_hba.conf", atomically: false, encoding: .utf8)
      let run = try await CommandRun.command(psql, ["-XAtd", cluster.conninfo(), "-c", statement])
      try #require(run.exitCode == 0, "\(run.errorOutput)")
    }
    let pipeline = try await EndToEndPipeline(
      source: cluster.conninfo(), extra: "password_secret: \"\(made.output)\"")
    let environment: [String: String?] = [
      "AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    ]
    let write = try await pipeline.run("write", environment: environment)
    #expect(write.exitCode == 0, "\(write.errorOutput)")
    let doctor = try await pipeline.run("doctor", "--only", "source", environment: environment)
    #expect(doctor.output.contains("privileges lakecanary.customers: select, insert, update, delete"))
    let replicated = try await pipeline.replicate(environment: environment)
    #expect(replicated.exitCode == 0, "\(replicated.errorOutput)")
    let check = try await pipeline.run("reconcile", "--source-check", environment: environment)
    #expect(check.exitCode == 0, "\(check.output)\(check.errorOutput)")
    let nobody = try await pipeline.run("write")
    #expect(nobody.exitCode == 3 && nobody.errorOutput.contains("no credentials"), "\(nobody.errorOutput)")
    for text in [write.errorOutput, doctor.output, nobody.errorOutput] { #expect(!text.contains("r1ght")) }
    await cluster.stop()
  }

  /// Nobody need be let in at RDS to have a database and a bucket.
  @Test(arguments: ["AccessDenied", "InvalidClientTokenId", "DBInstanceNotFound", "Throttling"])
  func anRDSThatDoesNotAnswerIsANote(code: String) async throws {
    let body = Array("<ErrorResponse><Error><Code>\(code)</Code></Error></ErrorResponse>".utf8)
    try await LoopbackServer.with { _, _ in
      .answer(403, body: body)
    } _: { server in
      let pipeline = try await EndToEndPipeline(
        source: "host=exercise.abc.eu-west-1.rds.amazonaws.com dbname=x user=y sslmode=verify-full")
      let doctor = try await pipeline.run(
        "doctor", "--only", "instance",
        environment: [
          "AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
          "AWS_MAX_ATTEMPTS": "1",
        ])
      #expect(doctor.exitCode == 0, "\(doctor.output)\(doctor.errorOutput)")
      #expect(doctor.output.contains("note      status: RDS does not answer DescribeDBInstances"))
      #expect(doctor.output.contains("(HTTP 403, \(code))") && doctor.output.contains("mend:   "))
    }
  }

  @Test func wrongKeysAreRefusedWithTheMend() async throws {
    let pipeline = try await EndToEndPipeline(extra: "dms: {task_arn: \"arn:aws:s3:::nothing\"}")
    let run = try await pipeline.run("doctor")
    #expect(run.exitCode == 78)
    #expect(run.errorOutput.contains("is no ARN of a DMS task"))
    let both = try await EndToEndPipeline(extra: "source_login: iam\npassword_secret: x")
    let refused = try await both.run("doctor")
    #expect(refused.exitCode == 78)
    #expect(refused.errorOutput.contains("password_secret"))
  }

  private struct Report: Decodable {
    let format: String
    let version: Int
    let diagnoses: [Entry]

    struct Entry: Decodable {
      let part, check, severity, found, wanted, why: String
      let subject: String?
    }
  }
}
