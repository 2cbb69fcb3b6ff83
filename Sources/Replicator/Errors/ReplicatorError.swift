/// Why the replicator stopped: what happened, where, and the mend.
public struct ReplicatorError: Error, Sendable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: Hashable, Sendable {
    /// A value that PostgreSQL sent is not of the type that its catalog names.
    case malformedValue
    /// A line of COPY's text format that breaks the format.
    case malformedRow
  }

  /// What went wrong.
  public var code: Code
  /// The schema and table that it is about, or nil.
  public var table: String?
  /// The column that it is about, or nil.
  public var column: String?
  /// What is wrong, without any value of a row.
  public var detail: String
  /// What was thrown below, or nil.
  public var cause: (any Error)?

  /// An error of a kind, about a table and a column where they are known.
  public init(
    _ code: Code, table: String? = nil, column: String? = nil, detail: String, cause: (any Error)? = nil
  ) {
    self.code = code
    self.table = table
    self.column = column
    self.detail = detail
    self.cause = cause
  }

  /// One line: what happened, to which table, and the mend.
  public var description: String {
    let place = [table, column].compactMap { $0 }.joined(separator: ".")
    return (place.isEmpty ? "" : place + ": ") + detail
  }
}
