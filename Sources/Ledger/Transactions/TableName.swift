/// A table of the source, by its schema and name as PostgreSQL has them, without quotes.
public struct TableName: Hashable, Sendable, Codable {
  /// The schema.
  public let schema: String
  /// The table's own name.
  public let name: String

  /// The table `name` of `schema`.
  public init(schema: String, name: String) {
    self.schema = schema
    self.name = name
  }

  /// The table of the text `schema.name`, cut at its first dot; nil without a dot, or with an empty part.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    self.init(schema: String(parts[0]), name: String(parts[1]))
  }
}

extension TableName: Comparable, CustomStringConvertible {
  /// Orders by schema, then name.
  public static func < (lhs: TableName, rhs: TableName) -> Bool {
    (lhs.schema, lhs.name) < (rhs.schema, rhs.name)
  }

  /// `schema.name`.
  public var description: String { "\(schema).\(name)" }
}

/// What a column holds, whatever type a file has for it.
public enum ColumnKind: String, Hashable, Sendable, Codable {
  /// Text.
  case text
  /// A UUID, in the digest as text.
  case uuid
  /// A point in time.
  case timestamp
  /// A number of double precision.
  case double
}

/// A table as the ledger knows it: which columns a row's digest goes over, and which say whose row it is.
public struct TableDeclaration: Hashable, Sendable, Codable {
  /// The table.
  public let name: TableName
  /// The columns in the table's order, which is the digest's.
  public let columns: [String]
  /// The column that holds the row's identity.
  public let keyColumn: String
  /// The timestamp column that grows with every change of a row.
  public let versionColumn: String
  /// Whether rows of others are expected in the table.
  public let isShared: Bool

  /// The columns of the exercise's table `customers`.
  public static let customerColumns = [
    "created_at", "updated_at", "customer_id", "name", "region", "country", "lat", "lng", "email", "phone",
  ]

  /// What the columns hold; nil of those that the exercise's table does not have.
  public var kinds: [ColumnKind?] { columns.map { TableDeclaration.customerKinds[$0] } }

  private static let customerKinds: [String: ColumnKind] = [
    "created_at": .timestamp, "updated_at": .timestamp, "customer_id": .uuid, "name": .text,
    "region": .text, "country": .text, "lat": .double, "lng": .double, "email": .text, "phone": .text,
  ]

  /// A table with these columns; without being told, the exercise's, ours alone.
  public init(
    name: TableName, columns: [String] = TableDeclaration.customerColumns,
    keyColumn: String = "customer_id", versionColumn: String = "updated_at", isShared: Bool = false
  ) {
    self.name = name
    self.columns = columns
    self.keyColumn = keyColumn
    self.versionColumn = versionColumn
    self.isShared = isShared
  }
}
