import Parquet

/// Values in the form that Peers/values.py prints.
enum ValueText {
  /// A scalar of a column; see Peers/values.py.
  static func scalar(_ values: ColumnValues, _ index: Int) -> String {
    let column = values.column
    if values.isNull(index) { return "null" }
    if isDecimal(column) { return decimal(values, index) }
    switch column.physicalType {
    case .boolean: return values.bool(index) == true ? "true" : "false"
    case .int32, .int64: return integer(column, values.int64(index) ?? 0)
    case .int96: return values.microseconds(index).map { "\(Int128($0) * 1000)" } ?? "out of range"
    case .float, .double:
      let value = values.double(index) ?? 0
      return value.isNaN ? "nan" : hex(value.bitPattern)
    case .byteArray: return "x" + hex(values.bytes(index) ?? [])
    case .fixedLenByteArray:
      let bytes = values.bytes(index) ?? []
      if column.logicalType == .float16, isHalfNaN(bytes) { return "nan" }
      return "x" + hex(bytes)
    }
  }

  private static func integer(_ column: Column, _ value: Int64) -> String {
    if let unit = unit(column) {
      let scale: Int128 =
        switch unit {
        case .milliseconds: 1_000_000
        case .microseconds: 1000
        case .nanoseconds: 1
        }
      return "\(Int128(value) * scale)"
    }
    if column.physicalType == .int64 && isUnsigned(column) { return "\(UInt64(bitPattern: value))" }
    return "\(value)"
  }

  private static func unit(_ column: Column) -> TimeUnit? {
    if let unit = column.timestampUnit { return unit }
    if case .time(let unit, _)? = column.logicalType { return unit }
    switch column.convertedType {
    case .timeMillis: return .milliseconds
    case .timeMicros: return .microseconds
    default: return nil
    }
  }

  private static func isUnsigned(_ column: Column) -> Bool {
    if case .integer(_, let isSigned)? = column.logicalType { return !isSigned }
    return column.convertedType == .uint64
  }

  private static func isDecimal(_ column: Column) -> Bool {
    if case .decimal? = column.logicalType { return true }
    return column.convertedType == .decimal
  }

  private static func decimal(_ values: ColumnValues, _ index: Int) -> String {
    if let number = values.int64(index) { return "\(number)" }
    let bytes = values.bytes(index) ?? []
    guard bytes.count <= 16 else { return "x" + hex(bytes) }
    var number: Int128 = bytes.first.map { $0 & 0x80 != 0 ? -1 : 0 } ?? 0
    for byte in bytes { number = number << 8 | Int128(byte) }
    return "\(number)"
  }

  private static func isHalfNaN(_ bytes: [UInt8]) -> Bool {
    bytes.count == 2 && bytes[1] & 0x7c == 0x7c && (bytes[1] & 0x03 != 0 || bytes[0] != 0)
  }

  static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func hex(_ bits: UInt64) -> String {
    hex((0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) })
  }

  /// The values of a flat column, all row groups.
  static func column(_ file: ParquetFile, _ index: Int) throws -> [String] {
    let values = try file.values(column: index)
    return (0..<values.count).map { scalar(values, $0) }
  }
}

extension ValueText {
  /// The rows of a top-level field, nested or flat.
  static func rows(_ file: ParquetFile, field: Int) throws -> [String] {
    let (rows, columns) = try file.nestedValues(field: field)
    return rows.map { text($0, columns) }
  }

  private static func text(_ value: NestedValue, _ columns: [Int: ColumnValues]) -> String {
    switch value {
    case .null: "null"
    case .leaf(let column, let entry): columns[column].map { scalar($0, entry) } ?? "no column"
    case .list(let elements): "[" + elements.map { text($0, columns) }.joined(separator: ",") + "]"
    case .group(let fields):
      "{" + fields.map { "\($0.name):\(text($0.value, columns))" }.joined(separator: ",") + "}"
    case .map(let entries):
      "["
        + entries.map { "{key:\(text($0.key, columns)),value:\(text($0.value, columns))}" }
        .joined(separator: ",") + "]"
    }
  }
}
