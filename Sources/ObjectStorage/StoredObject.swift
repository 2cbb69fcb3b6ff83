public import Time

/// The tag of an object's present bytes: another tag, other bytes.
public struct ETag: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The tag without its quotes.
  ///
  /// Nothing may be read from it: it is a digest only in some cases.
  public var rawValue: String

  /// A tag from its text, with or without the quotes of the HTTP header, and without its mark of weakness: a
  /// proxy may set that on a tag which a listing shows without.
  public init(_ text: String) {
    let text = text.hasPrefix("W/\"") ? String(text.dropFirst(2)) : text
    let isQuoted = text.utf8.count >= 2 && text.utf8.first == 0x22 && text.utf8.last == 0x22
    rawValue = isQuoted ? String(text.dropFirst().dropLast()) : text
  }

  /// A tag from a Codable container: a single string.
  ///
  /// - Throws: `DecodingError` where the value is no string.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the tag as a single string.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  /// The tag without its quotes.
  public var description: String { rawValue }

  /// The tag as the headers `ETag` and `If-Match` carry it (RFC 9110 section 8.8.3).
  ///
  /// A listing may hold anything: what could end the header field, or the tag, is left out, and then nothing
  /// matches.
  var quoted: String {
    let isPlain = rawValue.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7F }
    return "\"\(isPlain ? rawValue : String(rawValue.filter { $0 > " " && $0 != "\"" && $0 != "\u{7F}" }))\""
  }
}

/// A part of an object.
public enum ByteRange: Hashable, Sendable {
  /// Bytes from the lower to below the upper offset; not empty, not negative.
  case bytes(Range<Int64>)
  /// The last bytes, as many as there are up to this number, which is above 0.
  case suffix(Int64)

  /// Whether the range asks for at least one byte at no negative offset.
  var isValid: Bool {
    switch self {
    case .bytes(let range): range.lowerBound >= 0 && !range.isEmpty
    case .suffix(let count): count > 0
    }
  }

  /// How many bytes the range asks for at most.
  var longest: Int64 {
    switch self {
    case .bytes(let range): range.upperBound - range.lowerBound
    case .suffix(let count): count
    }
  }

  /// The part of an object of `size` bytes; nil where the range begins at or beyond its end.
  func offsets(in size: Int64) -> Range<Int64>? {
    switch self {
    case .bytes(let range):
      range.lowerBound < size ? range.lowerBound..<min(range.upperBound, size) : nil
    case .suffix(let count):
      size > 0 ? max(0, size - count)..<size : nil
    }
  }
}

/// Bytes of an object.
public struct ObjectBytes: Sendable {
  /// The bytes read.
  public var bytes: [UInt8]
  /// The offset of the first of `bytes` in the object.
  public var offset: Int64
  /// The size of the whole object in bytes.
  public var size: Int64
  /// The tag of the object that the bytes are of.
  public var etag: ETag
  /// When the object was last written, by the store's clock.
  public var lastModified: Timestamp

  /// Bytes of an object.
  public init(bytes: [UInt8], offset: Int64, size: Int64, etag: ETag, lastModified: Timestamp) {
    (self.bytes, self.offset, self.size) = (bytes, offset, size)
    (self.etag, self.lastModified) = (etag, lastModified)
  }
}

/// What is known of an object without reading it.
public struct ObjectHead: Hashable, Sendable {
  /// The object's size in bytes.
  public var size: Int64
  /// The tag of the object's present bytes.
  public var etag: ETag
  /// When the object was last written, by the store's clock.
  public var lastModified: Timestamp

  /// What is known of an object.
  public init(size: Int64, etag: ETag, lastModified: Timestamp) {
    (self.size, self.etag, self.lastModified) = (size, etag, lastModified)
  }
}

/// A store's clock against ours: theirs reads ours + `offset`, give or take `uncertainty`.
public struct ClockReading: Hashable, Sendable {
  /// How far the store's clock is ahead of ours; negative where it is behind.
  public var offset: Duration
  /// How far off `offset` may be: the resolution of the store's answer and half the time that it took.
  public var uncertainty: Duration

  /// A reading of a store's clock.
  public init(offset: Duration, uncertainty: Duration) {
    (self.offset, self.uncertainty) = (offset, uncertainty)
  }
}

/// The most bytes that a whole object may have to be read in one piece: twice the largest file of DMS.
let largestWholeRead: Int64 = 2 << 30
