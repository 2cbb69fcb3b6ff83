/// What to write: how many rows of each kind, how fast and how long.
public struct WritePlan: Hashable, Sendable {
  /// How long to write.
  public enum Extent: Hashable, Sendable {
    /// The numbers of the plan, once.
    case once
    /// The numbers of the plan as a mix, again and again for so long.
    case lasting(Duration)
    /// The numbers of the plan as a mix, again and again until cancelled.
    case endless
  }

  /// Rows to insert.
  public var inserts: Int
  /// Rows to update.
  public var updates: Int
  /// Rows to delete.
  public var deletes: Int
  /// Rows in one transaction, at most `maximumBatchSize`.
  public var batchSize: Int
  /// Rows per second, averaged over whole transactions; nil is as fast as it goes.
  public var rate: Double?
  /// How long to write.
  public var extent: Extent
  /// What the rows are made of; nil takes the pipeline's tag and the number of its next row.
  public var seed: UInt64?

  /// The most rows of one transaction: more would weigh on the source and on the replication.
  public static let maximumBatchSize = 1_000_000
  /// The most rows of each kind.
  public static let maximumCount = 1_000_000_000

  /// A plan; without being told, 35 rows at 100 rows per second.
  public init(
    inserts: Int = 20, updates: Int = 10, deletes: Int = 5, batchSize: Int = 10, rate: Double? = 100,
    extent: Extent = .once, seed: UInt64? = nil
  ) {
    self.inserts = inserts
    self.updates = updates
    self.deletes = deletes
    self.batchSize = batchSize
    self.rate = rate
    self.extent = extent
    self.seed = seed
  }

  /// The rows of each kind.
  public var counts: OperationCounts {
    OperationCounts(inserts: inserts, updates: updates, deletes: deletes)
  }

  /// Finds the first value that makes no sense.
  ///
  /// - Throws: `WorkloadError` with code `invalidPlan` that names it and its range.
  public func validate() throws(WorkloadError) {
    for (name, count) in [("inserts", inserts), ("updates", updates), ("deletes", deletes)]
    where !(0...WritePlan.maximumCount).contains(count) {
      throw WorkloadError(
        .invalidPlan("\(name) must be between 0 and \(WritePlan.maximumCount), not \(count)"))
    }
    guard (1...WritePlan.maximumBatchSize).contains(batchSize) else {
      throw WorkloadError(
        .invalidPlan("the batch size must be between 1 and \(WritePlan.maximumBatchSize), not \(batchSize)"))
    }
    if let rate, !(rate.isFinite && rate >= 0.001 && rate <= 10_000_000) {
      throw WorkloadError(
        .invalidPlan("the rate must be between 0.001 and 10000000 rows per second, not \(rate)"))
    }
    switch extent {
    case .once: return
    case .lasting(let duration):
      guard duration > .zero else { throw WorkloadError(.invalidPlan("the duration must be above zero")) }
    case .endless: break
    }
    guard counts.total > 0 else {
      throw WorkloadError(
        .invalidPlan("writing over a time needs at least one insert, update or delete in the mix"))
    }
    guard rate != nil else {
      throw WorkloadError(.invalidPlan("writing over a time needs a rate, so that the source is not flooded"))
    }
  }
}
