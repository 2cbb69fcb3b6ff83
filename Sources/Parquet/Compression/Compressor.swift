import CSnappy
import CZlib
import CZstd

/// Compresses pages.
enum Compressor {
  /// The bytes of `input`, compressed.
  ///
  /// - Throws: where the library fails, which it does for want of memory only.
  static func compress(_ codec: Codec, _ input: [UInt8]) throws(Flaw) -> [UInt8] {
    switch codec {
    case .uncompressed: return input
    case .gzip: return try deflate(input)
    case .snappy:
      return try filled(codec, capacity: snappy_max_compressed_length(input.count)) { target in
        var count = target.count
        let status = input.withUnsafeBytes { source in
          snappy_compress(
            source.bindMemory(to: CChar.self).baseAddress, source.count,
            target.bindMemory(to: CChar.self).baseAddress, &count)
        }
        return status == SNAPPY_OK ? count : nil
      }
    case .zstd:
      return try filled(codec, capacity: ZSTD_compressBound(input.count)) { target in
        let count = input.withUnsafeBytes {
          ZSTD_compress(target.baseAddress, target.count, $0.baseAddress, $0.count, ZSTD_CLEVEL_DEFAULT)
        }
        return ZSTD_isError(count) == 0 ? count : nil
      }
    default: throw Flaw(.codecUnsupported(codec), at: 0)
    }
  }

  private static func filled(
    _ codec: Codec, capacity: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int?
  ) throws(Flaw) -> [UInt8] {
    var isDone = false
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      if let filled = fill(UnsafeMutableRawBufferPointer(buffer)) {
        count = filled
        isDone = true
      }
    }
    guard isDone else { throw Flaw(.decompressionFailed(codec), at: 0) }
    return bytes
  }

  private static func deflate(_ input: [UInt8]) throws(Flaw) -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window, and 16 for gzip's frame.
    guard
      deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw Flaw(.decompressionFailed(.gzip), at: 0) }
    defer { deflateEnd(&stream) }
    let capacity = Int(deflateBound(&stream, UInt(input.count)))
    return try filled(.gzip, capacity: capacity) { target in
      input.withUnsafeBufferPointer { source in
        // zlib does not write through next_in; the pointers are used within this closure only.
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(truncatingIfNeeded: source.count)
        stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(truncatingIfNeeded: target.count)
        return CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : nil
      }
    }
  }
}
