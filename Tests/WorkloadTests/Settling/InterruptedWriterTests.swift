import Ledger
import Postgres
import Synchronization
import Testing

@testable import Workload

/// A writer that is stopped at the n-th occurrence of a step, for every step and n: the next run settles
/// what it left, and ledger and table tell the same.
@Suite struct InterruptedWriterTests {
  private struct Stop: Error {}

  /// Stops at occurrence `number` of `step`, from 1.
  private final class Stopper: Sendable {
    private let step: WriteStep
    private let number: Int
    private let count = Mutex(0)

    init(_ step: WriteStep, _ number: Int) {
      self.step = step
      self.number = number
    }

    var hasStopped: Bool { count.withLock { $0 >= number } }

    func reach(_ step: WriteStep) throws {
      guard step == self.step else { return }
      let count = count.withLock { count in
        count += 1
        return count
      }
      if count == number { throw Stop() }
    }
  }

  @Test(arguments: WriteStep.allCases, [1, 6, 40])
  func theNextRunSettlesWhateverTheLastOneLeft(step: WriteStep, batchSize: Int) async throws {
    let scene = try await Scene()
    let plan = WritePlan(inserts: 24, updates: 14, deletes: 4, batchSize: batchSize, rate: nil, seed: 7)
    var number = 1
    while number <= 60 {
      let stopper = Stopper(step, number)
      let result = await Result { try await scene.write(plan, onStep: { try stopper.reach($0) }) }
      switch result {
      case .success:
        #expect(!stopper.hasStopped)
      case .failure(let error):
        let error = try #require(error as? WorkloadError)
        #expect(error.code == .interrupted(step))
      }
      // The transaction that it stopped in, those whose confirmations were to come with a later intent, and
      // those that were planned and never begun.
      let unsettled = try await scene.withLedger { try $0.unsettledTransactions() }
      let settlement = try await settle(scene)
      #expect(settlement.committed + settlement.aborted == unsettled.count)
      if stopper.hasStopped, step == .intentRecorded || step == .xidRecorded {
        #expect(settlement.aborted >= 1)
      }
      if stopper.hasStopped, step == .committed { #expect(settlement.committed >= 1) }
      #expect(settlement.decidedByRows == 0 && settlement.stillInProgress == 0)
      #expect(try await scene.differences() == [])
      guard stopper.hasStopped else { break }
      // Each of the first ones, then every seventh.
      number += number < 5 ? 1 : 7
    }
    // All occurrences of one run were tried.
    #expect(number > 2 || batchSize == 40)
  }

  @Test func whatIsSettledIsNotWrittenAgain() async throws {
    let scene = try await Scene()
    let plan = WritePlan(inserts: 10, updates: 0, deletes: 0, batchSize: 5, rate: nil)
    let stopper = Stopper(.committed, 1)
    await #expect(throws: WorkloadError.self) {
      try await scene.write(plan, onStep: { try stopper.reach($0) })
    }
    let summary = try await scene.write(plan)
    // The second transaction was planned, and never begun.
    #expect(summary.settlement == Settlement(committed: 1, aborted: 1))
    #expect(try await scene.tableRows().count == 15)
    let operations = try await scene.withLedger { try $0.committedOperations() }
    #expect(Set(operations.map(\.sequence)).count == 15)
    #expect(try await scene.differences() == [])
  }

  @Test func settlingNeedsNoTable() async throws {
    let scene = try await Scene()
    #expect(try await settle(scene) == Settlement())
  }

  private func settle(_ scene: Scene) async throws -> Settlement {
    try await scene.withLedger { ledger in
      let writer = Writer(
        conninfo: scene.conninfo, ledger: ledger, table: WrittenTable(name: scene.table), clock: scene.clock)
      return try await writer.settle()
    }
  }
}
