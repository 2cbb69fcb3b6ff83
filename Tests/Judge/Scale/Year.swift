import ArgumentParser
import Foundation
import Ledger
import LocalServers
import Reconciliation
import TestSupport
import Time

/// A year of five-minute runs: whether the ledger stays as large as its retention makes it.
struct Year: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "year",
    abstract: "Simulate a year of five-minute runs, and print the ledger's size by month.")

  @Option(help: "How many days.")
  var days = 365

  @Option(help: "How many days settled operations are kept.")
  var retention = 30

  mutating func run() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-year", for: "the ledger")
    defer { directory.remove() }
    let path = directory.path + "/ledger.sqlite"
    let run = try ScaledRun(path, known: 0)
    let began = Cost.now()
    var sizes: [Int] = []
    for day in 1...days {
      for _ in 0..<288 {
        // Five objects, a minute each; rows of ours are in the last of them.
        let result = try await run.run(newObjects: 5, newOperations: 10)
        guard result.verdict.status <= .unknown else {
          throw ValidationError("day \(day): \(result.verdict)")
        }
        _ = try run.ledger.pruneDaily(settledBefore: run.clock.now() - .seconds(Int64(retention) * 86_400))
      }
      guard day % 30 == 0 else { continue }
      let size = ((try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int) ?? 0
      sizes.append(size)
      let aggregates = try run.ledger.dailyAggregates(
        from: ScaledLedger.start, to: run.clock.now() - .seconds(86_400))
      print(
        "day \(day): \(size / 1_000_000) MB, \(aggregates.count) daily aggregates, \(began.until(.now()))")
    }
    let runs = days * 288
    print("\(runs) runs, \(began.until(.now())); most memory \(Cost.peakMegabytes) MB")
    if let settled = sizes.dropFirst(2).first, let last = sizes.last, last > settled * 11 / 10 {
      throw ValidationError("the ledger grows: from \(settled) to \(last) bytes")
    }
  }
}
