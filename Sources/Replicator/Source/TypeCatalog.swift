import DMS
import Postgres

/// What pg_type says about types that are not built in, asked once for each.
struct TypeCatalog {
  private struct Key: Hashable {
    let oid: UInt32
    let modifier: Int32
  }

  private var known: [Key: PostgresType] = [:]

  /// A column's type with its kind, domains resolved to what they are made of.
  ///
  /// A type that is gone meanwhile counts as one without a meaning of its own: text.
  mutating func type(
    oid: UInt32, modifier: Int32, on connection: Connection
  ) throws(ReplicatorError) -> PostgresType {
    if TypeCatalog.plainBaseTypes.contains(oid) { return PostgresType(oid: oid, modifier: modifier) }
    let key = Key(oid: oid, modifier: modifier)
    if let type = known[key] { return type }
    let type = try read(oid: oid, modifier: modifier, on: connection)
    known[key] = type
    return type
  }

  private mutating func read(
    oid: UInt32, modifier: Int32, on connection: Connection
  ) throws(ReplicatorError) -> PostgresType {
    do {
      let result = try connection.query(
        """
        select typtype::text, typcategory::text, typbasetype, typtypmod from pg_catalog.pg_type
        where oid = \(bind: Int64(oid))::oid
        """)
      guard let row = result.first else { return PostgresType(oid: oid, modifier: modifier) }
      let (kind, category) = (try row.decode(0, as: String.self), try row.decode(1, as: String.self))
      switch (kind, category) {
      case ("d", _):
        let base = try row.decode(2, as: UInt32.self)
        return try type(oid: base, modifier: try row.decode(3, as: Int32.self), on: connection)
      case ("e", _): return PostgresType(oid: oid, category: .enumeration)
      case ("c", _): return PostgresType(oid: oid, category: .composite)
      case ("r", _), ("m", _): return PostgresType(oid: oid, category: .range)
      case (_, "A"): return PostgresType(oid: oid, category: .array)
      default: return PostgresType(oid: oid, modifier: modifier)
      }
    } catch let error as PostgresError {
      throw ReplicatorError(error)
    } catch let error as ReplicatorError {
      throw error
    } catch {
      throw ReplicatorError(.sourceRefused, detail: "the type \(oid) could not be read", cause: error)
    }
  }

  /// Built-in types that are no arrays, ranges or rows, so that most tables need no question.
  private static let plainBaseTypes: Set<UInt32> = [
    16, 17, 20, 21, 23, 25, 114, 700, 701, 790, 1042, 1043, 1082, 1083, 1114, 1184, 1186, 1266, 1700, 2950,
    3802,
  ]
}
