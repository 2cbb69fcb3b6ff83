import Ledger
import Testing

@testable import Reporting

/// What a run costs, at the prices of the list.
@Suite struct RunPriceTests {
  @Test func requestsBytesAndMonthsArePriced() {
    var cost = RunCost()
    (cost.requests, cost.objectsRead, cost.bytesRead) = (1_010, 1_000, 1 << 30)
    let price = RunPrice(cost, metrics: 3, runsPerMonth: 100)
    // 10 listings at $5 a million, 1,000 reads at $0.40 a million, 3 metrics at $10 a million.
    #expect(abs(price.requests - (0.000_05 + 0.000_4 + 0.000_03)) < 1e-12)
    #expect(abs(price.transfer - 0.09) < 1e-12)
    #expect(
      price.text
        == "$0.000480 at list price, $0.09 from outside AWS; $0.05 a month at 100 runs ($9.05)")
  }

  @Test func aRunThatReadNothingCostsNothing() {
    #expect(RunPrice(RunCost()).text == "$0 at list price")
    var cost = RunCost()
    (cost.requests, cost.objectsRead) = (0, 5)  // Objects that a directory gave.
    #expect(RunPrice(cost).requests == 0)
  }
}
