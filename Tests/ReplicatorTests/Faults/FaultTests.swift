import Testing
import Time

@testable import Replicator

@Suite struct FaultTests {
  @Test func readsWhatTheCommandLineHas() throws {
    #expect(try Fault("lose-row") == Fault(.loseRow, count: 1))
    #expect(try Fault("drop-object:3") == Fault(.dropObject, count: 3))
    #expect(try Fault("delay").count == 60)
    #expect(try Fault("delay:5@500ms") == Fault(.delay, count: 5, start: .after(.milliseconds(500))))
    #expect(try Fault("stall@10s").start == .after(.seconds(10)))
    let point = try #require(Timestamp("2026-11-23 22:00:00"))
    #expect(try Fault("reload@2026-11-23T22:00:00Z") == Fault(.reload, start: .at(point)))
    for kind in Fault.Kind.allCases { #expect(try Fault(kind.rawValue).kind == kind) }
  }

  @Test(arguments: [
    "", "lose", "lose-row:", "lose-row:0", "lose-row:x", "lose-row@", "lose-row@soon", "delay:1@-5s",
  ])
  func refusesOtherText(text: String) {
    let error = #expect(throws: ReplicatorError.self) { try Fault(text) }
    #expect(error?.code == .invalidTask)
  }

  @Test func aFaultIsTakenAsOftenAsItSays() throws {
    let clock = FixedClock(Timestamp(seconds: 100))
    let plan = FaultPlan([try Fault("lose-row:2"), try Fault("delay:7@10s")])
    let injector = try FaultInjector(plan, clock: clock)
    #expect(injector.take([.delay, .dropObject]) == nil)
    #expect(injector.take([.loseRow])?.kind == .loseRow)
    #expect(injector.take([.loseRow, .flipOp])?.kind == .loseRow)
    #expect(injector.take([.loseRow]) == nil)
    injector.giveBack(.loseRow)
    #expect(injector.isDue(.loseRow))
    clock.set(Timestamp(seconds: 110))
    let delay = try #require(injector.take([.delay]))
    #expect(delay.seconds == 7)
    #expect(injector.take([.delay]) == nil)
  }
}
