/// Values of a column for many rows at once, as columnar memory has them.
public struct ColumnBatch: Sendable {
  /// The values, one for each row; what stands for a null does not matter.
  public enum Values: Sendable {
    /// For a BOOLEAN column.
    case bool([Bool])
    /// For an INT32 column.
    case int32([Int32])
    /// For an INT64 column.
    case int64([Int64])
    /// For a FLOAT column.
    case float([Float])
    /// For a DOUBLE column.
    case double([Double])
    /// For a BYTE_ARRAY column, or a FIXED_LEN_BYTE_ARRAY column whose length all values have: value i is the bytes
    /// from `offsets[i]` to `offsets[i + 1]`.
    case bytes([UInt8], offsets: [Int32])
  }

  /// The values.
  public let values: Values
  /// Which rows have a value; nil where all have.
  public let isPresent: [Bool]?

  /// Values of which those of `isPresent` are there.
  public init(_ values: Values, isPresent: [Bool]? = nil) {
    self.values = values
    self.isPresent = isPresent
  }

  /// The rows.
  public var count: Int {
    switch values {
    case .bool(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    case .float(let values): values.count
    case .double(let values): values.count
    case .bytes(_, let offsets): max(0, offsets.count - 1)
    }
  }
}

extension ColumnBuilder {
  /// Appends the rows of `range`, which `batch` has.
  mutating func append(_ batch: ColumnBatch, _ range: Range<Int>) {
    switch batch.values {
    case .bool(let values): append(values.span.bytes, width: 1, .boolean, batch.isPresent, range)
    case .int32(let values): append(values.span.bytes, width: 4, .int32, batch.isPresent, range)
    case .int64(let values): append(values.span.bytes, width: 8, .int64, batch.isPresent, range)
    case .float(let values): append(values.span.bytes, width: 4, .float, batch.isPresent, range)
    case .double(let values): append(values.span.bytes, width: 8, .double, batch.isPresent, range)
    case .bytes(let bytes, let offsets): append(bytes.span.bytes, offsets, batch.isPresent, range)
    }
  }

  private mutating func append(
    _ bytes: RawSpan, width: Int, _ type: PhysicalType, _ isPresent: [Bool]?, _ range: Range<Int>
  ) {
    guard definition.physicalType == type else { return failType() }
    var next = range.lowerBound
    while next < range.upperBound {
      guard isPresent?[next] ?? true else {
        appendNull()
        next += 1
        continue
      }
      // Values up to the next null, as many as the stage takes.
      var end = min(range.upperBound, next + room(width: width))
      if let isPresent, let null = isPresent[next..<end].firstIndex(of: false) { end = null }
      stage.append(
        values: bytes.extracting(next * width..<end * width), count: end - next,
        isOptional: definition.isOptional)
      count += end - next
      encodeStageWhereFull()
      next = end
    }
  }

  /// The values that fit into the stage, one at least.
  private func room(width: Int) -> Int {
    let room = stageRoom
    return max(1, min(room.valueCount, (room.byteCount + width - 1) / width))
  }

  private mutating func append(
    _ bytes: RawSpan, _ offsets: [Int32], _ isPresent: [Bool]?, _ range: Range<Int>
  ) {
    for row in range {
      guard isPresent?[row] ?? true else {
        appendNull()
        continue
      }
      let (start, end) = (Int(offsets[row]), Int(offsets[row + 1]))
      guard start >= 0, start <= end, end <= bytes.byteCount else { return fail(.batchInvalid) }
      append(bytes: bytes.extracting(start..<end))
    }
  }
}
