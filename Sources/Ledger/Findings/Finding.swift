public import Time

/// The number of a finding in the ledger.
public struct FindingID: Hashable, Sendable, Comparable, Codable {
  /// The number, from 1.
  public let rawValue: Int64

  /// The finding of this number.
  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// Orders by number.
  public static func < (lhs: FindingID, rhs: FindingID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// The life of a finding.
public enum FindingState: String, Hashable, Sendable, Codable, CaseIterable {
  /// Nobody has said that it is known.
  case open
  /// Known, and for a time left out of the verdict.
  case acknowledged
  /// Gone, by evidence or by hand.
  case resolved
}

/// How much a finding weighs in the verdict.
public enum FindingSeverity: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  /// Told, and of no weight.
  case notice
  /// Makes the verdict WARNING.
  case warning
  /// Makes the verdict CRITICAL.
  case critical

  /// Orders from the lightest to the gravest.
  public static func < (lhs: FindingSeverity, rhs: FindingSeverity) -> Bool { lhs.rank < rhs.rank }

  private var rank: Int { FindingSeverity.allCases.firstIndex(of: self) ?? 0 }
}

/// The kinds of trouble.
public enum FindingKind: String, Hashable, Sendable, Codable, CaseIterable {
  /// Operations proved lost.
  case lostRows = "lost-rows"
  /// Operations past their deadline.
  case lateRows = "late-rows"
  /// Rows that arrived with other values.
  case alteredRows = "altered-rows"
  /// Rows that arrived more than once.
  case duplicateRows = "duplicate-rows"
  /// Rows that arrived after a later transaction's.
  case outOfOrder = "out-of-order"
  /// Rows with the pipeline's tag that were never written.
  case unexpectedRows = "unexpected-rows"
  /// Rows with the pipeline's tag of which this ledger has no record at all: it is not the only one, or not
  /// the newest.
  case otherLedger = "other-ledger"
  /// Changes of the pipeline's rows of which this ledger has no record: another ledger made them, or somebody else.
  case unknownChanges = "unknown-changes"
  /// Rows of transactions that were rolled back.
  case abortedRows = "aborted-rows"
  /// Rows of others in a table that is ours alone.
  case foreignRows = "foreign-rows"
  /// Rows whose commit time is not the one of their transaction.
  case wrongTimestamp = "wrong-timestamp"
  /// Rows whose Op is not the one that was executed.
  case wrongOperation = "wrong-operation"
  /// An object that cannot be read: truncated or corrupt.
  case unreadableObject = "unreadable-object"
  /// An object without rows, which DMS does not write.
  case emptyObject = "empty-object"
  /// An object that was written over.
  case overwrittenObject = "overwritten-object"
  /// An object that is gone.
  case vanishedObject = "vanished-object"
  /// A number that is missing among the full load's objects.
  case loadGap = "load-gap"
  /// Columns other than those of the objects before.
  case schemaDrift = "schema-drift"
  /// An object with a name that DMS would not give.
  case foreignName = "foreign-name"
  /// The task was started afresh, or the table reloaded.
  case reload = "reload"
  /// Rows that are not in the bucket as they are in the source.
  case sourceDifference = "source-difference"
  /// Nothing has arrived for longer than allowed.
  case silence = "silence"
}

/// A row that a finding names.
public struct FindingRow: Hashable, Sendable, Codable {
  /// What was done to it.
  public let kind: OperationKind?
  /// Its key: a UUID's text.
  public let key: String
  /// Its version.
  public let version: Timestamp?
  /// PostgreSQL's number of its transaction.
  public let xid: UInt64?
  /// The object that holds it or, of a lost row, the object that came after it and so proves the loss.
  public let object: String?
  /// Its place in that object, from 0.
  public let row: Int64?
  /// The columns whose values are not those written.
  public let columns: [String]

  /// A row of these parts.
  public init(
    kind: OperationKind?, key: String, version: Timestamp? = nil, xid: UInt64? = nil,
    object: String? = nil, row: Int64? = nil, columns: [String] = []
  ) {
    (self.kind, self.key, self.version, self.xid) = (kind, key, version, xid)
    (self.object, self.row, self.columns) = (object, row, columns)
  }
}

/// Something wrong, with a life: open, acknowledged, resolved.
public struct Finding: Hashable, Sendable, Codable {
  /// Its number.
  public let id: FindingID
  /// What kind of trouble.
  public let kind: FindingKind
  /// How much it weighs.
  public let severity: FindingSeverity
  /// Where it is in its life.
  public let state: FindingState
  /// The table it is about.
  public let table: TableName?
  /// The key of the object it is about.
  public let object: String?
  /// The same trouble has the same identity in every run.
  public let identity: String
  /// One sentence.
  public let summary: String
  /// How many rows it is about.
  public let rowCount: Int
  /// The first of them.
  public let rows: [FindingRow]
  /// The earliest commit time of its rows.
  public let spanStart: Timestamp?
  /// The latest commit time of its rows.
  public let spanEnd: Timestamp?
  /// When it was first found.
  public let firstSeen: Timestamp
  /// When it was last found.
  public let lastSeen: Timestamp
  /// The run that found it first.
  public let firstRun: RunID?
  /// Who knows of it, and until when that holds.
  public let acknowledgement: Acknowledgement?
  /// When it was resolved.
  public let resolvedAt: Timestamp?
  /// What resolved it.
  public let resolution: String?

  package init(
    id: FindingID, kind: FindingKind, severity: FindingSeverity, state: FindingState, table: TableName?,
    object: String?, identity: String, summary: String, rowCount: Int, rows: [FindingRow],
    spanStart: Timestamp?, spanEnd: Timestamp?, firstSeen: Timestamp, lastSeen: Timestamp,
    firstRun: RunID?, acknowledgement: Acknowledgement?, resolvedAt: Timestamp?, resolution: String?
  ) {
    (self.id, self.kind, self.severity, self.state, self.table) = (id, kind, severity, state, table)
    (self.object, self.identity, self.summary) = (object, identity, summary)
    (self.rowCount, self.rows, self.spanStart, self.spanEnd) = (rowCount, rows, spanStart, spanEnd)
    (self.firstSeen, self.lastSeen, self.firstRun) = (firstSeen, lastSeen, firstRun)
    (self.acknowledgement, self.resolvedAt, self.resolution) = (acknowledgement, resolvedAt, resolution)
  }

  /// Whether `report` says nothing that this finding does not say: no other rows, and no greater weight.
  ///
  /// Of more rows than a finding names, their number and the latest commit among them tell.
  package func covers(_ report: FindingReport) -> Bool {
    guard report.severity <= severity, report.rowCount <= rowCount else { return false }
    if let end = report.spanEnd {
      guard let spanEnd, end <= spanEnd else { return false }
    }
    let named = report.rows.prefix(Finding.namedRows)
    if rows.count == rowCount { return Set(named).isSubset(of: rows) }
    return report.spanEnd != nil || Array(named) == rows
  }

  /// The word of a person that a finding is known.
  public struct Acknowledgement: Hashable, Sendable, Codable {
    /// Why it may be left out of the verdict.
    public let reason: String
    /// When that was said.
    public let at: Timestamp
    /// When it counts again; nil for never.
    public let until: Timestamp?
  }

  /// The most rows that a finding names; `rowCount` counts them all.
  package static let namedRows = 20
}

/// What the findings of one kind and severity weigh together.
package struct FindingWeight: Hashable, Sendable {
  /// The eldest of them, and its summary.
  package let first: FindingID
  package let kind: FindingKind
  package let severity: FindingSeverity
  package let summary: String
  /// The rows of them all.
  package let rowCount: Int
}

/// A finding as a reconciliation found it, before the ledger gives it a life.
package struct FindingReport: Hashable, Sendable {
  package var kind: FindingKind
  package var severity: FindingSeverity
  package var table: Int64?
  package var object: String?
  package var identity: String
  package var summary: String
  package var rowCount: Int
  package var rows: [FindingRow]
  package var spanStart: Timestamp?
  package var spanEnd: Timestamp?

  package init(
    kind: FindingKind, severity: FindingSeverity, table: Int64?, object: String? = nil, identity: String,
    summary: String, rowCount: Int = 0, rows: [FindingRow] = [], spanStart: Timestamp? = nil,
    spanEnd: Timestamp? = nil
  ) {
    (self.kind, self.severity, self.table, self.object) = (kind, severity, table, object)
    (self.identity, self.summary, self.rowCount) = (identity, summary, rowCount)
    (self.rows, self.spanStart, self.spanEnd) = (rows, spanStart, spanEnd)
  }
}
