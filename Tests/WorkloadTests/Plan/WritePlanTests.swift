import Testing

@testable import Workload

@Suite struct WritePlanTests {
  @Test(arguments: [
    (WritePlan(inserts: -1), "inserts"), (WritePlan(updates: 1_000_000_001), "updates"),
    (WritePlan(batchSize: 0), "batch size"), (WritePlan(batchSize: 1_000_001), "batch size"),
    (WritePlan(rate: 0), "rate"), (WritePlan(rate: .nan), "rate"), (WritePlan(rate: .infinity), "rate"),
    (WritePlan(rate: nil, extent: .endless), "rate"),
    (WritePlan(extent: .lasting(.zero)), "duration"),
    (WritePlan(inserts: 0, updates: 0, deletes: 0, extent: .endless), "at least one"),
  ])
  func aPlanThatMakesNoSenseIsRefusedByName(plan: WritePlan, word: String) throws {
    let error = try #require(throws: WorkloadError.self) { try plan.validate() }
    guard case .invalidPlan = error.code else { return #expect(Bool(false), "\(error.code)") }
    #expect(error.description.contains(word))
  }

  @Test func thePlanWithoutBeingToldIsBounded() throws {
    let plan = WritePlan()
    try plan.validate()
    #expect(plan.counts.total == 35 && plan.rate == 100)
  }
}
