public import Ledger
public import Time

/// An object to be read.
public struct ObjectReference: Hashable, Sendable {
  /// Its key in the bucket.
  public let key: String
  /// Its ETag, as listed: what is read must have it.
  public let etag: String
  /// Its size in bytes.
  public let size: Int64
  /// Whether it holds rows of a full load, rather than changes.
  public let isLoad: Bool
  /// When it was last written, as listed; nil where that is not known.
  public var lastModified: Timestamp?

  /// An object that the ledger knows.
  init(_ object: KnownObject) {
    self.init(
      key: object.entry.key, etag: object.entry.etag, size: object.entry.size,
      isLoad: object.entry.kind == .load)
    lastModified = object.entry.lastModified
  }

  /// The object `key` of `size` bytes.
  public init(key: String, etag: String, size: Int64, isLoad: Bool) {
    (self.key, self.etag, self.size, self.isLoad) = (key, etag, size, isLoad)
  }
}

/// What to look for in the objects of a table.
public struct ObservationRequest: Hashable, Sendable {
  /// The source table; nil where it does not matter.
  public var table: TableName?
  /// How much is to be proved.
  public var level: ObservationLevel
  /// Whose rows are ours.
  public var tag: PipelineTag
  /// The column of the row's identity, by its name in the bucket.
  public var keyColumn: String
  /// The column of the row's version, by its name in the bucket.
  public var versionColumn: String
  /// The column of commit times; nil where the settings name none.
  public var timestampColumn: String?
  /// The columns of the digest in its order, by their names in the bucket; nil for one that is left out there.
  public var digestColumns: [String?]
  /// What the columns of the digest hold, where that is known: files may have it as text.
  public var digestKinds: [ColumnKind?]
  /// How csv files of the table are made up; nil where none are expected.
  public var csv: CSVLayout?

  /// A request of these parts.
  public init(
    level: ObservationLevel, tag: PipelineTag, keyColumn: String, versionColumn: String,
    timestampColumn: String?, digestColumns: [String?], digestKinds: [ColumnKind?] = [],
    csv: CSVLayout? = nil
  ) {
    (self.level, self.tag, self.keyColumn) = (level, tag, keyColumn)
    (self.versionColumn, self.timestampColumn) = (versionColumn, timestampColumn)
    (self.digestColumns, self.digestKinds, self.csv) = (digestColumns, digestKinds, csv)
  }

  /// What a column of the digest holds; nil where that is not known.
  func kind(ofDigestColumn index: Int) -> ColumnKind? {
    index < digestKinds.count ? digestKinds[index] : nil
  }
}

/// What an Op column says of a row.
public enum ObservedOp: Hashable, Sendable {
  /// I, U or D.
  case operation(OperationKind)
  /// Null, or no such column.
  case none
  /// Any other text.
  case other

  /// What the text of a column says.
  ///
  /// - Parameter isByName: whether the column is called `Op`. Engines write it in other case, and so may be called a
  ///   header column of a user's own (`$AR_H_OPERATION`), of which other texts say nothing.
  init(_ text: String, isByName: Bool) {
    self = OperationKind(rawValue: text).map(ObservedOp.operation) ?? (isByName ? .other : .none)
  }
}

extension ObservedOp: Codable {
  /// An Op from a Codable container: `I`, `U`, `D`, `?` or nothing.
  ///
  /// - Throws: `DecodingError` where the value is no string.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    self = OperationKind(rawValue: text).map(ObservedOp.operation) ?? (text.isEmpty ? .none : .other)
  }

  /// Writes the Op as a single string.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .operation(let kind): try container.encode(kind.rawValue)
    case .none: try container.encode("")
    case .other: try container.encode("?")
    }
  }
}

/// A row that carries our tag.
public struct ObservedRow: Hashable, Sendable, Codable {
  /// Its place in the object, from 0.
  public var place: Int64
  /// What its Op says.
  public var op: ObservedOp
  /// Its number: the sequence of its identity.
  public var sequence: Int64
  /// Its version; nil where null.
  public var version: Timestamp?
  /// Its commit time by the timestamp column.
  public var commit: Timestamp?
  /// Its digest; nil below level values, and for a row whose columns are null but for the key.
  public var digest: RowDigest?
  /// One bit a column of the digest: set where the file cannot tell the value written from another.
  public var unverified: UInt64 = 0

  /// A row of these parts.
  public init(
    place: Int64, op: ObservedOp, sequence: Int64, version: Timestamp?, commit: Timestamp?,
    digest: RowDigest?
  ) {
    (self.place, self.op, self.sequence) = (place, op, sequence)
    (self.version, self.commit, self.digest) = (version, commit, digest)
  }
}

/// Rows by what their Op says.
public struct RowCounts: Hashable, Sendable, Codable {
  /// Rows with Op I.
  public var inserts: Int64 = 0
  /// Rows with Op U.
  public var updates: Int64 = 0
  /// Rows with Op D.
  public var deletes: Int64 = 0
  /// Rows with another Op, or none.
  public var unmarked: Int64 = 0

  /// No rows.
  public init() {}
}

/// What was read from one object.
public struct Observation: Hashable, Sendable, Codable {
  /// How much was looked at.
  public var level: ObservationLevel
  /// All rows.
  public var rowCount: Int64 = 0
  /// All rows, by their Op; all of them unmarked where the Op was not looked at.
  public var counts = RowCounts()
  /// Names and types of the columns: `name type`, in order.
  public var schema: [String] = []
  /// Names of columns that the request asks for and the object does not have.
  public var absentColumns: [String] = []
  /// The precision of the version column, in microseconds: 1 or 1,000.
  public var versionPrecision: Int64 = 1
  /// Rows of ours, in order.
  public var rows: [ObservedRow] = []
  /// Rows of others.
  public var foreignRows: Int64 = 0
  /// The earliest commit time of any row.
  public var firstCommit: Timestamp?
  /// The latest commit time of any row.
  public var lastCommit: Timestamp?
  /// The latest commit time of a row of others.
  public var lastForeignCommit: Timestamp?
  /// Whether no commit time is earlier than one before it by more than a second: only then they tell of order.
  public var commitsAscend = true
  /// Bytes of the object that were read.
  public var bytesRead: Int64 = 0
  /// Requests that it took.
  public var requests = 0

  /// An observation of nothing yet.
  public init(level: ObservationLevel) {
    self.level = level
  }

  /// The observation as one of a lower level is.
  func reduced(to level: ObservationLevel) -> Observation {
    var reduced = self
    reduced.level = level
    (reduced.bytesRead, reduced.requests) = (0, 0)
    if level < .values { for index in rows.indices { reduced.rows[index].digest = nil } }
    if level < .keys { (reduced.rows, reduced.foreignRows) = ([], 0) }
    if level < .ops {
      reduced.counts = RowCounts()
      reduced.counts.unmarked = rowCount
    }
    return reduced
  }

  /// Takes the commit time of the next row.
  mutating func note(commit: Timestamp) {
    if let last = lastCommit, commit < last - .seconds(1) { commitsAscend = false }
    firstCommit = min(firstCommit ?? commit, commit)
    lastCommit = max(lastCommit ?? commit, commit)
  }

  /// Takes a row of others.
  mutating func noteForeign(commit: Timestamp?) {
    foreignRows += 1
    if let commit { lastForeignCommit = max(lastForeignCommit ?? commit, commit) }
  }
}

/// Why an object could not be observed.
public struct ObservationFailure: Error, Hashable, Sendable {
  /// What kind of failure.
  public enum Kind: String, Hashable, Sendable, Codable {
    /// The bytes are no whole file of the format: a finding.
    case unreadable
    /// The object is another than the one listed, or gone: the next listing tells.
    case replaced
    /// The bucket, or the way to it: it says nothing of the object.
    case outOfReach
    /// The format or a feature is not known here.
    case unsupported
    /// The file is whole and has no column that says whose a row is, or which version of it.
    case lacksColumns
  }

  /// What kind of failure.
  public let kind: Kind
  /// One line: what happened.
  public let message: String
  /// Bytes of the object that were read.
  public let bytesRead: Int64
  /// Requests that it took.
  public let requests: Int

  /// A failure with its message, one line.
  public init(_ kind: Kind, _ message: String, bytesRead: Int64 = 0, requests: Int = 0) {
    (self.kind, self.message, self.bytesRead, self.requests) = (kind, message, bytesRead, requests)
  }
}

extension ObservationFailure {
  /// The file has no column of this name.
  static func lacking(_ column: String) -> ObservationFailure {
    ObservationFailure(
      .lacksColumns,
      "it has no column \(column); where a mapping rule renames or removes it, the table mappings must say so"
    )
  }
}

/// Where observations come from: the bucket's own bytes, or an engine that computed them.
public protocol ObservationSource: Sendable {
  /// What the object holds, as far as `request` asks.
  ///
  /// - Throws: `ObservationFailure`.
  func observe(
    _ object: ObjectReference, _ request: ObservationRequest
  ) async throws(ObservationFailure) -> Observation

  /// What the report must say of where its observations come from.
  func notes() async -> [String]
}

extension ObservationSource {
  /// The bucket's own bytes need no word.
  public func notes() async -> [String] { [] }
}
