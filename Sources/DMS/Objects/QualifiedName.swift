/// The schema and name of a table, in the source or in the target.
public struct QualifiedName: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The schema, as the database spells it: no quotes, case kept.
  public var schema: String
  /// The table, as the database spells it.
  public var name: String

  /// A name from its parts.
  public init(schema: String, name: String) {
    self.schema = schema
    self.name = name
  }

  /// `schema.name`, for people; not quoted for SQL.
  public var description: String { "\(schema).\(name)" }

  /// Orders by schema, then name.
  public static func < (lhs: QualifiedName, rhs: QualifiedName) -> Bool {
    (lhs.schema, lhs.name) < (rhs.schema, rhs.name)
  }
}
