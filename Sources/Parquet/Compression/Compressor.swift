import CSnappy
import CZlib
import CZstd

/// Compresses pages; it owns the libraries' contexts and keeps them from page to page.
struct Compressor: ~Copyable {
  private let codec: Codec
  private var deflater: UnsafeMutablePointer<z_stream>?
  private var zstd: OpaquePointer?

  init(_ codec: Codec) {
    self.codec = codec
  }

  deinit {
    if let deflater {
      deflateEnd(deflater)
      deflater.deallocate()
    }
    ZSTD_freeCCtx(zstd)
  }

  /// The bytes of `input`, compressed; nil where they are stored as they are.
  ///
  /// - Throws: where the library fails, which it does for want of memory only.
  mutating func compress(_ input: RawSpan) throws(Flaw) -> [UInt8]? {
    switch codec {
    case .uncompressed: return nil
    case .gzip: return try deflate(input)
    case .snappy:
      return try filled(capacity: snappy_max_compressed_length(input.byteCount)) { target in
        var count = target.count
        let status = input.withUnsafeBytes { source in
          snappy_compress(
            source.bindMemory(to: CChar.self).baseAddress, source.count,
            target.bindMemory(to: CChar.self).baseAddress, &count)
        }
        return status == SNAPPY_OK ? count : nil
      }
    case .zstd:
      if zstd == nil { zstd = ZSTD_createCCtx() }
      guard let context = zstd else { throw Flaw(.compressionFailed(codec), at: 0) }
      return try filled(capacity: ZSTD_compressBound(input.byteCount)) { target in
        let count = input.withUnsafeBytes {
          ZSTD_compressCCtx(
            context, target.baseAddress, target.count, $0.baseAddress, $0.count, ZSTD_CLEVEL_DEFAULT)
        }
        return ZSTD_isError(count) == 0 ? count : nil
      }
    default: throw Flaw(.codecUnsupported(codec), at: 0)
    }
  }

  private func filled(
    capacity: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int?
  ) throws(Flaw) -> [UInt8] {
    var isDone = false
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      if let filled = fill(UnsafeMutableRawBufferPointer(buffer)) {
        count = filled
        isDone = true
      }
    }
    guard isDone else { throw Flaw(.compressionFailed(codec), at: 0) }
    return bytes
  }

  private mutating func deflate(_ input: RawSpan) throws(Flaw) -> [UInt8] {
    let stream = try readyDeflater()
    let capacity = Int(deflateBound(stream, UInt(input.byteCount)))
    let bytes = try filled(capacity: capacity) { target in
      input.withUnsafeBytes { source in
        // zlib does not write through next_in; the pointers are used within this closure only.
        stream.pointee.next_in = UnsafeMutablePointer(
          mutating: source.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(truncatingIfNeeded: source.count)
        stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(truncatingIfNeeded: target.count)
        return CZlib.deflate(stream, Z_FINISH) == Z_STREAM_END ? Int(stream.pointee.total_out) : nil
      }
    }
    stream.pointee.next_in = nil
    stream.pointee.next_out = nil
    return bytes
  }

  private mutating func readyDeflater() throws(Flaw) -> UnsafeMutablePointer<z_stream> {
    if let deflater {
      deflateReset(deflater)
      return deflater
    }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for gzip's frame.
    guard
      deflateInit2_(
        stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      stream.deallocate()
      throw Flaw(.compressionFailed(.gzip), at: 0)
    }
    deflater = stream
    return stream
  }
}
