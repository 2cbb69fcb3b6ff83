import CZlib

/// Decompresses a `.gz` file piece by piece: input as it comes, output in bounded portions.
///
/// Several members, one after the other, are one text (RFC 1952, section 2.2).
public struct GzipReader: ~Copyable {
  private let stream: UnsafeMutablePointer<z_stream>
  private var input: [UInt8] = []
  private var position = 0
  /// Whether zlib may hold output that there was no room for.
  private var hasPending = false
  /// Whether the last member has come to its end.
  public private(set) var isAtEnd = false

  /// A reader of a file of which nothing has come yet.
  ///
  /// - Throws: `ParquetError` for want of memory.
  public init() throws(ParquetError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for the header of gzip.
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw ParquetError(.decompressionFailed(.gzip), at: .init())
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Takes more of the file; all that was given before must have been read.
  public mutating func feed(_ bytes: [UInt8]) {
    input = bytes
    position = 0
  }

  /// The next bytes of the text, at most `limit`; none where more of the file is needed.
  ///
  /// - Throws: `ParquetError` where the file is broken.
  public mutating func read(upTo limit: Int) throws(ParquetError) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: limit)
    var count = 0
    while count < limit, position < input.count || hasPending {
      if isAtEnd {
        guard position < input.count else { break }
        isAtEnd = false
        inflateReset(stream)
      }
      let (stream, start) = (stream, position)
      let (status, taken, given) = input.withUnsafeMutableBytes { source in
        output.withUnsafeMutableBytes { target in
          let (available, room) = (source.count - start, target.count - count)
          stream.pointee.next_in = source.baseAddress?.advanced(by: start).assumingMemoryBound(to: UInt8.self)
          stream.pointee.avail_in = UInt32(clamping: available)
          stream.pointee.next_out = target.baseAddress?.advanced(by: count).assumingMemoryBound(
            to: UInt8.self)
          stream.pointee.avail_out = UInt32(clamping: room)
          let status = inflate(stream, Z_NO_FLUSH)
          return (
            status, min(available, Int(UInt32.max)) - Int(stream.pointee.avail_in),
            min(room, Int(UInt32.max)) - Int(stream.pointee.avail_out)
          )
        }
      }
      position += taken
      count += given
      hasPending = count == limit
      switch status {
      case Z_OK: break
      case Z_STREAM_END: (isAtEnd, hasPending) = (true, false)
      case Z_BUF_ERROR where taken == 0 && given == 0: return Array(output.prefix(count))
      default: throw ParquetError(.decompressionFailed(.gzip), at: .init())
      }
    }
    output.removeLast(limit - count)
    return output
  }
}
