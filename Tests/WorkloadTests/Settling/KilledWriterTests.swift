import Foundation
import Ledger
import Synchronization
import Testing

@testable import Workload

/// A writer in a process of its own, killed with SIGKILL in the middle of its work.
@Suite struct KilledWriterTests {
  @Test(arguments: WriteStep.allCases, [1, 4])
  func aKilledWriterLeavesNothingThatTheNextRunCannotSettle(step: WriteStep, number: Int) async throws {
    let scene = try await Scene()
    for batchSize in [3, 40] {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [
          conninfo = scene.conninfo as String, ledgerPath = scene.ledgerPath as String,
          stepName = step.rawValue as String, number = number as Int, batchSize = batchSize as Int
        ] in
        let count = Mutex(0)
        try await Scene(conninfo: conninfo, ledgerPath: ledgerPath).write(
          WritePlan(inserts: 200, updates: 60, deletes: 20, batchSize: batchSize, rate: nil),
          onStep: { reached in
            let occurrences = count.withLock { count in
              if reached.rawValue == stepName { count += 1 }
              return count
            }
            if occurrences == number { kill(getpid(), SIGKILL) }
          })
      }
    }
    let summary = try await scene.write(
      WritePlan(inserts: 5, updates: 5, deletes: 1, batchSize: 2, rate: nil))
    #expect(summary.settlement.stillInProgress == 0 && summary.settlement.decidedByRows == 0)
    #expect(try await scene.withLedger { try $0.unsettledTransactions() }.isEmpty)
    #expect(try await scene.differences() == [])
  }
}
