/// Takes the values of one column of a file that is being written.
///
/// A value is copied to a stage without boxing, and encoded with many others. A value that does not fit the column
/// is remembered and reported when the row group ends.
public struct ColumnBuilder: Sendable {
  /// The column.
  public let definition: ColumnDefinition
  /// The values of the open row group, nulls included.
  public internal(set) var count = 0

  let settings: WriterSettings
  private(set) var problem: Problem?
  var stage = ValueStage()
  private var stageLimit = StageLimit()
  var pages: ColumnPages

  /// When the stage is encoded.
  private struct StageLimit: Sendable {
    var valueCount = 0
    var byteCount = 0
  }

  init(_ definition: ColumnDefinition, settings: WriterSettings) {
    self.definition = definition
    self.settings = settings
    pages = ColumnPages(definition, settings: settings)
    setStageLimit()
  }

  /// The bytes held for the open row group, about.
  public var byteCountEstimate: Int { pages.byteCountEstimate + stage.bytes.count }

  /// Appends a null.
  public mutating func appendNull() {
    guard definition.isOptional else { return fail(.nullInRequiredColumn) }
    stage.appendNull()
    count &+= 1
  }

  /// Appends to a BOOLEAN column.
  public mutating func append(bool value: Bool) { append(value ? 1 : 0 as UInt8, .boolean) }

  /// Appends to an INT32 column.
  public mutating func append(int32 value: Int32) { append(value, .int32) }

  /// Appends to an INT64 column.
  public mutating func append(int64 value: Int64) { append(value, .int64) }

  /// Appends to a FLOAT column.
  public mutating func append(float value: Float) { append(value, .float) }

  /// Appends to a DOUBLE column.
  public mutating func append(double value: Double) { append(value, .double) }

  /// Appends text to a BYTE_ARRAY column.
  public mutating func append(text: String) {
    // A native string's bytes are used in place.
    var text = text
    text.withUTF8 { append(bytes: $0.span.bytes) }
  }

  /// Appends to a BYTE_ARRAY column, or to a FIXED_LEN_BYTE_ARRAY column whose length the bytes have.
  @inlinable
  public mutating func append(bytes: some Collection<UInt8>) {
    let isDone: Void? = bytes.withContiguousStorageIfAvailable { append(bytes: $0.span.bytes) }
    if isDone == nil {
      let copy = Array(bytes)
      append(bytes: copy.span.bytes)
    }
  }

  /// Appends to a BYTE_ARRAY column, or to a FIXED_LEN_BYTE_ARRAY column whose length the bytes have.
  public mutating func append(bytes: RawSpan) {
    if definition.physicalType == .byteArray {
      guard bytes.byteCount <= Self.maximumLength else {
        return fail(.wrongLength(expected: Self.maximumLength))
      }
      stage.append(bytes, hasLength: true, isOptional: definition.isOptional)
    } else {
      guard definition.physicalType == .fixedLenByteArray else { return failType() }
      let length = Int(definition.typeLength ?? 0)
      guard bytes.byteCount == length else { return fail(.wrongLength(expected: length)) }
      stage.append(bytes, hasLength: false, isOptional: definition.isOptional)
    }
    endValue()
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

  /// A length that a page's 32-bit sizes can hold.
  static let maximumLength = Int(Int32.max / 2)

  @inline(__always)
  private mutating func append<Number: BitwiseCopyable>(_ value: Number, _ type: PhysicalType) {
    guard definition.physicalType == type else { return failType() }
    stage.append(value, isOptional: definition.isOptional)
    endValue()
  }

  @inline(__always)
  private mutating func endValue() {
    count &+= 1
    if isStageFull { encodeStage() }
  }

  @inline(__always)
  private var isStageFull: Bool {
    stage.valueCount >= stageLimit.valueCount || stage.bytes.count >= stageLimit.byteCount
  }

  /// Encodes what waits where it is time to.
  mutating func encodeStageWhereFull() {
    if isStageFull { encodeStage() }
  }

  /// The values that the stage takes before it is encoded.
  var stageRoom: (valueCount: Int, byteCount: Int) {
    (stageLimit.valueCount - stage.valueCount, stageLimit.byteCount - stage.bytes.count)
  }

  private mutating func encodeStage() {
    repeat {
      pages.encode(&stage)
      setStageLimit()
      // What a full dictionary left may be a page already.
    } while isStageFull
  }

  private mutating func setStageLimit() {
    (stageLimit.valueCount, stageLimit.byteCount) = pages.stageLimit
  }

  mutating func failType() { fail(.wrongType(expected: definition.physicalType)) }

  mutating func fail(_ problem: Problem) {
    if self.problem == nil { self.problem = problem }
  }

  /// Ends the last page of the chunk.
  mutating func endChunk() {
    pages.finish(&stage)
  }

  /// Makes ready for the next row group.
  mutating func beginChunk() {
    count = 0
    pages.removeAll()
    setStageLimit()
  }
}
