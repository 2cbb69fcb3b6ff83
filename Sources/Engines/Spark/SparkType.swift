import Parquet

/// The type that Spark gives to a Parquet column.
enum SparkType {
  /// The type's name in SQL; nil where Spark reads no such column.
  ///
  /// Source: Spark's ParquetToSparkSchemaConverter.
  static func name(of column: Column) -> String? {
    guard column.maxRepetitionLevel == 0, column.parentPath.isEmpty else { return nil }
    switch column.physicalType {
    case .boolean: return "BOOLEAN"
    case .float: return "FLOAT"
    case .double: return "DOUBLE"
    case .int96: return "TIMESTAMP"
    case .byteArray: return isText(column) ? "STRING" : decimal(column) ?? "BINARY"
    case .fixedLenByteArray: return decimal(column) ?? "BINARY"
    case .int32:
      if let decimal = decimal(column) { return decimal }
      if column.logicalType == .date || column.convertedType == .date { return "DATE" }
      return isTime(column) ? nil : integer(column, or: "INT")
    case .int64:
      if let decimal = decimal(column) { return decimal }
      if isTime(column) { return nil }
      if case .timestamp(_, let isUTC)? = column.logicalType { return isUTC ? "TIMESTAMP" : "TIMESTAMP_NTZ" }
      switch column.convertedType {
      case .timestampMillis, .timestampMicros: return "TIMESTAMP"
      default: return integer(column, or: "BIGINT")
      }
    }
  }

  private static func isText(_ column: Column) -> Bool {
    switch column.convertedType {
    case .utf8, .json, .enumeration: true
    default:
      column.logicalType == .string || column.logicalType == .json || column.logicalType == .enumeration
    }
  }

  private static func isTime(_ column: Column) -> Bool {
    if case .time? = column.logicalType { return true }
    return column.convertedType == .timeMillis || column.convertedType == .timeMicros
  }

  private static func decimal(_ column: Column) -> String? {
    guard column.convertedType == .decimal, let precision = column.precision, let scale = column.scale,
      (1...38).contains(precision), (0...precision).contains(scale)
    else { return nil }
    return "DECIMAL(\(precision), \(scale))"
  }

  private static func integer(_ column: Column, or plain: String) -> String {
    switch column.convertedType {
    case .int8: "TINYINT"
    case .int16, .uint8: "SMALLINT"
    case .uint16: "INT"
    case .uint32: "BIGINT"
    case .uint64: "DECIMAL(20, 0)"
    default: plain
    }
  }
}
