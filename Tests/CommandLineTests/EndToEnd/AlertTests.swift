import Foundation
import TestSupport
import Testing

/// Alerts of the built command, received by a web server and a shell.
@Suite struct AlertTests {
  private func channels(_ receiver: AlertReceiver, in directory: String) throws -> [String] {
    let secrets = ["slack.url": "/slack", "teams.url": "/teams"]
    for (name, path) in secrets {
      try "\(receiver.address)\(path)\n".write(
        toFile: directory + "/" + name, atomically: true, encoding: .utf8)
    }
    try "routing-key".write(toFile: directory + "/pagerduty.key", atomically: true, encoding: .utf8)
    try #"{"text": "{{title}}: {{reason}}", "event": "{{event}}"}"#.write(
      toFile: directory + "/template.json", atomically: true, encoding: .utf8)
    return [
      "webhook \(receiver.address)/hook", "webhook \(receiver.address)/refuse", "slack file:slack.url",
      "teams file:teams.url", "pagerduty file:pagerduty.key \(receiver.address)/v2/enqueue",
      "sns arn:aws:sns:eu-west-1:123456789012:canary \(receiver.address)/sns",
      "command echo \"$LAKECANARY_ALERT_EVENT $LAKECANARY_ALERT_STATUS\" >>\(directory)/command.log; cat >>\(directory)/command.json",
    ]
  }

  @Test func everyChannelIsToldOfTroubleOnceAndOfItsEnd() async throws {
    let pipeline = try await EndToEndPipeline()
    let receiver = try await AlertReceiver.start(in: pipeline.scratch.path)
    let channels = try channels(receiver, in: pipeline.scratch.path)
    var text = try String(contentsOfFile: pipeline.configuration, encoding: .utf8)
    text += "\nalerts:\n  template: template.json\n  ping: \(receiver.address)/check?create=1\n  channels:\n"
    text += channels.map { "    - '\($0)'\n" }.joined()
    try text.write(toFile: pipeline.configuration, atomically: true, encoding: .utf8)
    let keys: [String: String?] = ["AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret"]

    // Nothing is due in the first run, which is no trouble.
    let first = try await pipeline.run("run", environment: keys)
    #expect(first.exitCode == 3, "\(first.errorOutput)")
    #expect(try receiver.taken().map(\.path).map { $0.prefix { $0 != "?" } } == ["/check/start", "/check"])

    // No bucket: UNKNOWN, whatever becomes of the alerts.
    try FileManager.default.moveItem(atPath: pipeline.bucket, toPath: pipeline.bucket + ".away")
    let lost = try await pipeline.run("run", environment: keys)
    #expect(lost.exitCode == 3)
    let raised = try receiver.taken()
    let paths = Set(raised.map { String($0.path.prefix { $0 != "?" }) })
    #expect(
      paths == [
        "/check/start", "/check/fail", "/hook", "/refuse", "/slack", "/teams", "/v2/enqueue", "/sns",
      ])
    func body(_ path: String) throws -> AlertReceiver.Received {
      try #require(raised.first { $0.path == path })
    }
    #expect(try body("/hook").json["event"] as? String == "raised")
    #expect((try body("/hook").json["text"] as? String)?.contains(pipeline.bucket) == true)
    #expect((try body("/slack").json["text"] as? String)?.hasPrefix("UNKNOWN: e2e_") == true)
    #expect(try body("/teams").json["type"] as? String == "message")
    let event = try body("/v2/enqueue").json
    #expect(event["routing_key"] as? String == "routing-key")
    #expect(event["event_action"] as? String == "trigger")
    let sns = try body("/sns")
    #expect(sns.status == 200, "the signature is not the one that botocore makes")
    #expect(sns.body.hasPrefix("Action=Publish&"))
    let fail = try #require(raised.first { $0.path.hasPrefix("/check/fail?create=1&rid=") })
    #expect(fail.body.contains("UNKNOWN e2e_"))
    #expect(
      try String(contentsOfFile: pipeline.scratch.path + "/command.log", encoding: .utf8)
        == "raised unknown\n")
    let onInput = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: pipeline.scratch.path + "/command.json")))
    #expect((onInput as? [String: Any])?["format"] as? String == "lakecanary.alert")
    // The alert that was refused is told in the log and in the report, without the address's path.
    let refusal = "\(receiver.address) answered 404"
    #expect(lost.errorOutput.contains(refusal), "\(lost.errorOutput)")
    #expect(lost.output.replacing("\n", with: " ").contains("could not be delivered"), "\(lost.output)")
    #expect(!lost.errorOutput.contains("/refuse"))

    // Nothing new: only what was refused is tried again.
    let again = try await pipeline.run("run", environment: keys)
    #expect(again.exitCode == 3)
    #expect(
      try receiver.taken().map { String($0.path.prefix { $0 != "?" }) } == [
        "/check/start", "/refuse", "/check/fail",
      ])
    let list = try await pipeline.run("alerts")
    #expect(list.output.contains("slack file:"))
    #expect(list.output.contains("knows of UNKNOWN since"))
    #expect(list.output.contains("2 alerts not delivered"))

    // The bucket is back and everything arrives.
    try FileManager.default.moveItem(atPath: pipeline.bucket + ".away", toPath: pipeline.bucket)
    let replication = try await pipeline.replicate()
    #expect(replication.exitCode == 0, "\(replication.errorOutput)")
    let well = try await pipeline.run("reconcile", environment: keys)
    #expect(well.exitCode == 0, "\(well.errorOutput)\(well.output)")
    let resolved = try receiver.taken()
    #expect(resolved.first { $0.path == "/v2/enqueue" }?.json["event_action"] as? String == "resolve")
    #expect(
      resolved.first { $0.path == "/v2/enqueue" }?.json["dedup_key"] as? String
        == event["dedup_key"] as? String)
    #expect(resolved.first { $0.path == "/hook" }?.json["event"] as? String == "resolved")
    // Who never heard of the trouble need not hear of its end.
    #expect(!resolved.contains { $0.path == "/refuse" })
    #expect(resolved.last?.path.hasPrefix("/check?create=1&rid=") == true)
    let ended = try await pipeline.run("reconcile", environment: keys)
    #expect(ended.exitCode == 0)
    #expect(try receiver.taken().count == 2, "the pings alone")
  }

  @Test func aServerThatIsDownOrATemplateThatIsBrokenChangesNoExitCode() async throws {
    let pipeline = try await EndToEndPipeline(
      extra: """
        alerts:
          channels: ['webhook http://127.0.0.1:1/x', 'slack env:NO_SUCH_VARIABLE', 'command exit 7']
          template: template.json
          ping: http://127.0.0.1:1/secret-key
        """)
    try "{broken".write(toFile: pipeline.scratch.path + "/template.json", atomically: true, encoding: .utf8)
    try await pipeline.succeed("write")
    try FileManager.default.removeItem(atPath: pipeline.bucket)
    let run = try await pipeline.run("reconcile", "--fail-on", "critical")
    #expect(run.exitCode == 0, "\(run.errorOutput)")
    for reason in [
      "cannot be used: it is no JSON", "NO_SUCH_VARIABLE is not set", "exit code 7", "ping not delivered",
    ] {
      #expect(run.errorOutput.contains(reason), "\(reason): \(run.errorOutput)")
    }
    #expect(!run.errorOutput.contains("secret-key"))
    // `validate` tells it before.
    let validate = try await pipeline.run("config", "validate")
    #expect(validate.exitCode == 78)
    #expect(validate.errorOutput.contains("alerts.template: "))
    #expect(validate.errorOutput.contains("alerts.channels: slack env:NO_SUCH_VARIABLE"))
    let test = try await pipeline.run("alerts", "test")
    #expect(test.exitCode == 3)
    #expect(test.output.contains("command exit 7: not delivered: the command ended with exit code 7"))
  }

  @Test func aRunThatFailedWithoutAVerdictIsTold() async throws {
    let pipeline = try await EndToEndPipeline()
    let log = pipeline.scratch.path + "/command.json"
    try await pipeline.succeed("write")
    let environment: [String: String?] = [
      "LAKECANARY_ALERTS_CHANNELS": "command cat >\(log)", "MONITOR_SERVICE_RESULT": "timeout",
      "MONITOR_UNIT": "lakecanary@shop.service",
    ]
    let run = try await pipeline.run("alerts", "failed", environment: environment)
    #expect(run.exitCode == 0, "\(run.errorOutput)")
    let alert = try String(contentsOfFile: log, encoding: .utf8)
    #expect(alert.contains("lakecanary@shop.service came to no verdict: it ran into its time limit"))
    try FileManager.default.removeItem(atPath: log)
    // A verdict's exit code was told by the run itself.
    _ = try await pipeline.run(
      "alerts", "failed",
      environment: environment.merging(["MONITOR_SERVICE_RESULT": "exit-code", "MONITOR_EXIT_STATUS": "2"]) {
        $1
      })
    #expect(!FileManager.default.fileExists(atPath: log))
  }
}
