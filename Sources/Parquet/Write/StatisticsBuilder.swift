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

  @inline(__always)
  mutating func add(integer value: Int64) {
    guard let range = integers else {
      integers = value...value
      return
    }
    if value < range.lowerBound { integers = value...range.upperBound }
    if value > range.upperBound { integers = range.lowerBound...value }
  }

  /// A NaN has no place in an order and is passed over.
  @inline(__always)
  mutating func add(number value: Double) {
    guard !value.isNaN else { return }
    guard let range = numbers else {
      numbers = value...value
      return
    }
    if value < range.lowerBound { numbers = value...range.upperBound }
    if value > range.upperBound { numbers = range.lowerBound...value }
  }

  /// Byte arrays are ordered by their unsigned bytes.
  mutating func add(bytes value: RawSpan) {
    // Most values lie between the bounds, as their first bytes tell.
    let start = value.start
    if start > minStart && start < maxStart { return }
    let isSmaller = min.map { value.precedes($0.span.bytes) } ?? true
    if isSmaller {
      min = value.copy(0..<value.byteCount)
      minStart = start
    }
    let isLarger = max.map { $0.span.bytes.precedes(value) } ?? true
    if isLarger {
      max = value.copy(0..<value.byteCount)
      maxStart = start
    }
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
    for offset in 0..<common where byte(offset) != other.byte(offset) {
      return byte(offset) < other.byte(offset)
    }
    return byteCount < other.byteCount
  }
}
