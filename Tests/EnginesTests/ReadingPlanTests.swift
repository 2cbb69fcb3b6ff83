import Ledger
import Testing

@testable import Engines
@testable import Reconciliation

/// The arithmetic of docs/beyond-one-machine.md, by the program that does it for a bucket.
@Suite struct ReadingPlanTests {
  private func plan(
    objects: Int, bytes: Int64, small: Bool, share: Double = 1, cores: Int = 256, isLocal: Bool = false
  ) -> ReadingPlan {
    var outlook = ReadingOutlook(table: TableName(schema: "public", name: "customers"))
    (outlook.listed, outlook.listRequests) = (objects, objects / 1_000)
    (outlook.objects, outlook.bytes, outlook.listedBytes) = (objects, bytes, bytes)
    outlook.spannedBytes = bytes
    if small { (outlook.smallObjects, outlook.smallBytes) = (objects, bytes) }
    var basis = ReadingPlan.Basis()
    (basis.sparkCores, basis.neededShare, basis.isLocal) = (cores, share, isLocal)
    return ReadingPlan([outlook], basis)
  }

  private func days(_ plan: ReadingPlan, _ engine: String) throws -> Int {
    Int((try estimate(plan, engine).seconds / 86_400).rounded())
  }

  private func estimate(_ plan: ReadingPlan, _ engine: String) throws -> ReadingPlan.Estimate {
    try #require(plan.estimates.first { $0.engine == engine })
  }

  @Test func aThousandMillionSmallObjectsAreAsThePageSays() throws {
    let plan = plan(objects: 1_000_000_000, bytes: 20_000_000_000_000, small: true, share: 0.2)
    #expect(try days(plan, "native") == 23 && days(plan, "Spark") == 14 && days(plan, "Athena") == 12)
    let native = try estimate(plan, "native")
    #expect(native.requests == 1_001_000_000 && (404...406).contains(native.dollars))
    let spark = try estimate(plan, "Spark")
    // Requests $2,410, and 256 cores for 244 hours.
    #expect(spark.requests == 6_002_000_000 && (6_100...6_200).contains(spark.dollars), "\(spark.dollars)")
    #expect(plan.choice == "Athena" && plan.reason == "one process would take 2.0 times as long")
    let athena = try estimate(plan, "Athena")
    #expect((828...832).contains(athena.dollars))
  }

  @Test func aLargeClusterOvertakesOneProcessWhereThePageSays() throws {
    func isFaster(_ objects: Int, cores: Int) throws -> Bool {
      let plan = plan(objects: objects, bytes: Int64(objects) * 20_000, small: true, share: 0.2, cores: cores)
      return try estimate(plan, "Spark").seconds < estimate(plan, "native").seconds
    }
    #expect(try isFaster(58_000, cores: 256) && !isFaster(55_000, cores: 256))
    #expect(try !isFaster(1_000_000_000, cores: 64))
  }

  @Test func largeObjectsAreForAnEngine() throws {
    let plan = plan(objects: 10_000_000, bytes: 1_000_000_000_000_000, small: false, share: 0.2)
    #expect(try days(plan, "native") == 39)
    #expect(plan.choice == "Spark" && plan.reason.contains("times as long"), "\(plan.reason)")
    let athena = try estimate(plan, "Athena")
    #expect((1_000...1_020).contains(athena.dollars))
  }

  @Test func whatOneProcessDoesInMinutesIsItsOwn() throws {
    let plan = plan(objects: 20_000, bytes: 80_000_000, small: true, cores: 16)
    #expect(plan.choice == "native" && plan.sparkCores == 16)
    let few = try estimate(plan, "native").seconds
    let more = try estimate(self.plan(objects: 40_000, bytes: 160_000_000, small: true), "native").seconds
    #expect(more > few * 1.9 && more < few * 2.1)
  }

  @Test func aDirectoryCostsNothingAndIsNotForAthena() throws {
    let plan = plan(objects: 1_000, bytes: 1_000_000, small: true, isLocal: true)
    #expect(plan.estimates.map(\.engine) == ["native", "Spark"])
    #expect(try estimate(plan, "native").dollars == 0)
  }
}
