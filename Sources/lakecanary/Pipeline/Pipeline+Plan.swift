import DMS
import Engines
import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import Reporting
import Time

/// A plan as it is kept beside the ledger, until a run shows what it took.
struct KeptPlan: Codable {
  var plannedAt: String
  var plan: ReadingPlan
}

extension Pipeline {
  /// What a reconciliation would have to read, by each engine.
  func plan(_ ledger: LedgerStore, _ store: any ObjectStore) async throws -> ReadingPlan {
    let reconciler = try reconciler(ledger, store)
    let outlooks = try await reconciler.outlook()
    return ReadingPlan(outlooks, try await basis(outlooks, reconciler, store))
  }

  /// What a plan of `outlooks` rests on: the share of needed columns is that of the largest object.
  func basis(
    _ outlooks: [ReadingOutlook], _ reconciler: Reconciler, _ store: any ObjectStore
  ) async throws -> ReadingPlan.Basis {
    var basis = ReadingPlan.Basis()
    if case .directory = try bucket.place { basis.isLocal = true }
    let spark = configuration.engines.spark
    basis.sparkCores = SparkCluster.cores(master: spark.master, properties: spark.conf) ?? basis.sparkCores
    let tables = try reconciler.observedTables()
    basis.isForEngines = tables.allSatisfy { $0.format == .parquet }
    if let large = outlooks.max(by: { $0.largest?.size ?? 0 < $1.largest?.size ?? 0 }),
      let object = large.largest,
      let table = tables.first(where: { $0.name == large.table })
    {
      basis.neededShare = await BucketSample.neededShare(of: object.key, table, store)
    }
    return basis
  }

  private var planPath: String { configuration.ledgerPath + ".plan.json" }

  /// Keeps a plan until a run shows what it took.
  func keep(_ plan: ReadingPlan) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let kept = KeptPlan(plannedAt: clock.now().description, plan: plan)
    // A plan that cannot be kept was shown all the same.
    if let data = try? encoder.encode(kept) { try? data.write(to: URL(filePath: planPath), options: .atomic) }
  }

  /// How a run compares with the plan that was made before it; nil where there is none, and then never again.
  func comparison(
    with cost: RunCost, seconds: Double, engine: EngineName, observer: (any ObservationSource)?
  ) -> String? {
    guard let data = FileManager.default.contents(atPath: planPath),
      let kept = try? JSONDecoder().decode(KeptPlan.self, from: data)
    else { return nil }
    try? FileManager.default.removeItem(atPath: planPath)
    return PlanText.comparison(
      of: kept, with: cost, seconds: seconds, engine: engine,
      scanned: (observer as? TableObservationSource)?.scannedBytes)
  }
}

/// A plan for people.
enum PlanText {
  static func text(_ plan: ReadingPlan) -> String {
    var lines = [
      "\(plan.objects) of \(plan.listed) objects are to be read, \(bytes(plan.objectBytes)) in all; "
        + "it would be \(plan.choice): \(plan.reason)", "",
      "  engine      requests         read         time   list price",
    ]
    for estimate in plan.estimates {
      let fields = [
        pad("\(estimate.requests)", 12), pad(bytes(estimate.bytes), 12), pad(time(estimate.seconds), 12),
        pad(dollars(estimate.dollars), 12),
      ]
      lines.append(
        "  " + estimate.engine.padding(toLength: 8, withPad: " ", startingAt: 0)
          + fields.joined(separator: " "))
    }
    guard plan.estimates.count > 1 else { return lines.joined(separator: "\n") + "\n" }
    lines += [
      "",
      "Spark with \(plan.sparkCores) cores, by its master and properties where they say how many; list prices of "
        + "us-east-1. docs/beyond-one-machine.md has the arithmetic.",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// What was planned for an engine beside what a run by it took; nil where nothing was planned for it.
  static func comparison(
    of kept: KeptPlan, with cost: RunCost, seconds: Double, engine: EngineName, scanned: Int64?
  ) -> String? {
    guard let estimate = kept.plan.estimates.first(where: { $0.engine == engine.title }) else { return nil }
    let planned = [
      counted(kept.plan.objects, "object"), counted(estimate.requests, "request"), bytes(estimate.bytes),
      time(estimate.seconds),
    ]
    // What an engine asks for is not told to this process.
    let own = engine == .native ? "" : " by this process itself"
    let taken = [
      counted(cost.objectsRead, "object"), counted(cost.requests, "request") + own,
      scanned.map { "\(bytes($0)) scanned" } ?? bytes(cost.bytesRead) + own, time(seconds),
    ]
    return "planned at \(kept.plannedAt) for \(engine.title): \(planned.joined(separator: ", ")); "
      + "taken: \(taken.joined(separator: ", "))"
  }

  private static func counted(_ count: some BinaryInteger, _ noun: String) -> String {
    FigureText.counted(Int64(count), noun)
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  static func bytes(_ count: Int64) -> String {
    let units = ["B", "KB", "MB", "GB", "TB", "PB"]
    var (value, unit) = (Double(count), 0)
    while value >= 1_000, unit < units.count - 1 { (value, unit) = (value / 1_000, unit + 1) }
    return unit == 0 ? "\(count) B" : "\(tenths(value)) \(units[unit])"
  }

  static func time(_ seconds: Double) -> String {
    switch seconds {
    case ..<10: "\(tenths(seconds)) s"
    case ..<120: "\(Int(seconds.rounded())) s"
    case ..<7_200: "\(Int((seconds / 60).rounded())) min"
    case ..<172_800: "\(tenths(seconds / 3_600)) h"
    default: "\(tenths(seconds / 86_400)) d"
    }
  }

  private static func dollars(_ amount: Double) -> String {
    amount < 0.01 ? amount == 0 ? "$0" : "< $0.01" : "$\((amount * 100).rounded() / 100)"
  }

  private static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
