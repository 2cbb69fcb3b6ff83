/// The values of a column that wait to be encoded: their PLAIN bytes, booleans a byte each, and where nulls stand.
///
/// A value is copied here as it comes; what costs more is done for many at once.
struct ValueStage: Sendable {
  private(set) var bytes = PaddedBytes()
  /// The values, nulls left out.
  private(set) var valueCount = 0
  /// Empty for a required column.
  private(set) var runs = LevelRuns()

  @inline(__always)
  mutating func append<Number: BitwiseCopyable>(_ value: Number, isOptional: Bool) {
    bytes.append(value)
    valueCount &+= 1
    if isOptional { runs.append(isPresent: true) }
  }

  @inline(__always)
  mutating func append(_ value: RawSpan, hasLength: Bool, isOptional: Bool) {
    if hasLength { bytes.append(lengthAnd: value) } else { bytes.append(value) }
    valueCount &+= 1
    if isOptional { runs.append(isPresent: true) }
  }

  /// Appends values of a fixed width, one after the other.
  mutating func append(values: RawSpan, count: Int, isOptional: Bool) {
    bytes.append(values)
    valueCount += count
    if isOptional { runs.append(isPresent: true, count: count) }
  }

  @inline(__always)
  mutating func appendNull() { runs.append(isPresent: false) }

  mutating func removeAll() {
    bytes.removeAll()
    valueCount = 0
    runs.removeAll()
  }

  /// Removes the first values, of `byteCount` bytes, with the nulls before them; the result is their levels.
  mutating func removeFirst(values count: Int, byteCount: Int) -> LevelRuns {
    bytes.removeFirst(byteCount)
    valueCount -= count
    return runs.removeFirst(values: count)
  }
}
