/// The nulls, minimum and maximum of a column chunk that is being written.
struct StatisticsBuilder: Sendable {
  /// Longer bounds are left out, as parquet-cpp does.
  private static let maximumByteCount = 4096

  let type: PhysicalType
  var nullCount: Int64 = 0
  private(set) var min: [UInt8]?
  private(set) var max: [UInt8]?
  /// The first eight bytes of the bounds.
  private var minStart = UInt64.max
  private var maxStart: UInt64 = 0
  private var integers: ClosedRange<Int64>?
  private var numbers: ClosedRange<Double>?

  init(type: PhysicalType) {
    self.type = type
  }

  /// Takes account of values in PLAIN bytes, booleans a byte each.
  mutating func add(plain values: RawSpan) {
    guard !values.isEmpty else { return }
    switch type {
    case .boolean: addIntegers(values, UInt8.self)
    case .int32: addIntegers(values, Int32.self)
    case .int64: addIntegers(values, Int64.self)
    case .float: addNumbers(values, Float.self)
    case .double: addNumbers(values, Double.self)
    case .byteArray: addByteArrays(values)
    case .int96, .fixedLenByteArray: return
    }
  }

  private mutating func addIntegers<Number: FixedWidthInteger & BitwiseCopyable>(
    _ values: RawSpan, _ type: Number.Type
  ) {
    var smallest = Number.max
    var largest = Number.min
    for index in 0..<values.byteCount / MemoryLayout<Number>.size {
      let value = values.unsafeLoadUnaligned(
        fromUncheckedByteOffset: index &* MemoryLayout<Number>.size, as: type)
      smallest = Swift.min(smallest, value)
      largest = Swift.max(largest, value)
    }
    let lower = Swift.min(integers?.lowerBound ?? .max, Int64(smallest))
    integers = lower...Swift.max(integers?.upperBound ?? .min, Int64(largest))
  }

  /// A NaN has no place in an order and is passed over.
  private mutating func addNumbers<Number: BinaryFloatingPoint & BitwiseCopyable>(
    _ values: RawSpan, _ type: Number.Type
  ) {
    var smallest = Number.infinity
    var largest = -Number.infinity
    var found = false
    for index in 0..<values.byteCount / MemoryLayout<Number>.size {
      let value = values.unsafeLoadUnaligned(
        fromUncheckedByteOffset: index &* MemoryLayout<Number>.size, as: type)
      if value <= smallest { smallest = value }
      if value >= largest { largest = value }
      found = found || value == value
    }
    guard found else { return }
    let lower = Swift.min(numbers?.lowerBound ?? .infinity, Double(smallest))
    numbers = lower...Swift.max(numbers?.upperBound ?? -.infinity, Double(largest))
  }

  /// Byte arrays are ordered by their unsigned bytes.
  private mutating func addByteArrays(_ values: RawSpan) {
    // Where the new bounds lie in `values`: each is copied once, however often it moves.
    var (smallest, largest) = (0..<0, 0..<0)
    var offset = 0
    while offset < values.byteCount {
      let place = offset &+ 4..<offset &+ 4 &+ Int(values.uint32(offset))
      offset = place.upperBound
      let value = values.extracting(place)
      // Most values lie between the bounds, as their first bytes tell.
      let start = value.start
      if start > minStart && start < maxStart { continue }
      if start <= minStart, isBelow(value, values, smallest) { (smallest, minStart) = (place, start) }
      if start >= maxStart, isAbove(value, values, largest) { (largest, maxStart) = (place, start) }
    }
    if smallest.lowerBound > 0 { min = values.copy(smallest) }
    if largest.lowerBound > 0 { max = values.copy(largest) }
  }

  /// Whether a value comes before the minimum, which lies at `place` or, where that is empty, was found before.
  private func isBelow(_ value: RawSpan, _ values: RawSpan, _ place: Range<Int>) -> Bool {
    if place.lowerBound > 0 { return value.precedes(values.extracting(place)) }
    return min.map { value.precedes($0.span.bytes) } ?? true
  }

  private func isAbove(_ value: RawSpan, _ values: RawSpan, _ place: Range<Int>) -> Bool {
    if place.lowerBound > 0 { return values.extracting(place).precedes(value) }
    return max.map { $0.span.bytes.precedes(value) } ?? true
  }

  /// The bounds as PLAIN bytes; nil where there is no value or no order that readers agree on.
  var bounds: (min: [UInt8], max: [UInt8])? {
    switch type {
    case .boolean: return integers.map { ([UInt8($0.lowerBound)], [UInt8($0.upperBound)]) }
    case .int32:
      return integers.map {
        (
          Self.bytes(Int32(truncatingIfNeeded: $0.lowerBound)),
          Self.bytes(Int32(truncatingIfNeeded: $0.upperBound))
        )
      }
    case .int64: return integers.map { (Self.bytes($0.lowerBound), Self.bytes($0.upperBound)) }
    // A zero is written as the one that bounds both zeros.
    case .float:
      return numbers.map {
        (
          Self.bytes(Float($0.lowerBound == 0 ? -0.0 : $0.lowerBound).bitPattern),
          Self.bytes(Float($0.upperBound == 0 ? 0.0 : $0.upperBound).bitPattern)
        )
      }
    case .double:
      return numbers.map {
        (
          Self.bytes(($0.lowerBound == 0 ? -0.0 : $0.lowerBound).bitPattern),
          Self.bytes(($0.upperBound == 0 ? 0.0 : $0.upperBound).bitPattern)
        )
      }
    case .byteArray:
      guard let min, let max, min.count + max.count <= Self.maximumByteCount else { return nil }
      return (min, max)
    case .int96, .fixedLenByteArray: return nil
    }
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: value)
    return bytes
  }

  /// Writes `Statistics`; the deprecated bounds too where their signed order is the right one.
  func write(to thrift: inout ThriftWriter, field: Int32) {
    thrift.beginStruct(field)
    let bounds = bounds
    let isSigned = type != .byteArray
    if isSigned, let bounds {
      thrift.field(1, binary: bounds.max)
      thrift.field(2, binary: bounds.min)
    }
    thrift.field(3, int64: nullCount)
    if let bounds {
      thrift.field(5, binary: bounds.max)
      thrift.field(6, binary: bounds.min)
    }
    thrift.endStruct()
  }
}

extension RawSpan {
  /// The first eight bytes as a number that orders as they do, zeros for what is missing.
  @inline(__always)
  var start: UInt64 {
    if byteCount >= 8 { return uint64(0).byteSwapped }
    var start: UInt64 = 0
    for offset in 0..<byteCount { start |= UInt64(byte(offset)) &<< UInt64(56 &- 8 &* offset) }
    return start
  }

  /// Whether the bytes come before others in the order of unsigned bytes.
  func precedes(_ other: RawSpan) -> Bool {
    let common = Swift.min(byteCount, other.byteCount)
    var offset = 0
    while offset &+ 8 <= common {
      let left = uint64(offset).byteSwapped
      let right = other.uint64(offset).byteSwapped
      if left != right { return left < right }
      offset &+= 8
    }
    while offset < common {
      if byte(offset) != other.byte(offset) { return byte(offset) < other.byte(offset) }
      offset &+= 1
    }
    return byteCount < other.byteCount
  }
}
