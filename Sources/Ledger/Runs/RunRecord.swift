public import Time

/// The number of a run in the ledger.
public struct RunID: Hashable, Sendable, Comparable, Codable {
  /// The number, from 1.
  public let rawValue: Int64

  /// The run of this number.
  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// Orders by number.
  public static func < (lhs: RunID, rhs: RunID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What a run read of the bucket.
public struct RunCost: Hashable, Sendable, Codable {
  /// Requests sent, listings included.
  public var requests = 0
  /// Bytes of objects.
  public var bytesRead: Int64 = 0
  /// Objects that the listings named.
  public var objectsListed = 0
  /// Objects read.
  public var objectsRead = 0
  /// Whether a table's whole prefix was listed.
  public var fullListing = false

  /// Nothing read.
  public init() {}
}

/// How far another clock is ahead of this machine's.
public struct ClockOffset: Hashable, Sendable {
  /// Positive: it is ahead.
  public let offset: Duration
  /// How far the offset may be off either way.
  public let uncertainty: Duration

  /// An offset and how far it may be off.
  public init(offset: Duration, uncertainty: Duration) {
    self.offset = offset
    self.uncertainty = uncertainty
  }
}

extension ClockOffset: Codable {
  private enum CodingKeys: String, CodingKey {
    case offset, uncertainty
  }

  /// Reads whole microseconds.
  ///
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      offset: .microseconds(container.decode(Int64.self, forKey: .offset)),
      uncertainty: .microseconds(container.decode(Int64.self, forKey: .uncertainty)))
  }

  /// Writes whole microseconds.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(offset.microseconds, forKey: .offset)
    try container.encode(uncertainty.microseconds, forKey: .uncertainty)
  }
}

/// The clocks of the two ends, as a run measured them.
public struct ClockOffsets: Hashable, Sendable, Codable {
  /// PostgreSQL's, where it was asked.
  public var source: ClockOffset?
  /// The bucket's, where it tells.
  public var bucket: ClockOffset?

  /// The offsets that were measured.
  public init(source: ClockOffset? = nil, bucket: ClockOffset? = nil) {
    self.source = source
    self.bucket = bucket
  }
}

/// What a run came to.
public struct RunOutcome: Hashable, Sendable, Codable {
  /// The verdict; nil of a run that only wrote.
  public var verdict: Verdict?
  /// The level of observation: counts, ops, keys or values.
  public var level: String?
  /// A row per table.
  public var tables: [TableFigures]
  /// What was read.
  public var cost: RunCost
  /// The clocks.
  public var clocks: ClockOffsets
  /// What the reader should know: what the level cannot prove, and the like.
  public var notes: [String]
  /// All that the verdict rests on, as JSON, so that it can be derived again.
  public var evidence: String?
  /// What DMS itself said beside the run; nil where it was not asked.
  public var witness: TaskWitness?

  /// An outcome of these parts.
  public init(
    verdict: Verdict? = nil, level: String? = nil, tables: [TableFigures] = [], cost: RunCost = RunCost(),
    clocks: ClockOffsets = ClockOffsets(), notes: [String] = [], evidence: String? = nil
  ) {
    (self.verdict, self.level, self.tables) = (verdict, level, tables)
    (self.cost, self.clocks, self.notes, self.evidence) = (cost, clocks, notes, evidence)
  }
}

/// A run as the ledger remembers it.
public struct RunRecord: Hashable, Sendable, Codable {
  /// Its number.
  public let id: RunID
  /// The command: `run`, `write`, `reconcile`, `demo`.
  public let command: String
  /// The settings it ran with, for the reader.
  public let settings: String
  /// When it began, by this machine's clock.
  public let startedAt: Timestamp
  /// When it ended; nil while it runs, or where it was killed.
  public let finishedAt: Timestamp?
  /// What it came to; nil as `finishedAt`.
  public let outcome: RunOutcome?
}
