import Foundation
public import Ledger

/// What a run costs at list price.
///
/// S3 Standard in us-east-1 (aws.amazon.com/s3/pricing, 2025): other regions differ by some tenths, other servers
/// cost something else or nothing.
public struct RunPrice: Hashable, Sendable {
  /// Dollars of a thousand listings.
  static let thousandListings = 0.005
  /// Dollars of a thousand reads.
  static let thousandReads = 0.000_4
  /// Dollars of a GiB that leaves AWS; within the region it is free.
  static let gibibyteOut = 0.09
  /// Dollars of a thousand metrics of CloudWatch.
  static let thousandMetrics = 0.01
  /// The days of a month.
  public static let daysOfMonth = 30.44

  /// Dollars of the requests of one run.
  public var requests: Double
  /// Dollars of its bytes, where they leave AWS.
  public var transfer: Double
  /// Runs in a month at the present pace; nil where it is not known.
  public var runsPerMonth: Double?

  /// The price of a run; `metrics` are those asked of CloudWatch.
  public init(_ cost: RunCost, metrics: Int = 0, runsPerMonth: Double? = nil) {
    let reads = min(cost.objectsRead, cost.requests)
    let listings = cost.requests - reads
    requests =
      (Double(listings) * Self.thousandListings + Double(reads) * Self.thousandReads
        + Double(metrics) * Self.thousandMetrics) / 1_000
    transfer = Double(cost.bytesRead) / 1_073_741_824 * Self.gibibyteOut
    self.runsPerMonth = runsPerMonth
  }

  /// The price for people: `$0.000054 at list price, $0.000101 from outside AWS; $0.16 a month at 2,922 runs ($0.30)`.
  public var text: String {
    var text = "\(Self.dollars(requests)) at list price"
    if transfer > 0 { text += ", \(Self.dollars(requests + transfer)) from outside AWS" }
    guard let runsPerMonth else { return text }
    text +=
      "; \(Self.dollars(requests * runsPerMonth)) a month at \(FigureText.count(Int64(runsPerMonth.rounded()))) runs"
    if transfer > 0 { text += " (\(Self.dollars((requests + transfer) * runsPerMonth)))" }
    return text
  }

  private static func dollars(_ amount: Double) -> String {
    amount == 0 ? "$0" : amount < 0.01 ? String(format: "$%.6f", amount) : String(format: "$%.2f", amount)
  }
}
