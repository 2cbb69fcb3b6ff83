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

  /// Appends byte arrays of `byteCount` bytes in all; `place` tells where each lies in `source`, which was looked at.
  @inline(__always)
  mutating func append(
    _ source: RawSpan, _ range: Range<Int>, byteCount: Int, hasLength: Bool, isOptional: Bool,
    place: (Int) -> Range<Int>?
  ) {
    // Short values are copied sixteen bytes at once, whatever stands behind them.
    bytes.reserve(byteCount + 16)
    bytes.append { target, count in
      source.withUnsafeBytes { source in
        // Without any bytes there are empty values alone, which take none from anywhere.
        let base = source.baseAddress ?? UnsafeRawPointer(target)
        for row in range {
          guard let place = place(row) else { continue }
          if hasLength {
            target.storeBytes(
              of: UInt32(truncatingIfNeeded: place.count).littleEndian, toByteOffset: count, as: UInt32.self)
            count &+= 4
          }
          let value = base + place.lowerBound
          if place.count <= 16, place.lowerBound &+ 16 <= source.count {
            let pair = value.loadUnaligned(as: SIMD2<UInt64>.self)
            target.storeBytes(of: pair, toByteOffset: count, as: SIMD2<UInt64>.self)
          } else {
            (target + count).copyMemory(from: value, byteCount: place.count)
          }
          count &+= place.count
        }
      }
    }
    valueCount &+= range.count
    if isOptional { runs.append(isPresent: true, count: range.count) }
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
