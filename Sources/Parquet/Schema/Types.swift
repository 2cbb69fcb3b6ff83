/// How a column's values are stored.
///
/// Numbers as in parquet.thrift, `Type`.
public enum PhysicalType: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// One bit.
  case boolean
  /// Four bytes, signed.
  case int32
  /// Eight bytes, signed.
  case int64
  /// Twelve bytes: nanoseconds of the day and the Julian day; deprecated.
  case int96
  /// IEEE 754 single precision.
  case float
  /// IEEE 754 double precision.
  case double
  /// Any number of bytes.
  case byteArray
  /// As many bytes as the column's type length says.
  case fixedLenByteArray

  /// The bytes of a value where every value has as many.
  func byteWidth(typeLength: Int32?) -> Int? {
    switch self {
    case .boolean, .byteArray: nil
    case .int32, .float: 4
    case .int64, .double: 8
    case .int96: 12
    case .fixedLenByteArray: Int(typeLength ?? 0)
    }
  }
}

/// Whether a field may be absent or repeated.
///
/// Numbers as in parquet.thrift, `FieldRepetitionType`.
public enum Repetition: UInt8, Sendable, BitwiseCopyable {
  /// Exactly one value.
  case required
  /// A value or null.
  case optional
  /// Any number of values.
  case repeated
}

/// The older annotation of a type.
///
/// Numbers as in parquet.thrift, `ConvertedType`.
public enum ConvertedType: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Text.
  case utf8
  /// A map.
  case map
  /// The key and value of a map.
  case mapKeyValue
  /// A list.
  case list
  /// Text that names a case.
  case enumeration
  /// An unscaled decimal.
  case decimal
  /// Days since 1970-01-01.
  case date
  /// Milliseconds of the day.
  case timeMillis
  /// Microseconds of the day.
  case timeMicros
  /// Milliseconds since 1970 UTC.
  case timestampMillis
  /// Microseconds since 1970 UTC.
  case timestampMicros
  /// An unsigned integer of 8 bits.
  case uint8
  /// An unsigned integer of 16 bits.
  case uint16
  /// An unsigned integer of 32 bits.
  case uint32
  /// An unsigned integer of 64 bits.
  case uint64
  /// A signed integer of 8 bits.
  case int8
  /// A signed integer of 16 bits.
  case int16
  /// A signed integer of 32 bits.
  case int32
  /// A signed integer of 64 bits.
  case int64
  /// A JSON text.
  case json
  /// A BSON document.
  case bson
  /// Months, days and milliseconds.
  case interval
}

/// The unit of a time or timestamp.
public enum TimeUnit: UInt8, Sendable {
  /// Thousandths of a second.
  case milliseconds = 1
  /// Millionths of a second.
  case microseconds
  /// Billionths of a second.
  case nanoseconds
}

/// The newer annotation of a type; parquet.thrift, `LogicalType`.
public enum LogicalType: Sendable, Equatable {
  /// Text.
  case string
  /// A map.
  case map
  /// A list.
  case list
  /// Text that names a case.
  case enumeration
  /// An unscaled decimal.
  case decimal(scale: Int32, precision: Int32)
  /// Days since 1970-01-01.
  case date
  /// A time of the day.
  case time(TimeUnit, isAdjustedToUTC: Bool)
  /// A time since 1970.
  case timestamp(TimeUnit, isAdjustedToUTC: Bool)
  /// An integer of fewer bits than its storage, or unsigned.
  case integer(bitWidth: Int8, isSigned: Bool)
  /// Nothing but nulls.
  case unknown
  /// A JSON text.
  case json
  /// A BSON document.
  case bson
  /// Sixteen bytes.
  case uuid
  /// IEEE 754 half precision in two bytes.
  case float16
  /// A variant.
  case variant
  /// A geometry in well-known binary.
  case geometry(crs: String?)
  /// A geography in well-known binary.
  case geography(crs: String?, algorithm: Int32?)
}

/// How a page's values or levels are encoded.
///
/// Numbers as in parquet.thrift, `Encoding`.
public enum Encoding: UInt8, Sendable, CaseIterable {
  /// Values one after the other.
  case plain = 0
  /// Indices into a dictionary; the older name.
  case plainDictionary = 2
  /// Runs and bit-packed groups.
  case rle = 3
  /// Bit-packed levels, most significant bit first; deprecated.
  case bitPacked = 4
  /// Differences of integers.
  case deltaBinaryPacked = 5
  /// Lengths as differences, then the bytes.
  case deltaLengthByteArray = 6
  /// Prefixes shared with the value before.
  case deltaByteArray = 7
  /// Indices into a dictionary.
  case rleDictionary = 8
  /// First all first bytes, then all second bytes, and so on.
  case byteStreamSplit = 9
}

/// How pages are compressed.
///
/// Numbers as in parquet.thrift, `CompressionCodec`.
public enum Codec: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Not at all.
  case uncompressed = 0
  /// Snappy, raw.
  case snappy
  /// DEFLATE with gzip's or zlib's frame.
  case gzip
  /// LZO; nobody writes it.
  case lzo
  /// Brotli.
  case brotli
  /// LZ4 in Hadoop's frame, or raw, by writer; deprecated.
  case lz4
  /// Zstandard.
  case zstd
  /// LZ4's block format.
  case lz4Raw
  /// A number that this reader does not know.
  case unrecognized = 255
}
