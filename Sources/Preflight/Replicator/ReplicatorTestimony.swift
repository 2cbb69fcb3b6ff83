public import DMS
public import Time

/// What the stand-in for DMS says of itself in its file of statistics.
public struct ReplicatorTestimony: Sendable {
  /// A table and its state, as DMS names states.
  public struct Table: Sendable {
    /// The table in the source.
    public var name: QualifiedName
    /// `Table completed`, `Table error` ...
    public var state: String

    /// A table in a state.
    public init(name: QualifiedName, state: String) {
      (self.name, self.state) = (name, state)
    }
  }

  /// What is in the file.
  public enum Found: Sendable {
    /// There is no file.
    case nothing
    /// It is none of a replicator's, and why.
    case unreadable(String)
    /// When it was written, what the replicator did then, and whether it should have written again since.
    case statistics(isSilent: Bool, writtenAt: Timestamp, phase: String, tables: [Table])
  }

  /// The file.
  public var path: String
  /// What is in it.
  public var found: Found

  /// What is in the file at `path`.
  public init(path: String, found: Found) {
    (self.path, self.found) = (path, found)
  }

  /// What it says of the canary's tables.
  public func diagnoses(of tables: [QualifiedName]) -> [Diagnosis] {
    ReplicatorStatisticsCheck().diagnose(self, tables)
  }
}

/// The replicator runs, and has left no table out.
struct ReplicatorStatisticsCheck: Check {
  static let area = Diagnosis.Area.replicator
  static let name = "statistics"
  static let wanted = "a replicator that runs, and every table of the canary without errors"
  static let why = "nothing arrives while it does not run, and a table in error is left out: the others go on"

  func diagnose(_ testimony: ReplicatorTestimony, _ wanted: [QualifiedName]) -> [Diagnosis] {
    switch testimony.found {
    case .nothing:
      return [
        diagnosis(
          .note, "there is no \(testimony.path) yet", mend: "start `lakecanary replicate`, which writes it")
      ]
    case .unreadable(let reason):
      return [
        diagnosis(
          .unknown, reason, mend: "give the path of the file that `lakecanary replicate` writes")
      ]
    case .statistics(let isSilent, let writtenAt, let phase, let tables):
      let state =
        isSilent
        ? diagnosis(
          .critical, "it has written nothing since \(writtenAt) (\(phase)): it was killed, or hangs",
          mend: "start `lakecanary replicate` again; its log says why it ended")
        : phase == "stopped"
          ? diagnosis(
            .note, "it stopped at \(writtenAt)", mend: "start `lakecanary replicate` where rows are to arrive"
          )
          : diagnosis(.ok, "it runs (\(phase)), as of \(writtenAt)")
      return [state] + wanted.map { name in diagnose(name, tables.first { $0.name == name }?.state) }
    }
  }

  private func diagnose(_ table: QualifiedName, _ state: String?) -> Diagnosis {
    switch state {
    case nil:
      diagnosis(
        .warning, "the replicator does not count it", subject: table.description,
        mend: "check the table mappings, and that the replicator was started after the table was made")
    case "Table error"?, "Table does not exist"?:
      diagnosis(
        .critical, state ?? "", subject: table.description,
        mend: "see the replicator's log for it and mend the cause; the next start loads the table again")
    case let state?:
      diagnosis(.ok, state, subject: table.description)
    }
  }
}
