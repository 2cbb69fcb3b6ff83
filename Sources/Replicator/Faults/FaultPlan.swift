/// The faults of a run, and where the truth about them is written.
public struct FaultPlan: Sendable {
  /// The faults; several of a kind add up.
  public var faults: [Fault]
  /// The file that the truth is appended to, one JSON object (`FaultTruth`) a line; nil for nowhere.
  public var truthFile: String?

  /// A plan of faults.
  public init(_ faults: [Fault], truthFile: String? = nil) {
    self.faults = faults
    self.truthFile = truthFile
  }
}

/// A row that a fault concerns.
public struct FaultRow: Codable, Hashable, Sendable {
  /// Its operation, as it should be: I of a full load.
  public var op: String
  /// The values of the primary key as text.
  public var key: [String: String?]
}

/// What was done wrong: one line of the truth file.
public struct FaultTruth: Codable, Hashable, Sendable {
  /// The kind of fault.
  public var fault: String
  /// The target's schema and table.
  public var table: String
  /// The object's key, where the fault concerns one.
  public var object: String?
  /// The values of the primary key as text, where the fault concerns a row.
  public var row: [String: String?]?
  /// The row's operation, as it should be.
  public var op: String?
  /// The row's commit time, as it should be.
  public var commitTime: String?
  /// How many rows it concerns, where it concerns an object.
  public var rowCount: Int?
  /// The rows of the object, where the fault takes them with it; of several alike, each.
  public var rows: [FaultRow]?
  /// What else there is to say: the column that was altered, the seconds of a delay.
  public var detail: String?

  /// A line from its parts.
  public init(
    fault: Fault.Kind, table: String, object: String? = nil, row: [String: String?]? = nil, op: String? = nil,
    commitTime: String? = nil, rowCount: Int? = nil, rows: [FaultRow]? = nil, detail: String? = nil
  ) {
    self.fault = fault.rawValue
    self.table = table
    self.object = object
    self.row = row
    self.op = op
    self.commitTime = commitTime
    self.rowCount = rowCount
    self.rows = rows
    self.detail = detail
  }
}
