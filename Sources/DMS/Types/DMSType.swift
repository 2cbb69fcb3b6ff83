/// DMS's own data type, between those of the source and of the target (DMS.md section 5).
public enum DMSType: Hashable, Sendable {
  /// 16-bit integer.
  case int2
  /// 32-bit integer.
  case int4
  /// 64-bit integer.
  case int8
  /// Exact decimal of at most 38 digits.
  case numeric(precision: Int, scale: Int)
  /// 32-bit floating point.
  case real4
  /// 64-bit floating point.
  case real8
  /// Truth value. The documentation says CHAR(5), real files hold BOOLEAN.
  case boolean
  /// Text of at most so many bytes.
  case string(Int)
  /// Text of at most so many characters; nil where the source sets no length.
  case wstring(Int?)
  /// Large text.
  case clob
  /// Large text of any script.
  case nclob
  /// Large binary.
  case blob
  /// Day.
  case date
  /// Time of day.
  case time
  /// Day and time of day.
  case datetime

  /// The type that DMS gives a PostgreSQL column.
  public init(_ type: PostgresType) {
    switch type.category {
    case .array, .composite: self = .nclob
    case .enumeration: self = .string(64)
    case .range: self = .string(255)
    case .base: self = DMSType.base(type)
    }
  }

  private static func base(_ type: PostgresType) -> DMSType {
    typealias OID = PostgresType.OID
    switch type.oid {
    case OID.int2: return .int2
    case OID.int4: return .int4
    case OID.int8: return .int8
    case OID.float4: return .real4
    case OID.float8: return .real8
    case OID.bool: return .boolean
    case OID.numeric: return numeric(type)
    case OID.money: return .numeric(precision: 38, scale: 4)
    case OID.bpchar, OID.varchar, OID.bit, OID.varbit: return .wstring(type.length)
    case OID.char, OID.name: return .wstring(64)
    case OID.uuid: return .string(36)
    case OID.inet, OID.cidr: return .string(50)
    case OID.macaddr: return .string(18)
    case OID.interval: return .string(128)
    case OID.point, OID.lseg, OID.box, OID.line, OID.circle: return .string(255)
    case OID.xml, OID.tsvector, OID.tsquery, OID.path, OID.polygon: return .clob
    case OID.bytea: return .blob
    case OID.date: return .date
    case OID.time, OID.timetz: return .time
    case OID.timestamp, OID.timestamptz: return .datetime
    default: return .nclob
    }
  }

  /// Without precision NUMERIC(28,6); beyond 38 digits text.
  ///
  /// DMS's behaviour for a scale that is negative or exceeds the precision (PostgreSQL 15) is not documented;
  /// here the precision grows until it holds every value of the column (inferred).
  private static func numeric(_ type: PostgresType) -> DMSType {
    guard let (precision, scale) = type.precisionAndScale else { return .numeric(precision: 28, scale: 6) }
    let digits = max(scale < 0 ? precision - scale : precision, scale)
    guard digits <= 38 else { return .string(digits + 3) }
    return .numeric(precision: max(1, digits), scale: max(0, scale))
  }
}
