/// What a chunk's statistics rule out, so that a row group can be passed over without reading a page.
///
/// All answers are true where the statistics tell nothing, or are in an order that readers do not agree on.
extension ColumnChunkMetadata {
  /// Whether an integer within `range` may be among the values of an INT32 or INT64 column.
  public func mayHold(integersIn range: ClosedRange<Int64>, column: Column) -> Bool {
    guard physicalType == .int32 || physicalType == .int64 else { return mayHoldValues }
    guard let bounds = bounds(column) else { return mayHoldValues }
    guard let min = integer(bounds.min, column), let max = integer(bounds.max, column), min <= max else {
      return true
    }
    return Int128(range.lowerBound) <= max && min <= Int128(range.upperBound)
  }

  /// Whether a number within `range` may be among the values of a FLOAT or DOUBLE column; NaNs are not looked for.
  public func mayHold(numbersIn range: ClosedRange<Double>, column: Column) -> Bool {
    guard physicalType == .float || physicalType == .double else { return mayHoldValues }
    guard let bounds = bounds(column) else { return mayHoldValues }
    guard let min = number(bounds.min), let max = number(bounds.max), min <= max else { return true }
    return range.lowerBound <= max && min <= range.upperBound
  }

  /// Whether bytes from `lower` to `upper`, in the order of unsigned bytes, may be among the values of a BYTE_ARRAY
  /// or FIXED_LEN_BYTE_ARRAY column that is no decimal.
  public func mayHold(from lower: [UInt8], through upper: [UInt8], column: Column) -> Bool {
    guard physicalType == .byteArray || physicalType == .fixedLenByteArray, !column.isDecimal,
      column.logicalType != .float16, column.convertedType != .interval
    else { return mayHoldValues }
    guard let bounds = bounds(column) else { return mayHoldValues }
    return !bounds.max.span.bytes.precedes(lower.span.bytes)
      && !upper.span.bytes.precedes(bounds.min.span.bytes)
  }

  /// Whether `text` may be among the values of a BYTE_ARRAY column.
  public func mayHold(_ text: String, column: Column) -> Bool {
    let bytes = Array(text.utf8)
    return mayHold(from: bytes, through: bytes, column: column)
  }

  /// Whether there may be any value: not where there are nulls alone.
  private var mayHoldValues: Bool {
    fields.statistics.nullCount < 0 || fields.statistics.nullCount < valueCount
  }

  /// Both bounds in an order that is that of the values; nil where there is none, or no value.
  private func bounds(_ column: Column) -> (min: [UInt8], max: [UInt8])? {
    guard mayHoldValues, let statistics, let min = statistics.min, let max = statistics.max else {
      return nil
    }
    // The deprecated bounds are those of signed numbers, or of whatever the writer held for right.
    let isSigned = physicalType != .byteArray && physicalType != .fixedLenByteArray && !column.isUnsigned
    guard !statistics.isDeprecatedOrder || isSigned || min == max else { return nil }
    return (min, max)
  }

  private func integer(_ bytes: [UInt8], _ column: Column) -> Int128? {
    let span = bytes.span.bytes
    switch (physicalType, span.byteCount) {
    case (.int32, 4):
      return column.isUnsigned ? Int128(span.uint32(0)) : Int128(Int32(bitPattern: span.uint32(0)))
    case (.int64, 8):
      return column.isUnsigned ? Int128(span.uint64(0)) : Int128(Int64(bitPattern: span.uint64(0)))
    default: return nil
    }
  }

  /// Nil for a NaN, which some writers put there.
  private func number(_ bytes: [UInt8]) -> Double? {
    let span = bytes.span.bytes
    let number: Double? =
      switch (physicalType, span.byteCount) {
      case (.float, 4): Double(Float(bitPattern: span.uint32(0)))
      case (.double, 8): Double(bitPattern: span.uint64(0))
      default: nil
      }
    return number.flatMap { $0.isNaN ? nil : $0 }
  }
}

extension Column {
  /// Whether the values are unscaled decimals.
  public var isDecimal: Bool {
    if case .decimal? = logicalType { return true }
    return convertedType == .decimal
  }
}
