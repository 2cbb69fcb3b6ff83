import Foundation
import Ledger
import Reporting
import Testing
import Time

@testable import Alerting

@Suite struct MessageTests {
  static let evil = "<!channel> \"*`\\ \n\u{202E}{{host}} </script> 'x' &"

  static func alert(_ event: AlertEvent = .raised, reason: String = evil) -> Alert {
    let now = Timestamp("2026-11-25T08:00:00Z") ?? Timestamp(microseconds: 0)
    let report = Report(
      pipeline: "shop", generatedAt: now, verdict: Verdict(status: .critical, reason: reason))
    return Alert(
      event: event, incident: "shop/1", since: now, previous: nil, host: "db1", report: report)
  }

  @Test func noValueBreaksATemplate() throws {
    let template = try JSONTemplate(
      """
      {"a": "{{pipeline}}: {{ reason }}", "b": [1, true, null, {"c": "{{report}}"}], "{{status}}": "{{unclosed"}
      """)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(template.filled(Self.alert()).utf8)) as? [String: Any])
    #expect(object["a"] as? String == "shop: \(Self.evil)")
    #expect(object["{{status}}"] as? String == "{{unclosed")
    let report = ((object["b"] as? [Any])?.last as? [String: Any])?["c"] as? [String: Any]
    #expect(report?["format"] as? String == "lakecanary.report")
  }

  @Test(arguments: [
    ("{", "it is no JSON"), ("", "it is no JSON"),
    ("{\"text\": \"{{raeson}}\"}", "it uses {{raeson}}; there are"),
  ])
  func aBrokenTemplateSaysWhy(text: String, reason: String) {
    let flaw = #expect(throws: JSONTemplate.Flaw.self) { try JSONTemplate(text) }
    #expect(flaw?.description.hasPrefix(reason) == true)
  }

  @Test func nobodyIsMentionedInSlack() {
    let text = SlackMessage.escaped("<!channel> *a* & b")
    #expect(text == "&lt;!channel&gt; *a* &amp; b")
  }

  @Test func anSNSMessageKeepsToItsForm() throws {
    let message = try #require(SNSMessage(Self.alert(), topic: "arn:aws:sns:eu-west-1:123456789012:canary"))
    #expect(message.region == "eu-west-1")
    #expect(message.endpoint == "https://sns.eu-west-1.amazonaws.com/")
    let parameters = message.body.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1) }
    #expect(parameters.allSatisfy { $0.count == 2 })
    #expect(parameters.contains { $0 == ["Subject", "CRITICAL%3A%20shop"] })
  }

  @Test func anIncidentIsResolvedByItsName() {
    let raised = PagerDutyEvent(Self.alert(), routingKey: "k")
    let resolved = PagerDutyEvent(Self.alert(.resolved), routingKey: "k")
    #expect(raised.eventAction == "trigger")
    #expect(resolved.eventAction == "resolve")
    #expect(raised.dedupKey == resolved.dedupKey)
  }

  @Test func aCommandThatHangsIsEnded() async throws {
    let failure = await #expect(throws: AlertFailure.self) {
      try await AlertCommand(text: "sleep 60").run(
        Self.alert(), environment: ["PATH": "/usr/bin:/bin"], timeout: .milliseconds(100))
    }
    #expect(failure?.code == .commandTimedOut)
  }
}
