public import Ledger
public import Time

/// What is told of one pipeline at one time, and all that any rendering is made of.
///
/// The verdict with its reason, the figures of each table, and the findings that have a life.
public struct Report: Hashable, Sendable {
  /// The pipeline's name.
  public var pipeline: String
  /// The bucket with its prefix, for people: `s3://lake/cdc/`; nil where none is configured.
  public var bucket: String?
  /// When the report was made.
  public var generatedAt: Timestamp
  /// The verdict, its reason one sentence.
  public var verdict: Verdict
  /// The run that the figures come from; nil where no run has judged the pipeline yet.
  public var run: Run?
  /// What the run's observations prove: counts, ops, keys or values.
  public var level: String?
  /// A row of figures a table.
  public var tables: [TableFigures]
  /// What DMS said of its task beside the run; nil where none is configured.
  public var witness: TaskWitness?
  /// What the run read.
  public var cost: RunCost
  /// What that costs at list price; nil where the bucket is not one of AWS.
  public var price: RunPrice?
  /// The offsets of the clocks that the lags are corrected by.
  public var clocks: ClockOffsets
  /// What the reader must know of these figures, a sentence each.
  public var notes: [String]
  /// Findings, the worst first.
  public var findings: [Finding]
  /// The limits that the verdict was held to, for renderings that give each its own line.
  public var limits: [Limit]
  /// How the pipeline has fared before; nil where it was not asked for.
  public var history: ReportHistory?

  /// A run, as a report names it.
  public struct Run: Hashable, Sendable {
    /// Its number in the ledger.
    public var id: RunID
    /// The command that it was.
    public var command: String
    /// When it began.
    public var startedAt: Timestamp
    /// When it ended; nil where it has not.
    public var finishedAt: Timestamp?

    /// A run of `command`.
    public init(id: RunID, command: String, startedAt: Timestamp, finishedAt: Timestamp?) {
      (self.id, self.command) = (id, command)
      (self.startedAt, self.finishedAt) = (startedAt, finishedAt)
    }
  }

  /// A report of `verdict`, everything else empty.
  public init(pipeline: String, generatedAt: Timestamp, verdict: Verdict) {
    self.pipeline = pipeline
    self.generatedAt = generatedAt
    self.verdict = verdict
    bucket = nil
    run = nil
    level = nil
    tables = []
    cost = RunCost()
    clocks = ClockOffsets()
    notes = []
    findings = []
    limits = []
  }

  /// The report of a run as the ledger recorded it.
  ///
  /// A run without a verdict (one that only wrote, or was killed) makes a report of verdict UNKNOWN.
  public init(pipeline: String, generatedAt: Timestamp, run record: RunRecord, findings: [Finding]) {
    let verdict =
      record.outcome?.verdict
      ?? Verdict(
        status: .unknown, reason: "run \(record.id.rawValue) (\(record.command)) ended without a verdict")
    self.init(pipeline: pipeline, generatedAt: generatedAt, verdict: verdict)
    run = Run(
      id: record.id, command: record.command, startedAt: record.startedAt, finishedAt: record.finishedAt)
    if let outcome = record.outcome {
      level = outcome.level
      tables = outcome.tables
      witness = outcome.witness
      cost = outcome.cost
      clocks = outcome.clocks
      notes = outcome.notes
    }
    self.findings = findings
  }
}

extension Report {
  /// A limit with what was measured against it.
  public struct Limit: Hashable, Sendable {
    /// The limit's key in the configuration: `limits.max_lag`.
    public var key: String
    /// What is allowed, for people: `at most 5 m 00 s`.
    public var allowed: String
    /// The table that it was held against; nil for a limit of the whole pipeline.
    public var table: TableName?
    /// What was measured, for people; nil where there was nothing to measure.
    public var measured: String?
    /// Whether it holds; nil where there was nothing to measure.
    public var holds: Bool?

    /// A limit with its measurement.
    public init(key: String, allowed: String, table: TableName?, measured: String?, holds: Bool?) {
      (self.key, self.allowed, self.table) = (key, allowed, table)
      (self.measured, self.holds) = (measured, holds)
    }
  }

  /// The figures of all tables in one: `table` is meaningless in it, and its lag is nil.
  public var total: TableFigures? {
    guard var total = tables.first else { return nil }
    total.lag = nil
    total.watermark = nil
    for table in tables.dropFirst() { total.add(table) }
    return total
  }
}

extension TableFigures {
  /// Operations that the ledger holds as committed.
  public var operations: Int { inserts + updates + deletes }

  fileprivate mutating func add(_ other: TableFigures) {
    inserts += other.inserts
    updates += other.updates
    deletes += other.deletes
    delivered += other.delivered
    covered += other.covered
    pending += other.pending
    late += other.late
    missing += other.missing
    excluded += other.excluded
    unsettled += other.unsettled
    duplicates += other.duplicates
    altered += other.altered
    outOfOrder += other.outOfOrder
    unexpectedRows += other.unexpectedRows
    foreignRows += other.foreignRows
    objects += other.objects
    newObjects += other.newObjects
    rows += other.rows
  }
}
