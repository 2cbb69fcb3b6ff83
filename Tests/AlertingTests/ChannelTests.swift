import Foundation
import Ledger
import Reporting
import Testing
import Time

@testable import Alerting

@Suite struct ChannelTests {
  @Test(arguments: [
    ("webhook https://x/y?z=1", "webhook https://x"),
    ("slack file:/etc/slack.url", "slack file:/etc/slack.url"),
    ("Teams env:TEAMS_URL", "teams env:TEAMS_URL"),
    ("pagerduty credential:pd https://events.eu.pagerduty.com/v2/enqueue", "pagerduty credential:pd"),
    ("sns arn:aws:sns:eu-west-1:123456789012:canary", "sns arn:aws:sns:eu-west-1:123456789012:canary"),
    ("command logger -t canary  two", "command logger -t canary  two"),
  ])
  func whatIsShownHoldsNoSecret(text: String, shown: String) throws {
    #expect(try AlertChannel(text).shown == shown)
  }

  @Test(arguments: [
    ("", "'' is no kind of channel"), ("sleck file:/x", "'sleck' is no kind of channel"),
    ("slack", "'slack' names no target"), ("slack https://hooks.slack.com/T/B/x", "is a secret"),
    ("pagerduty 0123456789abcdef", "is a secret"), ("webhook ftp://x", "is no address"),
    ("sns canary", "'canary' is no topic"), ("slack file:/a b", "more after 'slack'"),
    ("pagerduty file:/a nonsense", "does not begin with https://"),
  ])
  func whatIsNoChannelIsSaidWithoutTheSecret(text: String, reason: String) {
    let flaw = #expect(throws: AlertChannel.Flaw.self) { try AlertChannel(text) }
    #expect(flaw?.reason.contains(reason) == true, "\(flaw?.reason ?? "")")
    #expect(flaw?.reason.contains("T/B/x") == false)
    #expect(flaw?.reason.contains("0123456789abcdef") == false)
  }

  @Test func twoAddressesOfOneHostAreTwoChannels() throws {
    let (one, two) = (try AlertChannel("webhook https://x/1"), try AlertChannel("webhook https://x/2"))
    #expect(one.shown == two.shown)
    #expect(one.identity != two.identity)
  }

  @Test func aSecretIsTakenFromItsPlace() throws {
    let path = NSTemporaryDirectory() + "secret-\(UUID().uuidString)"
    try "https://h/x\n".write(toFile: path, atomically: true, encoding: .utf8)
    defer { unlink(path) }
    #expect(try SecretReference("file:\(path)").resolved([:]) == "https://h/x")
    #expect(try SecretReference("env:A").resolved(["A": "b"]) == "b")
    let directory = URL(filePath: path).deletingLastPathComponent().path
    let name = URL(filePath: path).lastPathComponent
    #expect(
      try SecretReference("credential:\(name)").resolved(["CREDENTIALS_DIRECTORY": directory])
        == "https://h/x")
    for absent in ["file:/nowhere/x", "env:A", "credential:x"] {
      let failure = #expect(throws: AlertFailure.self) { try SecretReference(absent).resolved([:]) }
      #expect(failure?.code == .secretMissing)
    }
  }

  @Test func theDeadMansAddressGrowsAPath() {
    #expect(DeadMansPing.address("https://h/u", .success, run: "r") == "https://h/u?rid=r")
    #expect(DeadMansPing.address("https://h/u/", .start, run: "r") == "https://h/u/start?rid=r")
    #expect(
      DeadMansPing.address("https://h/u?create=1", .fail, run: "r") == "https://h/u/fail?create=1&rid=r")
    #expect(DeadMansPing.address("h/u", .fail, run: "r") == nil)
  }

  @Test func aLongLogLosesItsBeginning() {
    let line = String(repeating: "é", count: 99) + "\n"
    let end = DeadMansPing.end(of: String(repeating: line, count: 1_000))
    #expect(end.count <= DeadMansPing.logLimit)
    #expect(end.count > DeadMansPing.logLimit - 200)
    #expect(String(decoding: end, as: UTF8.self).hasPrefix("é"))
    #expect(DeadMansPing.end(of: "short\n") == Array("short\n".utf8))
  }
}
