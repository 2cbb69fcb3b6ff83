/// What one check says of one thing: a setting, a slot, a table, a permission.
public struct Diagnosis: Hashable, Sendable {
  /// How bad it is.
  public enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
    /// As it should be.
    case ok
    /// Worth knowing, and nothing to mend.
    case note
    /// It could not be looked at.
    case unknown
    /// It works now and will hurt one day, or it is more than is needed.
    case warning
    /// Replication, or the canary, does not work so.
    case critical

    /// Orders from the best to the worst.
    public static func < (lhs: Severity, rhs: Severity) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int { Severity.allCases.firstIndex(of: self) ?? 0 }
  }

  /// The part of the pipeline that is looked at.
  public enum Area: String, Hashable, Sendable, CaseIterable {
    /// The PostgreSQL that rows are written to.
    case source
    /// The RDS instance that the source runs on.
    case instance
    /// The DMS task, its endpoints and its replication instance.
    case task
    /// The stand-in for DMS.
    case replicator
    /// The bucket that objects arrive in.
    case bucket
  }

  /// The part of the pipeline.
  public var area: Area
  /// The check's name, which stays the same: `wal-level`.
  public var check: String
  /// The table, slot or setting that it is about, where there are several.
  public var subject: String?
  /// How bad it is.
  public var severity: Severity
  /// What was found.
  public var found: String
  /// What is wanted.
  public var wanted: String
  /// Why it is wanted.
  public var why: String
  /// What to do; nil where nothing is to be done.
  public var mend: String?

  /// A diagnosis of these parts.
  public init(
    area: Area, check: String, subject: String? = nil, severity: Severity, found: String, wanted: String,
    why: String, mend: String? = nil
  ) {
    (self.area, self.check, self.subject, self.severity) = (area, check, subject, severity)
    (self.found, self.wanted, self.why, self.mend) = (found, wanted, why, mend)
  }
}

/// A rule about one part of the pipeline.
protocol Check: Sendable {
  static var area: Diagnosis.Area { get }
  /// Its name in reports.
  static var name: String { get }
  static var wanted: String { get }
  static var why: String { get }
}

extension Check {
  func diagnosis(
    _ severity: Diagnosis.Severity, _ found: String, subject: String? = nil, wanted: String? = nil,
    why: String? = nil, mend: String? = nil
  ) -> Diagnosis {
    Diagnosis(
      area: Self.area, check: Self.name, subject: subject, severity: severity, found: found,
      wanted: wanted ?? Self.wanted, why: why ?? Self.why, mend: mend)
  }
}
