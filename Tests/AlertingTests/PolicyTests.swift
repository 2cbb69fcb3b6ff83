import Ledger
import Testing
import Time

@testable import Alerting

@Suite struct PolicyTests {
  private static let start = Timestamp("2026-11-25T08:00:00Z") ?? Timestamp(microseconds: 0)

  /// What a channel is told while verdicts come in, five minutes apart; `-` for nothing.
  private func told(_ policy: AlertPolicy, _ statuses: [Verdict.Status]) -> [String] {
    var verdicts: [AlertedVerdict] = []
    var memory = AlertMemory(channel: "c")
    return statuses.enumerated().map { index, status in
      let now = Self.start + .seconds(300 * index)
      verdicts.insert(AlertedVerdict(status: status, at: now), at: 0)
      let trouble = policy.trouble(in: verdicts)
      guard let event = policy.event(for: trouble, newest: status, memory: memory, now: now) else {
        return "-"
      }
      memory.trouble = trouble.map {
        AlertMemory.Trouble(status: $0.status, incident: "i", since: $0.since, toldAt: now)
      }
      return event.rawValue
    }
  }

  @Test func aChangeIsToldOnceAndResolved() {
    #expect(
      told(AlertPolicy(), [.ok, .critical, .critical, .warning, .ok, .ok, .unknown])
        == ["-", "raised", "-", "changed", "resolved", "-", "raised"])
  }

  @Test func troubleThatLastsIsToldAgain() {
    let policy = AlertPolicy(repeatEvery: .seconds(600))
    #expect(
      told(policy, [.critical, .critical, .critical, .critical, .critical])
        == ["raised", "-", "repeated", "-", "repeated"])
    #expect(told(AlertPolicy(repeatEvery: nil), [.critical, .critical, .critical]) == ["raised", "-", "-"])
  }

  @Test func aSlipWakesNobody() {
    let policy = AlertPolicy(needed: 2, window: 3)
    #expect(told(policy, [.critical, .ok, .ok, .warning, .ok]) == ["-", "-", "-", "-", "-"])
    #expect(
      told(policy, [.critical, .ok, .critical, .ok, .ok, .ok])
        == ["-", "-", "raised", "resolved", "-", "-"])
  }

  @Test func theWorstThatEnoughVerdictsReachIsTold() {
    let policy = AlertPolicy(needed: 2, window: 2)
    #expect(
      told(policy, [.warning, .critical, .critical, .warning])
        == ["-", "raised", "changed", "changed"])
  }

  @Test func verdictsThatAreNoTroubleAreNotTold() {
    let policy = AlertPolicy(statuses: [.critical])
    #expect(told(policy, [.warning, .unknown, .critical, .warning]) == ["-", "-", "raised", "resolved"])
  }

  @Test func troubleBeganWithTheFirstOfItsVerdicts() throws {
    let verdicts: [AlertedVerdict] = [.critical, .warning, .ok, .critical].enumerated().map { index, status in
      AlertedVerdict(status: status, at: Self.start - .seconds(300 * index))
    }
    let trouble = try #require(AlertPolicy().trouble(in: verdicts))
    #expect(trouble.status == .critical)
    #expect(trouble.since == Self.start - .seconds(300))
  }
}
