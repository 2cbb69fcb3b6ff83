/// A column of a file to be written.
public struct ColumnDefinition: Sendable, Equatable {
  /// The column's name.
  public let name: String
  /// How values are stored.
  public let physicalType: PhysicalType
  /// The bytes of a value of a FIXED_LEN_BYTE_ARRAY.
  public let typeLength: Int32?
  /// Whether nulls are allowed.
  public let isOptional: Bool
  /// What the values mean.
  public let convertedType: ConvertedType?
  /// The digits of a decimal.
  public let precision: Int32?
  /// The digits behind a decimal's point.
  public let scale: Int32?

  /// A column of any type; `FileWriter` refuses a definition that makes no sense.
  public init(
    _ name: String, _ physicalType: PhysicalType, typeLength: Int32? = nil, isOptional: Bool = true,
    convertedType: ConvertedType? = nil, precision: Int32? = nil, scale: Int32? = nil
  ) {
    self.name = name
    self.physicalType = physicalType
    self.typeLength = typeLength
    self.isOptional = isOptional
    self.convertedType = convertedType
    self.precision = precision
    self.scale = scale
  }

  /// A column of text: BYTE_ARRAY, UTF8.
  public static func text(_ name: String, isOptional: Bool = true) -> ColumnDefinition {
    ColumnDefinition(name, .byteArray, isOptional: isOptional, convertedType: .utf8)
  }

  /// A column of decimals: FIXED_LEN_BYTE_ARRAY of the fewest bytes that hold `precision` digits.
  public static func decimal(
    _ name: String, precision: Int32, scale: Int32, isOptional: Bool = true
  ) -> ColumnDefinition {
    ColumnDefinition(
      name, .fixedLenByteArray, typeLength: decimalByteCount(precision: precision), isOptional: isOptional,
      convertedType: .decimal, precision: precision, scale: scale)
  }

  /// The fewest bytes whose two's complement holds every number of `precision` digits.
  public static func decimalByteCount(precision: Int32) -> Int32 {
    var byteCount: Int32 = 1
    // 2^(8n-1) - 1 has floor((8n - 1) * log10(2)) whole digits.
    while Double(8 * byteCount - 1) * 0.301_029_995_663_981_2 < Double(precision) { byteCount += 1 }
    return byteCount
  }

  var isValid: Bool {
    switch physicalType {
    case .fixedLenByteArray:
      guard let typeLength, typeLength > 0 else { return false }
    case .int96: return false
    default: break
    }
    if convertedType == .decimal {
      guard let precision, precision > 0, let scale, scale >= 0, scale <= precision else { return false }
    }
    return true
  }
}
