/// What a column is in DMS's Parquet files, in DMS.md section 5's words: physical type and ConvertedType.
public enum ParquetColumnType: Hashable, Sendable {
  /// BOOLEAN.
  case boolean
  /// INT32, INT_16.
  case int16
  /// INT32 without annotation.
  case int32
  /// INT64 without annotation.
  case int64
  /// FLOAT.
  case float
  /// DOUBLE.
  case double
  /// FIXED_LEN_BYTE_ARRAY of the fewest bytes, DECIMAL.
  case decimal(precision: Int, scale: Int)
  /// BYTE_ARRAY, UTF8.
  case utf8
  /// BYTE_ARRAY without annotation.
  case bytes
  /// INT32, DATE.
  case date
  /// INT32, TIME_MILLIS (inferred: no real file with a time column is known).
  case timeMillis
  /// INT64, TIMESTAMP_MILLIS: under `ParquetTimestampInMillisecond`.
  case timestampMillis
  /// INT64, TIMESTAMP_MICROS.
  case timestampMicros

  /// The fewest bytes whose two's complement holds every decimal of a precision: 7 for 15, 16 for 38.
  public static func decimalByteCount(precision: Int) -> Int {
    // bits = ceil(precision * log2(10)) + sign; 10^precision is never a power of two.
    let bits = Double(precision) * 3.321_928_094_887_362
    return (Int(bits.rounded(.up)) + 1 + 7) / 8
  }
}

extension DMSType {
  /// The column of a type in Parquet.
  public func parquetColumn(_ settings: EndpointSettings) -> ParquetColumnType {
    switch self {
    case .int2: .int16
    case .int4: .int32
    case .int8: .int64
    case .numeric(let precision, let scale): .decimal(precision: precision, scale: scale)
    case .real4: .float
    case .real8: .double
    case .boolean: .boolean
    case .string, .wstring, .clob, .nclob: .utf8
    case .blob: .bytes
    case .date: .date
    case .time: .timeMillis
    case .datetime: settings.parquetTimestampInMillisecond ? .timestampMillis : .timestampMicros
    }
  }
}
