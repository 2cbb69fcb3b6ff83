public import Time

/// A type that values of a result can become.
public protocol PostgresDecodable {
  /// The value, from its text or its binary form.
  ///
  /// - Throws: `PostgresError` with code `unexpectedResult` where the value is NULL or of another type.
  init(cell: Cell) throws(PostgresError)
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
  /// The value, or nil for NULL.
  public init(cell: Cell) throws(PostgresError) {
    self = cell.isNull ? nil : try Wrapped(cell: cell)
  }
}

extension PostgresDecodable where Self: FixedWidthInteger {
  /// A smallint, integer, bigint, oid or xid that fits.
  public init(cell: Cell) throws(PostgresError) {
    let value: Self?
    if cell.column.format == .text {
      value = Self(try cell.text())
    } else {
      switch cell.column.typeOID {
      case TypeOID.int2: value = Self(exactly: try cell.integer(Int16.self))
      case TypeOID.int4: value = Self(exactly: try cell.integer(Int32.self))
      case TypeOID.int8: value = Self(exactly: try cell.integer(Int64.self))
      case TypeOID.oid, TypeOID.xid: value = Self(exactly: try cell.integer(UInt32.self))
      default: throw cell.mismatch("no integer")
      }
    }
    guard let value else { throw cell.mismatch("no integer of \(Self.bitWidth) bits") }
    self = value
  }
}

extension Int: PostgresDecodable {}
extension Int16: PostgresDecodable {}
extension Int32: PostgresDecodable {}
extension Int64: PostgresDecodable {}
extension UInt32: PostgresDecodable {}

extension Double: PostgresDecodable {
  /// A real or double precision.
  public init(cell: Cell) throws(PostgresError) {
    if cell.column.format == .text {
      guard let value = Double(try cell.text()) else { throw cell.mismatch("no number") }
      self = value
    } else {
      switch cell.column.typeOID {
      case TypeOID.float4: self = Double(Float(bitPattern: try cell.integer(UInt32.self)))
      case TypeOID.float8: self.init(bitPattern: try cell.integer(UInt64.self))
      default: throw cell.mismatch("no real or double precision")
      }
    }
  }
}

extension Float: PostgresDecodable {
  /// A real.
  public init(cell: Cell) throws(PostgresError) {
    if cell.column.format == .text {
      guard let value = Float(try cell.text()) else { throw cell.mismatch("no number") }
      self = value
    } else {
      guard cell.column.typeOID == TypeOID.float4 else { throw cell.mismatch("no real") }
      self.init(bitPattern: try cell.integer(UInt32.self))
    }
  }
}

extension Bool: PostgresDecodable {
  /// A boolean.
  public init(cell: Cell) throws(PostgresError) {
    guard cell.column.typeOID == TypeOID.bool else { throw cell.mismatch("no boolean") }
    let byte = try cell.integer(UInt8.self)
    self = cell.column.format == .text ? byte == UInt8(ascii: "t") : byte != 0
  }
}

extension String: PostgresDecodable {
  /// A text, varchar, char, name, json or xml; in text form, any type; a binary uuid, in its usual text.
  public init(cell: Cell) throws(PostgresError) {
    if cell.column.format == .binary, cell.column.typeOID == TypeOID.uuid {
      self = try cell.withBytes { bytes in Hexadecimal.uuid(bytes) }
    } else {
      self = try cell.text()
    }
  }
}

extension [UInt8]: PostgresDecodable {
  /// The bytes of a bytea, or the 16 of a uuid.
  public init(cell: Cell) throws(PostgresError) {
    switch (cell.column.typeOID, cell.column.format) {
    case (TypeOID.bytea, .binary), (TypeOID.uuid, .binary):
      self = try cell.withBytes { bytes in Array(bytes) }
    case (TypeOID.bytea, .text), (TypeOID.uuid, .text):
      let digits = try cell.withBytes { bytes in bytes.filter { $0 != UInt8(ascii: "-") } }
      let isPrefixed = digits.starts(with: "\\x".utf8)
      guard let bytes = Hexadecimal.bytes(isPrefixed ? digits.dropFirst(2) : digits[...]) else {
        throw cell.mismatch("not hexadecimal (bytea_output = hex)")
      }
      self = bytes
    default: throw cell.mismatch("no bytea or uuid")
    }
  }
}

extension Timestamp: PostgresDecodable {
  /// A timestamp, taken for UTC, or a timestamptz; `infinity` and `-infinity` become the outermost points.
  public init(cell: Cell) throws(PostgresError) {
    guard [TypeOID.timestamp, TypeOID.timestamptz].contains(cell.column.typeOID) else {
      throw cell.mismatch("no timestamp")
    }
    if cell.column.format == .binary {
      self = PostgresEpoch.timestamp(try cell.integer(Int64.self))
    } else {
      guard let value = Timestamp(try cell.text()) else { throw cell.mismatch("no timestamp in ISO style") }
      self = value
    }
  }
}

extension LSN: PostgresDecodable {
  /// A pg_lsn, or its text.
  public init(cell: Cell) throws(PostgresError) {
    if cell.column.format == .binary, cell.column.typeOID == TypeOID.lsn {
      self.init(rawValue: try cell.integer(UInt64.self))
    } else {
      guard let value = LSN(try cell.text()) else { throw cell.mismatch("no pg_lsn") }
      self = value
    }
  }
}

extension TransactionID: PostgresDecodable {
  /// An xid8, or its text.
  public init(cell: Cell) throws(PostgresError) {
    if cell.column.format == .binary, cell.column.typeOID == TypeOID.xid8 {
      self.init(rawValue: try cell.integer(UInt64.self))
    } else {
      guard let value = UInt64(try cell.text()) else { throw cell.mismatch("no xid8") }
      self.init(rawValue: value)
    }
  }
}

/// Hexadecimal digits.
enum Hexadecimal {
  /// The bytes of an even number of digits, or nil.
  static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for character in digits {
      guard let value = Character(Unicode.Scalar(character)).hexDigitValue.map(UInt8.init) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  /// The usual text of a uuid: digits in groups of 8, 4, 4, 4 and 12.
  static func uuid(_ bytes: UnsafeRawBufferPointer) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for (position, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(position) { text.append(UInt8(ascii: "-")) }
      text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: text, as: UTF8.self)
  }
}
