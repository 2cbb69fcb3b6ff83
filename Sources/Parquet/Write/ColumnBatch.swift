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
    /// As `bytes`, but each value lies wherever its slice says.
    case slices([UInt8], [Slice])
  }

  /// Where a byte array lies among others.
  public struct Slice: Sendable, Hashable {
    /// Its first byte.
    public let start: UInt32
    /// Its bytes.
    public let count: UInt32

    /// The `count` bytes from `start` on.
    @inlinable
    public init(start: UInt32, count: UInt32) {
      (self.start, self.count) = (start, count)
    }
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
    case .slices(_, let slices): slices.count
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
    case .bytes(let bytes, let offsets):
      append(bytes.span.bytes, batch.isPresent, range) { row in
        let (start, end) = (offsets[row], offsets[row &+ 1])
        return start >= 0 && end >= start ? Int(start)..<Int(end) : nil
      }
    case .slices(let bytes, let slices):
      append(bytes.span.bytes, batch.isPresent, range) { row in
        Int(slices[row].start)..<Int(slices[row].start) &+ Int(slices[row].count)
      }
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

  /// Appends byte arrays, of which `place` tells where they lie in `bytes`, or nil where that makes no sense.
  @inline(__always)
  private mutating func append(
    _ bytes: RawSpan, _ isPresent: [Bool]?, _ range: Range<Int>, place: (Int) -> Range<Int>?
  ) {
    guard definition.physicalType == .byteArray || definition.physicalType == .fixedLenByteArray else {
      return failType()
    }
    let length = definition.physicalType == .byteArray ? nil : Int(definition.typeLength ?? 0)
    var next = range.lowerBound
    while next < range.upperBound {
      guard isPresent?[next] ?? true else {
        appendNull()
        next += 1
        continue
      }
      // Looked at before they are copied: as many as the stage takes and no null is among.
      let room = stageRoom
      let limit = next + max(1, min(room.valueCount, range.upperBound - next))
      var (end, byteCount) = (next, 0)
      repeat {
        guard let place = place(end), place.upperBound <= bytes.byteCount else { return fail(.batchInvalid) }
        if let length {
          guard place.count == length else { return fail(.wrongLength(expected: length)) }
        } else if place.count > Self.maximumLength {
          return fail(.wrongLength(expected: Self.maximumLength))
        }
        byteCount += place.count + (length == nil ? 4 : 0)
        end += 1
      } while end < limit && byteCount < room.byteCount && isPresent?[end] ?? true
      stage.append(
        bytes, next..<end, byteCount: byteCount, hasLength: length == nil, isOptional: definition.isOptional,
        place: place)
      count += end - next
      encodeStageWhereFull()
      next = end
    }
  }
}
