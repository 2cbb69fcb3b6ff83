/// Decodes the values of one data page, in parts; nulls are not among them.
///
/// It keeps its place in the page's bytes, which must be the same at each call.
struct ValueDecoder {
  private enum Form {
    case plain(PlainDecoder)
    case dictionary(HybridDecoder)
    case booleanRuns(HybridDecoder)
    /// All integers of the page, and how many were given.
    case integers([Int64], next: Int)
    case deltaLength(DeltaLengthDecoder)
    case deltaByteArray(DeltaByteArrayDecoder)
    case split(ByteStreamSplitDecoder)
  }

  private var form: Form
  private let type: PhysicalType
  /// The bytes of a value of a fixed width; 0 otherwise.
  private let width: Int

  /// - Parameters:
  ///   - header: the page's; its value count bounds the values.
  ///   - range: the page's bytes behind the levels.
  /// - Throws: where the encoding is unknown or does not fit the type.
  init(
    _ header: PageHeader, column: Column, bytes: RawSpan, range: Range<Int>, hasDictionary: Bool,
    limits: ReadLimits
  ) throws(Flaw) {
    let encoding = header.encoding
    type = column.physicalType
    width = type.byteWidth(typeLength: column.typeLength) ?? 0
    let named = UInt8(exactly: encoding).flatMap(Encoding.init(rawValue:))
    switch range.isEmpty && named?.hasHeader == true ? .plain : named {
    case .plain:
      form = .plain(PlainDecoder(range: range, width: width))
    case .plainDictionary, .rleDictionary:
      form = .dictionary(try Self.indices(bytes, range: range, hasDictionary: hasDictionary))
    case .rle where type == .boolean:
      guard range.count >= 4 else { throw Flaw(.endOfBytes, at: range.lowerBound) }
      let size = Int(bytes.uint32(range.lowerBound))
      guard size <= range.count - 4 else {
        throw Flaw(.sizeBeyondEnd(byteCount: Int64(size)), at: range.lowerBound)
      }
      let start = range.lowerBound + 4
      form = .booleanRuns(HybridDecoder(bitWidth: 1, range: start..<start + size))
    case .deltaBinaryPacked where type == .int32 || type == .int64:
      var offset = range.lowerBound
      let integers = try DeltaDecoder.integers(
        bytes, offset: &offset, end: range.upperBound, maximum: try Self.bounded(header, limits))
      form = .integers(integers, next: 0)
    case .deltaLengthByteArray where type == .byteArray:
      form = .deltaLength(
        try DeltaLengthDecoder(bytes, range: range, maximum: try Self.bounded(header, limits)))
    case .deltaByteArray where type == .byteArray || type == .fixedLenByteArray:
      form = .deltaByteArray(
        try DeltaByteArrayDecoder(
          bytes, range: range, maximum: try Self.bounded(header, limits), byteLimit: limits.pageByteCount,
          fixedLength: type == .byteArray ? nil : width))
    case .byteStreamSplit where type != .boolean && type != .byteArray && type != .int96:
      form = .split(try ByteStreamSplitDecoder(range: range, width: width))
    default: throw Flaw(.encodingUnsupported(encoding, type), at: range.lowerBound)
    }
  }

  /// The values of a page that is decoded whole.
  private static func bounded(_ header: PageHeader, _ limits: ReadLimits) throws(Flaw) -> Int {
    guard header.valueCount <= limits.pageValueCount else {
      throw Flaw(
        .limitExceeded(.values, value: Int64(header.valueCount), limit: Int64(limits.pageValueCount)), at: 0)
    }
    return header.valueCount
  }

  /// The decoder of a page's dictionary indices, whose first byte is their width.
  static func indices(
    _ bytes: RawSpan, range: Range<Int>, hasDictionary: Bool
  ) throws(Flaw) -> HybridDecoder {
    guard hasDictionary else { throw Flaw(.dictionaryMissing, at: range.lowerBound) }
    // A page of nulls only may have no byte at all.
    guard !range.isEmpty else { return HybridDecoder(bitWidth: 0, range: range) }
    let width = Int(bytes.byte(range.lowerBound))
    guard width <= 32 else { throw Flaw(.bitWidthOutOfRange(width), at: range.lowerBound) }
    return HybridDecoder(bitWidth: width, range: range.lowerBound + 1..<range.upperBound)
  }

  /// Appends `count` values to `values`.
  mutating func decode(
    _ bytes: RawSpan, count: Int, dictionary: ValueBuffers, into values: inout ValueBuffers
  ) throws(Flaw) {
    guard count > 0 else { return }
    switch form {
    case .plain(var decoder):
      try decoder.decode(bytes, type: type, count: count, into: &values)
      form = .plain(decoder)
    case .dictionary(var decoder):
      let indices = try Self.decode(&decoder, bytes, count: count)
      try dictionary.gather(type, indices, into: &values)
      form = .dictionary(decoder)
    case .booleanRuns(var decoder):
      let bits = try Self.decode(&decoder, bytes, count: count)
      values.bools.reserveCapacity(values.bools.count + count)
      for bit in bits { values.bools.append(bit != 0) }
      form = .booleanRuns(decoder)
    case .integers(let integers, let next):
      guard count <= integers.count - next else {
        throw Flaw(.valuesTooShort(missing: count - (integers.count - next)), at: 0)
      }
      let part = integers[next..<next + count]
      if type == .int64 {
        values.int64s += part
      } else {
        values.int32s.reserveCapacity(values.int32s.count + count)
        for value in part { values.int32s.append(Int32(truncatingIfNeeded: value)) }
      }
      form = .integers(integers, next: next + count)
    case .deltaLength(var decoder):
      try decoder.decode(bytes, count: count, into: &values)
      form = .deltaLength(decoder)
    case .deltaByteArray(var decoder):
      try decoder.decode(bytes, count: count, into: &values)
      form = .deltaByteArray(decoder)
    case .split(var decoder):
      let joined = try decoder.decode(bytes, count: count)
      var plain = PlainDecoder(range: 0..<joined.count, width: width)
      try plain.decode(joined.span.bytes, type: type, count: count, into: &values)
      form = .split(decoder)
    }
  }

  private static func decode(
    _ decoder: inout HybridDecoder, _ bytes: RawSpan, count: Int
  ) throws(Flaw) -> [UInt32] {
    var indices = [UInt32](repeating: 0, count: count)
    var output = indices.mutableSpan
    do {
      try decoder.decode(bytes, into: &output, at: 0, count: count)
    } catch {
      if case .levelsTooShort(let missing) = error.problem {
        throw Flaw(.valuesTooShort(missing: missing), at: error.offset)
      }
      throw error
    }
    return indices
  }
}

extension Encoding {
  /// Whether values begin with a header, which a page of nulls only may be without.
  fileprivate var hasHeader: Bool {
    switch self {
    case .rle, .deltaBinaryPacked, .deltaLengthByteArray, .deltaByteArray: true
    default: false
    }
  }
}

extension ValueBuffers {
  /// Appends the values of a dictionary that `indices` name.
  func gather(_ type: PhysicalType, _ indices: [UInt32], into values: inout ValueBuffers) throws(Flaw) {
    switch type {
    case .boolean: try Self.gather(bools, indices, into: &values.bools)
    case .int32: try Self.gather(int32s, indices, into: &values.int32s)
    case .int64: try Self.gather(int64s, indices, into: &values.int64s)
    case .float: try Self.gather(floats, indices, into: &values.floats)
    case .double: try Self.gather(doubles, indices, into: &values.doubles)
    case .int96, .byteArray, .fixedLenByteArray:
      let start = values.slices.count
      try Self.gather(slices, indices, into: &values.slices)
      for index in start..<values.slices.count { values.slices[index] = values.slices[index].inDictionary }
    }
  }

  private static func gather<Value>(
    _ dictionary: [Value], _ indices: [UInt32], into values: inout [Value]
  ) throws(Flaw) {
    values.reserveCapacity(values.count + indices.count)
    for index in indices {
      guard Int(index) < dictionary.count else {
        throw Flaw(.dictionaryIndexOutOfRange(Int(index)), at: 0)
      }
      values.append(dictionary[Int(index)])
    }
  }
}
