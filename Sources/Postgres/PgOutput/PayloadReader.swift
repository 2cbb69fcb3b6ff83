/// Reads big-endian numbers and C strings from a message, and never beyond its end.
///
/// It holds no bytes itself: every call is given the same payload.
struct PayloadReader {
  private(set) var offset = 0

  /// Moves over `count` bytes and returns where they stand.
  ///
  /// - Throws: `PostgresError` with code `malformedMessage` where fewer are left, or `count` is negative.
  @inline(__always)
  mutating func take(_ count: Int, of payload: RawSpan) throws(PostgresError) -> Range<Int> {
    guard count >= 0, count <= payload.byteCount - offset else { throw truncated(payload) }
    let range = Range(uncheckedBounds: (offset, offset + count))
    offset += count
    return range
  }

  @inline(__always)
  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, of payload: RawSpan
  ) throws(PostgresError) -> T {
    let range = try take(MemoryLayout<T>.size, of: payload)
    return T(bigEndian: payload.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: T.self))
  }

  mutating func byte(of payload: RawSpan) throws(PostgresError) -> UInt8 {
    try integer(UInt8.self, of: payload)
  }

  mutating func lsn(of payload: RawSpan) throws(PostgresError) -> LSN {
    LSN(rawValue: try integer(UInt64.self, of: payload))
  }

  /// Text up to a NUL; bytes that are not UTF-8 are replaced.
  mutating func string(of payload: RawSpan) throws(PostgresError) -> String {
    var end = offset
    while end < payload.byteCount, payload.unsafeLoad(fromByteOffset: end, as: UInt8.self) != 0 { end += 1 }
    guard end < payload.byteCount else { throw truncated(payload) }
    let text = payload.extracting(offset..<end).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    offset = end + 1
    return text
  }

  /// - Throws: `PostgresError` with code `malformedMessage` where bytes are left over.
  func end(of payload: RawSpan) throws(PostgresError) {
    guard offset == payload.byteCount else {
      throw .malformed("\(payload.byteCount - offset) bytes too many in", payload)
    }
  }

  private func truncated(_ payload: RawSpan) -> PostgresError {
    .malformed("byte \(offset) of \(payload.byteCount) is not the end of", payload)
  }
}

extension PostgresError {
  /// The error of a message that breaks its protocol; it names the message's kind and no more of it.
  static func malformed(_ problem: String, _ payload: RawSpan) -> PostgresError {
    var kind = "an empty message"
    if !payload.isEmpty {
      let scalar = Unicode.Scalar(payload.unsafeLoad(fromByteOffset: 0, as: UInt8.self))
      kind = "a message of kind \(scalar.escaped(asASCII: true))"
    }
    return PostgresError(.malformedMessage, message: "\(problem) \(kind)")
  }
}
