/// How often each value of a column occurs.
///
/// Made for columns with few different values: they are kept in a list until there are many.
public struct ValueCounts: Sendable {
  /// The nulls.
  public internal(set) var nullCount: Int64 = 0
  private var list: [(value: [UInt8], count: Int64)] = []
  private var places: [[UInt8]: Int] = [:]
  private static let listLimit = 16

  /// No values.
  public init() {}

  /// All values counted, nulls included.
  public var total: Int64 { list.reduce(nullCount) { Self.sum($0, $1.count) } }

  /// The values in the order in which they were met first.
  public var values: [(value: [UInt8], count: Int64)] { list }

  /// How often `value` occurs.
  public subscript(_ value: String) -> Int64 { self[Array(value.utf8)] }

  /// How often `value` occurs.
  public subscript(_ value: [UInt8]) -> Int64 {
    place(of: value).map { list[$0].count } ?? 0
  }

  /// Adds what another column chunk or file gave.
  public mutating func add(_ other: ValueCounts) {
    nullCount = Self.sum(nullCount, other.nullCount)
    for entry in other.list { add(entry.value, entry.count) }
  }

  mutating func add(_ value: [UInt8], _ count: Int64) {
    if let place = place(of: value) {
      list[place].count = Self.sum(list[place].count, count)
      return
    }
    list.append((value, count))
    if list.count == Self.listLimit + 1 {
      for (place, entry) in list.enumerated() { places[entry.value] = place }
    } else if list.count > Self.listLimit {
      places[value] = list.count - 1
    }
  }

  /// Adds without making an array for a value that is known, as long as there are few.
  mutating func add(_ span: RawSpan, _ count: Int64) {
    guard count > 0 else { return }
    if list.count <= Self.listLimit {
      for index in list.indices {
        let value = list[index].value
        guard value.span.bytes.isEqual(to: span) else { continue }
        list[index].count = Self.sum(list[index].count, count)
        return
      }
    }
    add(span.copy(0..<span.byteCount), count)
  }

  /// Counts come from statistics as well, which may say anything: a sum stays where it cannot grow.
  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflows) = left.addingReportingOverflow(right)
    return overflows ? .max : sum
  }

  private func place(of value: [UInt8]) -> Int? {
    list.count <= Self.listLimit ? list.firstIndex { $0.value == value } : places[value]
  }

  /// What the chunk's statistics prove without a page: the one value where minimum and maximum are equal.
  ///
  /// Nil where they prove nothing, or where the nulls are not known.
  public static func proven(by chunk: ColumnChunkMetadata) -> ValueCounts? {
    guard !chunk.isEncrypted, chunk.physicalType == .byteArray, let statistics = chunk.statistics,
      let nullCount = statistics.nullCount, nullCount <= chunk.valueCount
    else { return nil }
    var counts = ValueCounts()
    counts.nullCount = nullCount
    guard nullCount < chunk.valueCount else { return counts }
    // Bounds that meet leave one value, be they exact or not.
    guard let min = statistics.min, min == statistics.max else { return nil }
    counts.add(min, chunk.valueCount - nullCount)
    return counts
  }
}

extension ValueCounts: Equatable {
  /// Whether both have the same values as often; the order does not matter.
  public static func == (left: ValueCounts, right: ValueCounts) -> Bool {
    left.nullCount == right.nullCount && left.list.count == right.list.count
      && left.list.allSatisfy { right[$0.value] == $0.count }
  }
}

extension RawSpan {
  func isEqual(to other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    var offset = 0
    while offset &+ 8 <= byteCount {
      if uint64(offset) != other.uint64(offset) { return false }
      offset &+= 8
    }
    while offset < byteCount {
      if byte(offset) != other.byte(offset) { return false }
      offset &+= 1
    }
    return true
  }
}
