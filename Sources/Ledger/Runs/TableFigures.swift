public import Time

/// The lags of a span of deliveries.
public struct LagDistribution: Hashable, Sendable {
  /// How many deliveries.
  public let count: Int
  /// The shortest lag.
  public let min: Duration
  /// The median (nearest rank).
  public let p50: Duration
  /// What 95 % do not pass (nearest rank).
  public let p95: Duration
  /// What 99 % do not pass (nearest rank).
  public let p99: Duration
  /// The longest lag.
  public let max: Duration
  /// How far each may be off either way: bounds of the commit times and of the clocks' offsets.
  public let uncertainty: Duration

  /// A distribution of these figures.
  public init(
    count: Int, min: Duration, p50: Duration, p95: Duration, p99: Duration, max: Duration,
    uncertainty: Duration
  ) {
    (self.count, self.min, self.p50, self.p95, self.p99) = (count, min, p50, p95, p99)
    (self.max, self.uncertainty) = (max, uncertainty)
  }

  /// The distribution of lags in microseconds, in any order; nil of none.
  public init?(microseconds: [Int64], uncertainty: Duration) {
    guard !microseconds.isEmpty else { return nil }
    let sorted = microseconds.sorted()
    func rank(_ percent: Int) -> Duration {
      .microseconds(sorted[Swift.max(0, (sorted.count * percent + 99) / 100 - 1)])
    }
    self.init(
      count: sorted.count, min: .microseconds(sorted[0]), p50: rank(50), p95: rank(95), p99: rank(99),
      max: .microseconds(sorted[sorted.count - 1]), uncertainty: uncertainty)
  }
}

extension LagDistribution: Codable {
  private enum CodingKeys: String, CodingKey {
    case count, min, p50, p95, p99, max, uncertainty
  }

  /// Reads whole microseconds.
  ///
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func duration(_ key: CodingKeys) throws -> Duration {
      .microseconds(try container.decode(Int64.self, forKey: key))
    }
    try self.init(
      count: container.decode(Int.self, forKey: .count), min: duration(.min), p50: duration(.p50),
      p95: duration(.p95), p99: duration(.p99), max: duration(.max), uncertainty: duration(.uncertainty))
  }

  /// Writes whole microseconds.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    try container.encode(min.microseconds, forKey: .min)
    try container.encode(p50.microseconds, forKey: .p50)
    try container.encode(p95.microseconds, forKey: .p95)
    try container.encode(p99.microseconds, forKey: .p99)
    try container.encode(max.microseconds, forKey: .max)
    try container.encode(uncertainty.microseconds, forKey: .uncertainty)
  }
}

/// What a run says of one table.
public struct TableFigures: Hashable, Sendable, Codable {
  /// The table.
  public var table: TableName
  /// Inserts committed and still recorded.
  public var inserts = 0
  /// Updates committed and still recorded.
  public var updates = 0
  /// Deletes committed and still recorded.
  public var deletes = 0
  /// Operations met in an object of changes, or covered by a full load.
  public var delivered = 0
  /// Of `delivered`, those that a full load covers.
  public var covered = 0
  /// Not there, and not due yet.
  public var pending = 0
  /// Due, not there, and not proved lost.
  public var late = 0
  /// Proved lost.
  public var missing = 0
  /// Not to be expected: before the baseline, or left out by the settings (cdcInsertsOnly and the like).
  public var excluded = 0
  /// Operations of transactions not known to be committed or aborted.
  public var unsettled = 0
  /// Rows that repeat a delivery.
  public var duplicates = 0
  /// Deliveries with a value other than the one written.
  public var altered = 0
  /// Deliveries that came after a later transaction's.
  public var outOfOrder = 0
  /// Rows with this pipeline's tag that the ledger does not know, and rows of aborted transactions.
  public var unexpectedRows = 0
  /// Rows of others.
  public var foreignRows = 0
  /// Objects read, over the table's life.
  public var objects = 0
  /// Objects first read in this run.
  public var newObjects = 0
  /// Rows of all objects read.
  public var rows: Int64 = 0
  /// 1, 2 ...: grows with each reload; 0 before the first object.
  public var generation = 0
  /// The lags of the deliveries first met in this run.
  public var lag: LagDistribution?
  /// The same lags by stages, where these can be told.
  public var lagStages: LagStages?
  /// The latest commit time seen in the bucket.
  public var watermark: Timestamp?

  /// Figures of a table of which nothing is known.
  public init(table: TableName) {
    self.table = table
  }

  /// Operations that should have arrived: delivered, late and missing.
  public var due: Int { delivered + late + missing }

  /// Delivered of due; nil where nothing is due.
  public var completeness: Double? { due == 0 ? nil : Double(delivered) / Double(due) }
}
