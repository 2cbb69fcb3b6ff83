/// Values of one leaf column.
///
/// Entry i is row i for a flat column; for a nested one see the levels.
/// The getters give nil for a null and for a type that the column does not have.
public struct ColumnValues: Sendable {
  /// The column.
  public let column: Column
  /// The entries, nulls included.
  public internal(set) var count = 0
  /// The definition level of each entry; empty where it is always 0.
  public internal(set) var definitionLevels: [UInt8] = []
  /// The repetition level of each entry; empty where it is always 0.
  public internal(set) var repetitionLevels: [UInt8] = []
  var buffers = ValueBuffers()
  var dictionaryBytes: [UInt8]

  // Asked for with each value.
  private let isUnsigned: Bool
  private let timestampUnit: TimeUnit?

  init(column: Column, dictionaryBytes: [UInt8]) {
    self.column = column
    self.dictionaryBytes = dictionaryBytes
    isUnsigned = column.isUnsigned
    timestampUnit = column.timestampUnit
  }

  /// The definition level of entry `index`.
  public func definitionLevel(_ index: Int) -> Int {
    definitionLevels.isEmpty ? 0 : Int(definitionLevels[index])
  }

  /// The repetition level of entry `index`.
  public func repetitionLevel(_ index: Int) -> Int {
    repetitionLevels.isEmpty ? 0 : Int(repetitionLevels[index])
  }

  /// Whether entry `index` has no value.
  public func isNull(_ index: Int) -> Bool {
    !definitionLevels.isEmpty && Int(definitionLevels[index]) < column.maxDefinitionLevel
  }

  /// A BOOLEAN.
  public func bool(_ index: Int) -> Bool? {
    column.physicalType == .boolean && !isNull(index) ? buffers.bools[index] : nil
  }

  /// An INT32 or INT64; an INT32 that is annotated as unsigned is taken so.
  public func int64(_ index: Int) -> Int64? {
    guard !isNull(index) else { return nil }
    switch column.physicalType {
    case .int32:
      let value = buffers.int32s[index]
      return isUnsigned ? Int64(UInt32(bitPattern: value)) : Int64(value)
    case .int64: return buffers.int64s[index]
    default: return nil
    }
  }

  /// A FLOAT or DOUBLE.
  public func double(_ index: Int) -> Double? {
    guard !isNull(index) else { return nil }
    switch column.physicalType {
    case .float: return Double(buffers.floats[index])
    case .double: return buffers.doubles[index]
    default: return nil
    }
  }

  /// The bytes of a BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY or INT96.
  public func bytes(_ index: Int) -> [UInt8]? {
    withBytes(index) { $0.copy(0..<$0.byteCount) }
  }

  /// The bytes of a BYTE_ARRAY or FIXED_LEN_BYTE_ARRAY as text; invalid UTF-8 is repaired.
  public func string(_ index: Int) -> String? {
    withBytes(index) { $0.text(0..<$0.byteCount) }
  }

  /// Calls `body` with the bytes of entry `index`, which are not copied; nil where there are none.
  public func withBytes<Result>(_ index: Int, _ body: (RawSpan) -> Result) -> Result? {
    guard !buffers.slices.isEmpty, !isNull(index) else { return nil }
    let slice = buffers.slices[index]
    if slice.isInDictionary { return body(dictionaryBytes.span.bytes.extracting(slice.range)) }
    return body(buffers.bytes.span.bytes.extracting(slice.range))
  }

  /// A decimal, as the integer that it is without its point: of a column of any type that decimals are stored in.
  ///
  /// Nil for a column of another meaning, and where 128 bits cannot hold it.
  public func decimalUnscaled(_ index: Int) -> Int128? {
    guard column.isDecimal else { return nil }
    if let number = int64(index) { return Int128(number) }
    // Two's complement, big endian; bytes in front that only repeat the sign say nothing.
    return withBytes(index) { bytes -> Int128? in
      guard bytes.byteCount > 0 else { return nil }
      let sign: Int128 = bytes.byte(0) & 0x80 != 0 ? -1 : 0
      var number = sign
      for offset in 0..<bytes.byteCount {
        guard number >> 119 == sign else { return nil }
        number = number << 8 | Int128(bytes.byte(offset))
      }
      return number
    } ?? nil
  }

  /// A timestamp in microseconds since 1970 UTC: INT64 of any unit, rounded down, or INT96.
  ///
  /// Nil where microseconds cannot hold it.
  public func microseconds(_ index: Int) -> Int64? {
    if column.physicalType == .int96 {
      return withBytes(index) { ColumnValues.int96Microseconds($0) }
    }
    guard column.physicalType == .int64, let unit = timestampUnit, let value = int64(index) else {
      return nil
    }
    switch unit {
    case .milliseconds:
      let (scaled, overflows) = value.multipliedReportingOverflow(by: 1000)
      return overflows ? nil : scaled
    case .microseconds: return value
    case .nanoseconds: return value % 1000 < 0 ? value / 1000 - 1 : value / 1000
    }
  }

  /// Nanoseconds of the day, then the Julian day, as Impala and Spark write them.
  ///
  /// Sums wrap as Spark's do: for years beyond 290,000 it writes a day that is right only so.
  private static func int96Microseconds(_ span: RawSpan) -> Int64 {
    let nanoseconds = Int64(bitPattern: span.uint64(0))
    let julianDay = Int64(Int32(bitPattern: span.uint32(8)))
    return (julianDay - 2_440_588) &* 86_400_000_000 &+ nanoseconds / 1000
  }

  /// Appends the values of a further chunk of the same column.
  mutating func append(_ other: ColumnValues) throws(Flaw) {
    if count == 0 {
      self = other
      return
    }
    // What refers to the first chunk's dictionary is made to refer to the common bytes once.
    if !dictionaryBytes.isEmpty {
      var merged = ValueBuffers()
      try merged.append(buffers, dictionaryBytes: dictionaryBytes)
      buffers = merged
      dictionaryBytes = []
    }
    try buffers.append(other.buffers, dictionaryBytes: other.dictionaryBytes)
    definitionLevels += other.definitionLevels
    repetitionLevels += other.repetitionLevels
    count += other.count
  }
}

extension Column {
  var isUnsigned: Bool {
    if case .integer(_, let isSigned)? = logicalType { return !isSigned }
    switch convertedType {
    case .uint8, .uint16, .uint32, .uint64: return true
    default: return false
    }
  }

  /// The unit of a timestamp column.
  public var timestampUnit: TimeUnit? {
    if case .timestamp(let unit, _)? = logicalType { return unit }
    switch convertedType {
    case .timestampMillis: return .milliseconds
    case .timestampMicros: return .microseconds
    default: return nil
    }
  }
}
