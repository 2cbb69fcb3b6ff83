/// The object ids of built-in types, fixed for all servers (src/include/catalog/pg_type.dat).
enum TypeOID {
  static let bool: UInt32 = 16
  static let bytea: UInt32 = 17
  static let char: UInt32 = 18
  static let name: UInt32 = 19
  static let int8: UInt32 = 20
  static let int2: UInt32 = 21
  static let int4: UInt32 = 23
  static let text: UInt32 = 25
  static let oid: UInt32 = 26
  static let xid: UInt32 = 28
  static let json: UInt32 = 114
  static let xml: UInt32 = 142
  static let float4: UInt32 = 700
  static let float8: UInt32 = 701
  static let unknown: UInt32 = 705
  static let bpchar: UInt32 = 1042
  static let varchar: UInt32 = 1043
  static let timestamp: UInt32 = 1114
  static let timestamptz: UInt32 = 1184
  static let uuid: UInt32 = 2950
  static let lsn: UInt32 = 3220
  static let xid8: UInt32 = 5069
  /// Left to the server to infer.
  static let inferred: UInt32 = 0

  /// Types whose binary form is their text.
  static func isText(_ oid: UInt32) -> Bool {
    switch oid {
    case text, varchar, bpchar, name, char, json, xml, unknown: true
    default: false
    }
  }
}
