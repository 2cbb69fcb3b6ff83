public import Reconciliation

/// What reading a bucket's objects would take, by each engine, and which one it would be.
///
/// Times are of one run within AWS, without a queue; prices are list prices of us-east-1 in US dollars. Both are
/// for choosing, not for accounting.
public struct ReadingPlan: Sendable, Codable {
  /// One engine's estimate.
  public struct Estimate: Sendable, Codable, Hashable {
    /// `native`, `Spark` or `Athena`.
    public var engine: String
    /// Requests to the bucket, the listing's among them.
    public var requests: Int
    /// Bytes that are read.
    public var bytes: Int64
    /// Seconds from begin to end.
    public var seconds: Double
    /// The list price in US dollars.
    public var dollars: Double
  }

  /// Objects to read.
  public var objects: Int
  /// Their bytes.
  public var objectBytes: Int64
  /// Objects that are listed.
  public var listed: Int
  /// Cores of the cluster that Spark's estimate is of.
  public var sparkCores: Int
  /// An estimate for each engine: native, Spark, Athena.
  public var estimates: [Estimate]
  /// The engine to take.
  public var choice: String
  /// Why: one clause.
  public var reason: String

  /// What the estimates rest on.
  public struct Basis: Sendable {
    /// Whether the objects are of a format that engines are asked to read.
    public var isForEngines = true
    /// Whether the bucket is a directory of this machine.
    public var isLocal = false
    /// The share of an object's bytes that its needed columns have, from the footer of the largest.
    public var neededShare = 1.0
    /// Requests at a time, as the reconciliation makes them.
    public var parallelReads = 16
    /// Cores of the cluster.
    public var sparkCores = 16
    /// Seconds from a request to the first byte of the answer.
    public var latency = 0.03
    /// Bytes a second that one process reads.
    public var bandwidth = 80e6
    /// Bytes of needed columns a second that one process decodes on two cores, as measured over keys: compressed.
    public var decoding = 60e6
    /// Seconds that this process takes for an object apart from its bytes: its ledger's transaction above all; 0.18 ms
    /// were measured.
    public var perObject = 0.0002
    /// Seconds before a cluster's first task.
    public var sparkStart = 45.0
    /// Core seconds that Spark takes for an object, for its two looks at it; 5.7 ms were measured in a directory.
    public var sparkPerObject = 0.006
    /// Bytes of needed columns a second that a core of Spark decodes, measured likewise.
    public var sparkDecoding = 10e6
    /// Seconds before Athena's first result.
    public var athenaStart = 8.0
    /// Objects a second that Athena opens.
    public var athenaObjects = 2_000.0

    /// The default basis.
    public init() {}
  }

  /// Amazon S3 Standard: USD for a GET and for a LIST.
  ///
  /// Source: Amazon S3 pricing, us-east-1.
  static let getPrice = 0.0004 / 1_000
  static let listPrice = 0.005 / 1_000
  /// Athena: USD for a byte scanned, at least 10 MB a query.
  ///
  /// Source: Amazon Athena pricing, us-east-1.
  public static let scanPrice = 5.0 / 1e12
  static let leastScan: Int64 = 10_000_000

  /// The list price of a query that scans so many bytes, in US dollars.
  public static func scanCost(of bytes: Int64) -> Double { Double(max(leastScan, bytes)) * scanPrice }

  /// Bytes that Athena would scan: of all that lies between the first object to read and the last.
  public static func scannedBytes(of outlooks: [ReadingOutlook], _ basis: Basis) -> Int64 {
    outlooks.filter { $0.objects > 0 }.reduce(0) { sum, outlook in
      sum + max(leastScan, Int64(Double(outlook.spannedBytes) * basis.neededShare))
    }
  }

  /// EC2 on demand and EMR on top of it, USD for a core and hour: m5.xlarge has four for 0.192 + 0.048.
  static let corePrice = 0.06

  /// Below this many seconds a process does it and no cluster is worth its while.
  static let patience = 900.0

  /// The plan for what there is to read.
  public init(_ outlooks: [ReadingOutlook], _ basis: Basis = Basis()) {
    objects = outlooks.reduce(0) { $0 + $1.objects }
    objectBytes = outlooks.reduce(0) { $0 + $1.bytes }
    listed = outlooks.reduce(0) { $0 + $1.listed }
    sparkCores = basis.sparkCores
    let lists = outlooks.reduce(0) { $0 + $1.listRequests }
    let small = outlooks.reduce(0) { $0 + $1.smallObjects }
    let smallBytes = outlooks.reduce(0) { $0 + $1.smallBytes }
    let largeNeeded = Int64(Double(objectBytes - smallBytes) * basis.neededShare)
    // What is fetched of a small object is all of it, and what is decoded its needed columns.
    let needed = Int64(Double(objectBytes) * basis.neededShare)
    let listCost = basis.isLocal ? 0 : Double(lists) * ReadingPlan.listPrice

    // A small object is one request; of a large one the tail is read, then its columns, which lie together.
    let gets = small + (objects - small) * 3
    let nativeBytes = smallBytes + largeNeeded + Int64(objects - small) * 65_536
    let waiting = basis.isLocal ? 0 : Double(gets) * basis.latency / Double(basis.parallelReads)
    let moving = Double(nativeBytes) / (basis.isLocal ? 1e9 : basis.bandwidth)
    let working = Double(objects) * basis.perObject + Double(needed) / basis.decoding
    let listing = basis.isLocal ? Double(listed) * 1e-5 : Double(lists) * 0.15
    let native = Estimate(
      engine: "native", requests: gets + lists, bytes: nativeBytes,
      seconds: listing + max(waiting, moving, working),
      dollars: listCost + (basis.isLocal ? 0 : Double(gets) * ReadingPlan.getPrice))

    // S3A asks for the object's head and its tail, then for its columns, and looks at each object twice.
    let sparkGets = objects * 6
    let sparkBytes = smallBytes + largeNeeded + Int64(objects) * 2 * 8_192
    let cores = Double(basis.sparkCores)
    let opening = Double(objects) * (basis.sparkPerObject + (basis.isLocal ? 0 : 6 * basis.latency)) / cores
    let clusterSeconds =
      basis.sparkStart + opening + Double(needed) / (basis.sparkDecoding * cores) + listing
    // Its table is read and recorded by this process, which lists as well.
    let recording = Double(objects) * basis.perObject
    let sparkSeconds = clusterSeconds + listing + recording
    let spark = Estimate(
      engine: "Spark", requests: sparkGets + lists * 2, bytes: sparkBytes, seconds: sparkSeconds,
      dollars: listCost * 2 + (basis.isLocal ? 0 : Double(sparkGets) * ReadingPlan.getPrice)
        + clusterSeconds / 3_600 * cores * ReadingPlan.corePrice)

    let scanned = ReadingPlan.scannedBytes(of: outlooks, basis)
    let athenaGets = objects * 2
    let athena = Estimate(
      engine: "Athena", requests: athenaGets + lists * 2, bytes: scanned,
      seconds: basis.athenaStart + Double(objects) / basis.athenaObjects + Double(scanned) / 2e9 + listing * 2
        + recording,
      dollars: listCost * 2 + Double(athenaGets) * ReadingPlan.getPrice
        + ReadingPlan.scanCost(of: scanned))
    estimates = basis.isLocal ? [native, spark] : [native, spark, athena]
    if !basis.isForEngines {
      estimates = [native]
      (choice, reason) = ("native", "engines are asked to read Parquet alone")
    } else if native.seconds <= ReadingPlan.patience {
      (choice, reason) = ("native", "one process is done before a cluster is worth its while")
    } else if let fastest = estimates.min(by: { $0.seconds < $1.seconds }), fastest.engine != "native" {
      let times = (native.seconds / fastest.seconds * 10).rounded() / 10
      (choice, reason) = (fastest.engine, "one process would take \(times) times as long")
    } else {
      (choice, reason) = ("native", "no engine is faster")
    }
  }
}
