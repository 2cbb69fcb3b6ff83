import Parquet

/// The names that parquet.thrift gives, for people and JSON.
enum ParquetNames {
  static func name(_ encoding: Encoding) -> String {
    switch encoding {
    case .plain: "PLAIN"
    case .plainDictionary: "PLAIN_DICTIONARY"
    case .rle: "RLE"
    case .bitPacked: "BIT_PACKED"
    case .deltaBinaryPacked: "DELTA_BINARY_PACKED"
    case .deltaLengthByteArray: "DELTA_LENGTH_BYTE_ARRAY"
    case .deltaByteArray: "DELTA_BYTE_ARRAY"
    case .rleDictionary: "RLE_DICTIONARY"
    case .byteStreamSplit: "BYTE_STREAM_SPLIT"
    }
  }

  static func name(_ codec: Codec) -> String {
    switch codec {
    case .uncompressed: "UNCOMPRESSED"
    case .snappy: "SNAPPY"
    case .gzip: "GZIP"
    case .lzo: "LZO"
    case .brotli: "BROTLI"
    case .lz4: "LZ4"
    case .zstd: "ZSTD"
    case .lz4Raw: "LZ4_RAW"
    case .unrecognized: "UNRECOGNIZED"
    }
  }

  static func name(_ type: PhysicalType) -> String {
    switch type {
    case .boolean: "BOOLEAN"
    case .int32: "INT32"
    case .int64: "INT64"
    case .int96: "INT96"
    case .float: "FLOAT"
    case .double: "DOUBLE"
    case .byteArray: "BYTE_ARRAY"
    case .fixedLenByteArray: "FIXED_LEN_BYTE_ARRAY"
    }
  }

  static func name(_ repetition: Repetition) -> String {
    switch repetition {
    case .required: "REQUIRED"
    case .optional: "OPTIONAL"
    case .repeated: "REPEATED"
    }
  }

  static func name(_ type: ConvertedType) -> String {
    switch type {
    case .utf8: "UTF8"
    case .map: "MAP"
    case .mapKeyValue: "MAP_KEY_VALUE"
    case .list: "LIST"
    case .enumeration: "ENUM"
    case .decimal: "DECIMAL"
    case .date: "DATE"
    case .timeMillis: "TIME_MILLIS"
    case .timeMicros: "TIME_MICROS"
    case .timestampMillis: "TIMESTAMP_MILLIS"
    case .timestampMicros: "TIMESTAMP_MICROS"
    case .uint8: "UINT_8"
    case .uint16: "UINT_16"
    case .uint32: "UINT_32"
    case .uint64: "UINT_64"
    case .int8: "INT_8"
    case .int16: "INT_16"
    case .int32: "INT_32"
    case .int64: "INT_64"
    case .json: "JSON"
    case .bson: "BSON"
    case .interval: "INTERVAL"
    }
  }
}
