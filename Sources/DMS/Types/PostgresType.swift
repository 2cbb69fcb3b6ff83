/// A column's type as PostgreSQL's catalog describes it.
public struct PostgresType: Hashable, Sendable {
  /// What kind of type it is, beside the built-in ones.
  public enum Category: Hashable, Sendable {
    /// A base type, built in or of an extension.
    case base
    /// An array of anything.
    case array
    /// An enumeration.
    case enumeration
    /// A row type.
    case composite
    /// A range or multirange.
    case range
  }

  /// The oid in pg_type; of a domain, that of its base type.
  public var oid: UInt32
  /// atttypmod: length, precision and scale; -1 where there is none.
  public var modifier: Int32
  /// What kind of type it is.
  public var category: Category

  /// A type as the catalog has it.
  ///
  /// Domains are resolved to their base type by the caller.
  public init(oid: UInt32, modifier: Int32 = -1, category: Category = .base) {
    self.oid = oid
    self.modifier = modifier
    self.category = category
  }
}

extension PostgresType {
  /// oids of built-in types (src/include/catalog/pg_type.dat); they never change.
  enum OID {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let char: UInt32 = 18
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let json: UInt32 = 114
    static let xml: UInt32 = 142
    static let lseg: UInt32 = 601
    static let point: UInt32 = 600
    static let path: UInt32 = 602
    static let box: UInt32 = 603
    static let polygon: UInt32 = 604
    static let line: UInt32 = 628
    static let cidr: UInt32 = 650
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let circle: UInt32 = 718
    static let money: UInt32 = 790
    static let macaddr: UInt32 = 829
    static let inet: UInt32 = 869
    static let bpchar: UInt32 = 1_042
    static let varchar: UInt32 = 1_043
    static let date: UInt32 = 1_082
    static let time: UInt32 = 1_083
    static let timestamp: UInt32 = 1_114
    static let timestamptz: UInt32 = 1_184
    static let interval: UInt32 = 1_186
    static let timetz: UInt32 = 1_266
    static let bit: UInt32 = 1_560
    static let varbit: UInt32 = 1_562
    static let numeric: UInt32 = 1_700
    static let uuid: UInt32 = 2_950
    static let tsvector: UInt32 = 3_614
    static let tsquery: UInt32 = 3_615
    static let jsonb: UInt32 = 3_802
  }

  /// The length of char(n), varchar(n), bit(n); nil where none is set.
  var length: Int? { modifier > 4 ? Int(modifier) - 4 : nil }

  /// The modifier of numeric(p,s): `((p << 16) | (s & 0x7ff)) + 4`, the scale signed in 11 bits since PostgreSQL 15.
  var precisionAndScale: (precision: Int, scale: Int)? {
    guard modifier >= 4 else { return nil }
    let packed = Int(modifier) - 4
    return (packed >> 16 & 0xffff, (packed & 0x7ff ^ 0x400) - 0x400)
  }
}
