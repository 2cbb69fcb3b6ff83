/// Little-endian loads; a load outside the span traps, so that callers check first and nothing else can be read.
extension RawSpan {
  @inline(__always)
  func byte(_ offset: Int) -> UInt8 {
    unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  @inline(__always)
  func uint32(_ offset: Int) -> UInt32 {
    UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @inline(__always)
  func uint64(_ offset: Int) -> UInt64 {
    UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// A copy of the bytes of `range`, which must lie in the span.
  func copy(_ range: Range<Int>) -> [UInt8] {
    let part = extracting(range)
    return [UInt8](unsafeUninitializedCapacity: part.byteCount) { buffer, count in
      part.withUnsafeBytes { source in
        if let base = source.baseAddress, let target = buffer.baseAddress {
          UnsafeMutableRawPointer(target).copyMemory(from: base, byteCount: source.count)
        }
      }
      count = part.byteCount
    }
  }

  /// The text of `range`, which must lie in the span; invalid UTF-8 is repaired.
  func text(_ range: Range<Int>) -> String {
    extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}

extension Array<UInt8> {
  /// Appends the bytes of `range`, which must lie in the span.
  mutating func append(_ span: RawSpan, _ range: Range<Int>) {
    span.extracting(range).withUnsafeBytes { append(contentsOf: $0) }
  }
}
