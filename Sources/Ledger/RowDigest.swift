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
    var writer = DigestWriter()
    for value in values { writer.append(value) }
    bytes = writer.bytes
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

/// Makes digests value by value, one behind the other in one array.
package struct DigestWriter: Sendable {
  /// Four bytes for each value, most significant first.
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func reserveCapacity(_ byteCount: Int) {
    bytes.reserveCapacity(byteCount)
  }

  /// Adds the digest of text.
  package mutating func append(text: String) {
    // A native string's bytes are used in place.
    var text = text
    text.withUTF8 { append(1, UnsafeRawBufferPointer($0)) }
  }

  /// Adds the digest of a uuid, which DMS writes as text.
  package mutating func append(identity: RowIdentity) {
    withUnsafeTemporaryAllocation(byteCount: 36, alignment: 8) { text in
      identity.write(to: text)
      append(1, UnsafeRawBufferPointer(text))
    }
  }

  /// Adds the digest of a double, by its bits; every NaN is the same, and -0 is 0.
  package mutating func append(double: Double) {
    append(3, (double.isNaN ? Double.nan : double == 0 ? 0 : double).bitPattern)
  }

  /// Adds the digest of a timestamp, cut to milliseconds.
  package mutating func append(timestamp: Timestamp) {
    let (quotient, remainder) = timestamp.microseconds.quotientAndRemainder(dividingBy: 1_000)
    append(4, UInt64(bitPattern: remainder < 0 ? quotient - 1 : quotient))
  }

  /// Adds bytes that are a digest already.
  package mutating func append(digest: some Sequence<UInt8>) {
    bytes.append(contentsOf: digest)
  }

  /// CRC-32C of a byte for the kind, then the value, least significant byte first.
  mutating func append(_ value: DigestedValue) {
    switch value {
    case .null: append(0, UnsafeRawBufferPointer(start: nil, count: 0))
    case .text(let text): append(text: text)
    case .integer(let integer): append(2, UInt64(bitPattern: integer))
    case .double(let double): append(double: double)
    case .timestamp(let timestamp): append(timestamp: timestamp)
    case .boolean(let truth): withUnsafeBytes(of: truth ? 1 as UInt8 : 0) { append(5, $0) }
    case .bytes(let bytes): bytes.withUnsafeBytes { append(6, $0) }
    }
  }

  private mutating func append(_ kind: UInt8, _ value: UnsafeRawBufferPointer) {
    var checksum = CRC32C()
    checksum.update(kind)
    checksum.update(value)
    append(checksum.value)
  }

  private mutating func append(_ kind: UInt8, _ word: UInt64) {
    var checksum = CRC32C()
    checksum.update(kind)
    checksum.update(littleEndian: word)
    append(checksum.value)
  }

  private mutating func append(_ checksum: UInt32) {
    withUnsafeBytes(of: checksum.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
