/// Takes the values of one column of a file that is being written.
///
/// Values are encoded as they come, without boxing. A value that does not fit the column is remembered and reported
/// when the row group ends.
public struct ColumnBuilder: Sendable {
  /// The column.
  public let definition: ColumnDefinition
  /// The values of the open row group, nulls included.
  public private(set) var count = 0

  private let settings: WriterSettings
  private(set) var problem: Problem?
  private(set) var statistics: StatisticsBuilder
  /// Nil where the column has none.
  private(set) var dictionary: ValueDictionary?
  /// Whether values go into the dictionary still.
  private var usesDictionary: Bool
  /// The dictionary's values.
  private var numbersSeen = 0
  private(set) var pages: [EncodedPage] = []
  private(set) var pagesByteCount = 0

  // The open page.
  private var levels = HybridEncoder(bitWidth: 1)
  private var pageCount = 0
  private var plain: [UInt8] = []
  private var indices: [UInt32] = []
  private var bitCount = 0

  /// A data page whose bytes are ready, but for compression.
  struct EncodedPage: Sendable {
    let bytes: [UInt8]
    let valueCount: Int
    let isDictionary: Bool
  }

  init(_ definition: ColumnDefinition, settings: WriterSettings) {
    self.definition = definition
    self.settings = settings
    statistics = StatisticsBuilder(type: definition.physicalType)
    let hasDictionary = settings.encoding != .plain && definition.physicalType != .boolean
    usesDictionary = hasDictionary
    if hasDictionary {
      let width = definition.physicalType.byteWidth(typeLength: definition.typeLength)
      dictionary = ValueDictionary(width: width ?? 0)
    }
  }

  /// The bytes held for the open row group, about.
  public var byteCountEstimate: Int {
    pagesByteCount + plain.count + indices.count + (dictionary?.bytes.count ?? 0)
  }

  /// Appends a null.
  public mutating func appendNull() {
    guard definition.isOptional else { return fail(.nullInRequiredColumn) }
    statistics.nullCount += 1
    endValue(isNull: true)
  }

  /// Appends to a BOOLEAN column.
  public mutating func append(bool value: Bool) {
    guard definition.physicalType == .boolean else { return failType() }
    if settings.writesStatistics { statistics.add(integer: value ? 1 : 0) }
    if bitCount & 7 == 0 { plain.append(0) }
    if value { plain[plain.count - 1] |= 1 << UInt8(bitCount & 7) }
    bitCount += 1
    endValue(isNull: false)
  }

  /// Appends to an INT32 column.
  public mutating func append(int32 value: Int32) {
    guard definition.physicalType == .int32 else { return failType() }
    if settings.writesStatistics { statistics.add(integer: Int64(value)) }
    append(fixed: value)
  }

  /// Appends to an INT64 column.
  public mutating func append(int64 value: Int64) {
    guard definition.physicalType == .int64 else { return failType() }
    if settings.writesStatistics { statistics.add(integer: value) }
    append(fixed: value)
  }

  /// Appends to a FLOAT column.
  public mutating func append(float value: Float) {
    guard definition.physicalType == .float else { return failType() }
    if settings.writesStatistics { statistics.add(number: Double(value)) }
    append(fixed: Int32(bitPattern: value.bitPattern))
  }

  /// Appends to a DOUBLE column.
  public mutating func append(double value: Double) {
    guard definition.physicalType == .double else { return failType() }
    if settings.writesStatistics { statistics.add(number: value) }
    append(fixed: value.bitPattern)
  }

  /// Appends text to a BYTE_ARRAY column.
  public mutating func append(text: String) {
    // A native string's bytes are used in place.
    var text = text
    text.withUTF8 { append(bytes: $0.span.bytes) }
  }

  /// Appends to a BYTE_ARRAY column, or to a FIXED_LEN_BYTE_ARRAY column whose length the bytes have.
  public mutating func append(bytes: some Collection<UInt8>) {
    let isDone: Void? = bytes.withContiguousStorageIfAvailable { append(bytes: $0.span.bytes) }
    if isDone == nil {
      let copy = Array(bytes)
      append(bytes: copy.span.bytes)
    }
  }

  /// Appends to a BYTE_ARRAY column, or to a FIXED_LEN_BYTE_ARRAY column whose length the bytes have.
  public mutating func append(bytes: RawSpan) {
    switch definition.physicalType {
    case .byteArray:
      guard bytes.byteCount <= Int32.max / 2 else { return fail(.wrongLength(expected: Int(Int32.max / 2))) }
    case .fixedLenByteArray:
      let length = Int(definition.typeLength ?? 0)
      guard bytes.byteCount == length else { return fail(.wrongLength(expected: length)) }
    default: return failType()
    }
    append(span: bytes)
  }

  /// Appends a decimal, as the integer that it is without its point, to a FIXED_LEN_BYTE_ARRAY column.
  public mutating func append(decimalUnscaled value: Int128) {
    guard definition.physicalType == .fixedLenByteArray else { return failType() }
    let length = Int(definition.typeLength ?? 0)
    withUnsafeBytes(of: value.bigEndian) { whole in
      let extra = whole.count - length
      if extra >= 0 {
        // What is cut off must be the sign and nothing more.
        let sign: UInt8 = value < 0 ? 0xff : 0
        guard whole[..<extra].allSatisfy({ $0 == sign }), length > 0, (whole[extra] ^ sign) & 0x80 == 0 else {
          return fail(.wrongLength(expected: length))
        }
        append(bytes: UnsafeRawBufferPointer(rebasing: whole[extra...]).bytes)
      } else {
        let padded = [UInt8](repeating: value < 0 ? 0xff : 0, count: -extra) + whole
        append(bytes: padded.span.bytes)
      }
    }
  }

  /// `value` is signed where its width is 4, so that equal values hash alike when the dictionary grows.
  @inline(__always)
  private mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(fixed value: Number) {
    if usesDictionary, let number = dictionary?.number(ofFixed: value) {
      indices.append(number)
    } else {
      plain.append(littleEndian: value)
    }
    endValue(isNull: false)
  }

  private mutating func append(span: RawSpan) {
    let isByteArray = definition.physicalType == .byteArray
    if usesDictionary, let number = dictionary?.number(of: span) {
      indices.append(number)
      // Only a value that is new can be a bound.
      if Int(number) == numbersSeen {
        numbersSeen += 1
        if isByteArray && settings.writesStatistics { statistics.add(bytes: span) }
      }
    } else {
      plain.appendPlain(span, hasLength: isByteArray)
      if isByteArray && settings.writesStatistics { statistics.add(bytes: span) }
    }
    endValue(isNull: false)
  }

  @inline(__always)
  private mutating func endValue(isNull: Bool) {
    if definition.isOptional { levels.append(isNull ? 0 : 1) }
    count &+= 1
    pageCount &+= 1
    if usesDictionary {
      let dictionaryByteCount = dictionary?.bytes.count ?? 0
      if dictionaryByteCount >= settings.dictionaryPageSizeLimit && !isNull {
        endPage()
        usesDictionary = false
      } else if indices.count &* 2 >= settings.dataPageSize {
        // Indices take about two bytes.
        endPage()
      }
    } else if plain.count >= settings.dataPageSize {
      endPage()
    }
  }

  private mutating func failType() { fail(.wrongType(expected: definition.physicalType)) }

  private mutating func fail(_ problem: Problem) {
    if self.problem == nil { self.problem = problem }
  }

  private mutating func endPage() {
    guard pageCount > 0 else { return }
    var bytes: [UInt8] = []
    if definition.isOptional {
      levels.finish()
      bytes.append(littleEndian: UInt32(levels.bytes.count))
      bytes += levels.bytes
      levels = HybridEncoder(bitWidth: 1)
    }
    if usesDictionary, let dictionary {
      let width = dictionary.count <= 1 ? 0 : Int.bitWidth - (dictionary.count - 1).leadingZeroBitCount
      // Width 0 is allowed, but older readers expect at least a bit.
      var encoder = HybridEncoder(bitWidth: max(1, width))
      for index in indices { encoder.append(index) }
      encoder.finish()
      bytes.append(UInt8(max(1, width)))
      bytes += encoder.bytes
      indices.removeAll(keepingCapacity: true)
    } else {
      bytes += plain
      plain.removeAll(keepingCapacity: true)
      bitCount = 0
    }
    pagesByteCount += bytes.count
    pages.append(EncodedPage(bytes: bytes, valueCount: pageCount, isDictionary: usesDictionary))
    pageCount = 0
  }

  /// Ends the last page of the chunk.
  mutating func endChunk() { endPage() }

  /// Makes ready for the next row group.
  mutating func beginChunk() {
    count = 0
    pages.removeAll(keepingCapacity: true)
    pagesByteCount = 0
    statistics = StatisticsBuilder(type: definition.physicalType)
    if dictionary != nil {
      dictionary?.removeAll()
      numbersSeen = 0
      usesDictionary = true
    }
  }
}
