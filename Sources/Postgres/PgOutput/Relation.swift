/// What the stream says of a table before it carries rows of it, and again after it was altered.
public struct Relation: Sendable, Hashable {
  /// The table's object id, by which rows refer to it.
  public let id: UInt32
  /// Its schema; empty stands for `pg_catalog`.
  public let schema: String
  /// Its name.
  public let name: String
  /// What identifies a row of it in updates and deletes.
  public let replicaIdentity: ReplicaIdentity
  /// Its columns, in the order of the tuples.
  public let columns: [Column]

  /// A column of a table.
  public struct Column: Sendable, Hashable {
    /// Whether it is part of the replica identity.
    public let isKey: Bool
    /// Its name.
    public let name: String
    /// The object id of its type.
    public let typeOID: UInt32
    /// The type's modifier, such as a varchar's length and 4; -1 without one.
    public let typeModifier: Int32

    /// A column from its parts.
    public init(isKey: Bool, name: String, typeOID: UInt32, typeModifier: Int32) {
      self.isKey = isKey
      self.name = name
      self.typeOID = typeOID
      self.typeModifier = typeModifier
    }
  }

  /// What identifies a row (`pg_class.relreplident`).
  public enum ReplicaIdentity: UInt8, Sendable, Hashable {
    /// The primary key, `d`.
    case primaryKey = 0x64
    /// Nothing, `n`: updates and deletes cannot be replicated.
    case nothing = 0x6E
    /// All columns, `f`.
    case full = 0x66
    /// A unique index, `i`.
    case index = 0x69
  }

  /// A table from its parts.
  public init(id: UInt32, schema: String, name: String, replicaIdentity: ReplicaIdentity, columns: [Column]) {
    self.id = id
    self.schema = schema
    self.name = name
    self.replicaIdentity = replicaIdentity
    self.columns = columns
  }

  init(_ reader: inout PayloadReader, of payload: RawSpan) throws(PostgresError) {
    id = try reader.integer(UInt32.self, of: payload)
    schema = try reader.string(of: payload)
    name = try reader.string(of: payload)
    guard let identity = ReplicaIdentity(rawValue: try reader.byte(of: payload)) else {
      throw .malformed("an unknown replica identity in", payload)
    }
    replicaIdentity = identity
    let count = try reader.integer(Int16.self, of: payload)
    guard count >= 0 else { throw .malformed("\(count) columns in", payload) }
    var columns: [Column] = []
    for _ in 0..<count {
      let flags = try reader.byte(of: payload)
      columns.append(
        Column(
          isKey: flags & 1 == 1, name: try reader.string(of: payload),
          typeOID: try reader.integer(UInt32.self, of: payload),
          typeModifier: try reader.integer(Int32.self, of: payload)))
    }
    self.columns = columns
  }
}
