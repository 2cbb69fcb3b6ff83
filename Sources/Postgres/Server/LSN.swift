/// A position in the write-ahead log (WAL), in bytes since its beginning.
public struct LSN: RawRepresentable, Hashable, Comparable, Sendable {
  /// The position in bytes.
  public let rawValue: UInt64

  /// The position `rawValue` bytes into the log.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The invalid position, `0/0`, which PostgreSQL takes for "none".
  public static let zero = LSN(rawValue: 0)

  /// Orders by position.
  public static func < (lhs: LSN, rhs: LSN) -> Bool {
    lhs.rawValue < rhs.rawValue
  }

  /// Bytes from the right position to the left one, saturating.
  public static func - (lhs: LSN, rhs: LSN) -> Int64 {
    lhs.rawValue >= rhs.rawValue
      ? Int64(clamping: lhs.rawValue - rhs.rawValue) : -Int64(clamping: rhs.rawValue - lhs.rawValue)
  }

  /// The position `bytes` later, saturating.
  public func advanced(by bytes: UInt64) -> LSN {
    let (sum, overflow) = rawValue.addingReportingOverflow(bytes)
    return LSN(rawValue: overflow ? .max : sum)
  }
}

extension LSN: LosslessStringConvertible {
  /// A position from PostgreSQL's text, `16/B374D848`, or nil: two hexadecimal numbers of up to eight digits.
  public init?(_ text: String) {
    let halves = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard halves.count == 2, let high = Self.half(halves[0]), let low = Self.half(halves[1]) else {
      return nil
    }
    rawValue = UInt64(high) << 32 | UInt64(low)
  }

  private static func half(_ digits: Substring.UTF8View) -> UInt32? {
    guard (1...8).contains(digits.count), digits.first != UInt8(ascii: "+") else { return nil }
    return UInt32(Substring(digits), radix: 16)
  }

  /// PostgreSQL's text: the high and the low 32 bits in upper-case hexadecimal, `16/B374D848`.
  public var description: String {
    String(rawValue >> 32, radix: 16, uppercase: true) + "/"
      + String(rawValue & 0xFFFF_FFFF, radix: 16, uppercase: true)
  }
}

extension LSN: Codable {
  /// A position from PostgreSQL's text in a single value.
  ///
  /// - Throws: `DecodingError` where it is none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let lsn = LSN(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "not an LSN such as 16/B374D848")
    }
    self = lsn
  }

  /// Writes PostgreSQL's text as a single value.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
