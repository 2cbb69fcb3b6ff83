public import Time

/// A value of a row as the digest sees it: the same for what was written and for what a file says of it.
public enum DigestedValue: Hashable, Sendable {
  /// SQL's null.
  case null
  /// Text, and whatever DMS writes as text: char, varchar, uuid (36 characters, lower case), json.
  case text(String)
  /// An integer of any width.
  case integer(Int64)
  /// A float or double, by its bits; every NaN is the same, and -0 is 0.
  case double(Double)
  /// A timestamp, cut to milliseconds: DMS may legally write no more (ParquetTimestampInMillisecond).
  case timestamp(Timestamp)
  /// A truth value.
  case boolean(Bool)
  /// Raw bytes.
  case bytes([UInt8])
}

/// The digest of a row: four bytes a column (CRC-32C of the value in a canonical form), in the order of the
/// table's columns, so that a difference names its columns.
public struct RowDigest: Hashable, Sendable {
  /// Four bytes a column, most significant first.
  public let bytes: [UInt8]

  /// The digest that `bytes` hold, as the ledger stored them.
  public init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The digest of a row's values, in the order of the table's columns.
  public init(of values: some Sequence<DigestedValue>) {
    var bytes: [UInt8] = []
    for value in values {
      let checksum = value.checksum
      for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: checksum >> shift)) }
    }
    self.bytes = bytes
  }

  /// The places of the columns in which two digests differ; columns that only one of them has differ too.
  public func differingColumns(from other: RowDigest) -> [Int] {
    let count = max(bytes.count, other.bytes.count) / 4
    return (0..<count).filter { column in
      let range = column * 4..<column * 4 + 4
      guard range.upperBound <= bytes.count, range.upperBound <= other.bytes.count else { return true }
      return bytes[range] != other.bytes[range]
    }
  }
}

extension RowDigest: Codable {
  /// A digest from a Codable container: a single string of hexadecimal digits.
  ///
  /// - Throws: `DecodingError` where the value is none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let digits = Array(try container.decode(String.self).utf8)
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count - 1, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "no hexadecimal digits")
      }
      bytes.append(byte)
    }
    self.init(bytes: bytes)
  }

  /// Writes the digest as hexadecimal digits.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
  }
}

extension DigestedValue {
  /// CRC-32C of a byte for the kind, then the value, least significant byte first.
  fileprivate var checksum: UInt32 {
    var checksum = CRC32C()
    switch self {
    case .null:
      checksum.update(0)
    case .text(let text):
      checksum.update(1)
      checksum.update(text.utf8)
    case .integer(let integer):
      checksum.update(2)
      checksum.update(littleEndianBytes(of: UInt64(bitPattern: integer)))
    case .double(let double):
      checksum.update(3)
      let canonical = double.isNaN ? Double.nan : double == 0 ? 0 : double
      checksum.update(littleEndianBytes(of: canonical.bitPattern))
    case .timestamp(let timestamp):
      checksum.update(4)
      let (quotient, remainder) = timestamp.microseconds.quotientAndRemainder(dividingBy: 1_000)
      let milliseconds = remainder < 0 ? quotient - 1 : quotient
      checksum.update(littleEndianBytes(of: UInt64(bitPattern: milliseconds)))
    case .boolean(let truth):
      checksum.update(5)
      checksum.update(truth ? 1 : 0)
    case .bytes(let bytes):
      checksum.update(6)
      checksum.update(bytes)
    }
    return checksum.value
  }
}

private func littleEndianBytes(of value: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
}
