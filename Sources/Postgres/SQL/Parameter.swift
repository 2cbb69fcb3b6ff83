public import Time

/// The value of a parameter, with the type that the server is told.
public enum Parameter: Hashable, Sendable {
  /// NULL, of whatever type the statement asks for.
  case null
  /// A boolean.
  case bool(Bool)
  /// A smallint.
  case int16(Int16)
  /// An integer.
  case int32(Int32)
  /// A bigint.
  case int64(Int64)
  /// A real.
  case float(Float)
  /// A double precision.
  case double(Double)
  /// Text whose type the server infers: text, varchar, uuid, numeric, jsonb, an enum ... Without NUL characters.
  case text(String)
  /// A bytea.
  case bytes([UInt8])
  /// A uuid by its 16 bytes.
  case uuid([UInt8])
  /// A timestamp without time zone; the outermost points are `-infinity` and `infinity`.
  case timestamp(Timestamp)
  /// A timestamp with time zone; the outermost points are `-infinity` and `infinity`.
  case timestamptz(Timestamp)
  /// A pg_lsn.
  case lsn(LSN)
  /// An xid8.
  case transactionID(TransactionID)
}

/// A type whose values can be parameters.
public protocol PostgresValue {
  /// The value as the server is given it.
  var parameter: Parameter { get }
}

extension Parameter: PostgresValue {
  /// The parameter itself.
  public var parameter: Parameter { self }
}

extension Optional: PostgresValue where Wrapped: PostgresValue {
  /// The value, or NULL.
  public var parameter: Parameter { self?.parameter ?? .null }
}

extension Bool: PostgresValue {
  /// A boolean.
  public var parameter: Parameter { .bool(self) }
}

extension Int: PostgresValue {
  /// A bigint.
  public var parameter: Parameter { .int64(Int64(self)) }
}

extension Int16: PostgresValue {
  /// A smallint.
  public var parameter: Parameter { .int16(self) }
}

extension Int32: PostgresValue {
  /// An integer.
  public var parameter: Parameter { .int32(self) }
}

extension Int64: PostgresValue {
  /// A bigint.
  public var parameter: Parameter { .int64(self) }
}

extension Float: PostgresValue {
  /// A real.
  public var parameter: Parameter { .float(self) }
}

extension Double: PostgresValue {
  /// A double precision.
  public var parameter: Parameter { .double(self) }
}

extension String: PostgresValue {
  /// Text whose type the server infers.
  public var parameter: Parameter { .text(self) }
}

extension [UInt8]: PostgresValue {
  /// A bytea.
  public var parameter: Parameter { .bytes(self) }
}

extension Timestamp: PostgresValue {
  /// A timestamp without time zone.
  public var parameter: Parameter { .timestamp(self) }
}

extension LSN: PostgresValue {
  /// A pg_lsn.
  public var parameter: Parameter { .lsn(self) }
}

extension TransactionID: PostgresValue {
  /// An xid8.
  public var parameter: Parameter { .transactionID(self) }
}
