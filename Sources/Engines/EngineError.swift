/// Why an engine, or what it left, is of no use.
public struct EngineError: Error, Hashable, Sendable {
  /// What kind of thing went wrong; decided by exit codes, states and what is there, never by
  /// text.
  public enum Code: Hashable, Sendable, CaseIterable {
    /// The engine's program is not there, or cannot be run.
    case notInstalled
    /// The engine is of a version that lacks what is needed.
    case wrongVersion
    /// The engine ended without its work done.
    case failed
    /// The engine was killed: by a signal from outside, as for want of memory.
    case killed
    /// The engine had no worker free in the time that it may wait for one.
    case notStarted
    /// The service scanned as many bytes as it may, or was told to end.
    case overBudget
    /// It would cost more than may be spent without a yes.
    case needsConsent
    /// The table of observations lacks its mark of success.
    case halfWritten
    /// The table of observations, or a file of it, is not what it should be.
    case malformedTable
    /// The table of observations is of another version, pipeline, table or level.
    case otherTable
    /// The place for the result cannot be taken.
    case invalidOutput
    /// The objects have a format, or a column a type or a name, that is not for the engine.
    case unsupported
    /// An inventory is not whole, not as its manifest says, or too old.
    case inventoryIncomplete
    /// An inventory is in a format, or lacks a field, that makes it of no use.
    case inventoryUnsupported
  }

  /// What kind of thing went wrong.
  public var code: Code
  /// What it happened to: `Spark`, `Athena`, a location.
  public var subject: String
  /// What happened: one clause.
  public var what: String
  /// What to do about it; nil where there is nothing to say.
  public var mend: String?
  /// What the engine itself said of the cause: one line.
  public var said: String?
  /// The last lines that the engine said, the newest last.
  public var logTail: [String]

  /// An error of these parts.
  public init(
    _ code: Code, _ subject: String, _ what: String, mend: String? = nil, said: String? = nil,
    logTail: [String] = []
  ) {
    (self.code, self.subject, self.what) = (code, subject, what)
    (self.mend, self.said, self.logTail) = (mend, said, logTail)
  }
}

extension EngineError: CustomStringConvertible {
  /// One line: what happened, to what, what the engine says of it, and the mend.
  public var description: String {
    let said = said.map { ": \($0)" } ?? ""
    return "\(subject): \(what)\(said)" + (mend.map { "; \($0)" } ?? "")
  }
}
