import CBrotli
import CDeflate
import CSnappy
import CZstd

/// Decompresses pages; it owns the libraries' contexts and keeps them from page to page.
///
/// A page's announced size is not believed: output is allocated in step with what the data really gives.
struct Decompressor: ~Copyable {
  private var inflater: OpaquePointer?
  private var zstd: OpaquePointer?

  deinit {
    libdeflate_free_decompressor(inflater)
    ZSTD_freeDCtx(zstd)
  }

  /// Decompresses `input` into the first `size` bytes of `output`, which grows as needed and never shrinks.
  ///
  /// - Throws: where the data is broken or does not have exactly `size` bytes.
  mutating func decompress(
    _ codec: Codec, _ input: RawSpan, size: Int, into output: inout [UInt8]
  ) throws(Flaw) {
    let found: Int
    switch codec {
    case .snappy: found = try Self.snappy(input, size: size, into: &output)
    case .gzip: found = try inflate(input, size: size, into: &output)
    case .zstd: found = try zstandard(input, size: size, into: &output)
    case .brotli: found = try Self.brotli(input, size: size, into: &output)
    case .lz4Raw, .lz4: found = try Self.lz4(codec, input, size: size, into: &output)
    case .uncompressed, .lzo, .unrecognized: throw Flaw(.codecUnsupported(codec), at: 0)
    }
    guard found == size else {
      throw Flaw(.decompressedSizeDiffers(codec, expected: size, found: found), at: 0)
    }
  }

  /// The size to begin with: what data of usual density gives.
  private static func firstCapacity(_ input: RawSpan, size: Int) -> Int {
    min(size, max(65_536, input.byteCount * 16))
  }

  /// Makes `output` at least `count` bytes long; its first `kept` bytes stay.
  private static func grow(_ output: inout [UInt8], to count: Int, keeping kept: Int = 0) {
    guard output.count < count else { return }
    let old = output
    output = [UInt8](repeating: 0, count: count)
    output.withUnsafeMutableBytes { target in
      old.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(kept))) }
    }
  }

  private static func snappy(_ input: RawSpan, size: Int, into output: inout [UInt8]) throws(Flaw) -> Int {
    // A copy of 64 bytes takes 3 bytes, so that data cannot grow more than 22-fold.
    guard size / 22 <= input.byteCount else { throw Flaw(.decompressionFailed(.snappy), at: 0) }
    let announced = input.withUnsafeBytes { source -> Int? in
      var length = 0
      let status = snappy_uncompressed_length(
        source.bindMemory(to: CChar.self).baseAddress, source.count, &length)
      return status == SNAPPY_OK ? length : nil
    }
    guard let announced else { throw Flaw(.decompressionFailed(.snappy), at: 0) }
    guard announced == size else { return announced }
    grow(&output, to: size)
    let isDone = input.withUnsafeBytes { source in
      output.withUnsafeMutableBytes { target -> Bool in
        var length = size
        return snappy_uncompress(
          source.bindMemory(to: CChar.self).baseAddress, source.count,
          target.bindMemory(to: CChar.self).baseAddress, &length) == SNAPPY_OK
      }
    }
    guard isDone else { throw Flaw(.decompressionFailed(.snappy), at: 0) }
    return size
  }

  /// Members of a gzip file, or one zlib stream, which some writers put in their place.
  private mutating func inflate(_ input: RawSpan, size: Int, into output: inout [UInt8]) throws(Flaw) -> Int {
    if inflater == nil { inflater = libdeflate_alloc_decompressor() }
    guard let inflater else { throw Flaw(.decompressionFailed(.gzip), at: 0) }
    let isGzip = input.byteCount > 1 && input.byte(0) == 0x1f
    let decompress = isGzip ? libdeflate_gzip_decompress_ex : libdeflate_zlib_decompress_ex
    var capacity = max(1, Self.firstCapacity(input, size: size))
    var (consumed, written) = (0, 0)
    repeat {
      Self.grow(&output, to: capacity, keeping: written)
      var (taken, given) = (0, 0)
      let result = input.withUnsafeBytes { source in
        output.withUnsafeMutableBytes { target in
          decompress(
            inflater, source.baseAddress.map { $0 + consumed }, source.count - consumed,
            target.baseAddress.map { $0 + written }, capacity - written, &taken, &given)
        }
      }
      switch result {
      case LIBDEFLATE_SUCCESS:
        consumed += taken
        written += given
      case LIBDEFLATE_INSUFFICIENT_SPACE where capacity < size:
        capacity = min(size, capacity * 4)
      default: throw Flaw(.decompressionFailed(.gzip), at: 0)
      }
    } while consumed == 0 || consumed < input.byteCount && written < size
    return written
  }

  private mutating func zstandard(
    _ input: RawSpan, size: Int, into output: inout [UInt8]
  ) throws(Flaw) -> Int {
    if zstd == nil { zstd = ZSTD_createDCtx() }
    guard let context = zstd else { throw Flaw(.decompressionFailed(.zstd), at: 0) }
    var capacity = Self.firstCapacity(input, size: size)
    while true {
      Self.grow(&output, to: capacity)
      let result = input.withUnsafeBytes { source in
        output.withUnsafeMutableBytes { target in
          ZSTD_decompressDCtx(context, target.baseAddress, capacity, source.baseAddress, source.count)
        }
      }
      if ZSTD_isError(result) == 0 { return result }
      guard ZSTD_getErrorCode(result) == ZSTD_error_dstSize_tooSmall, capacity < size else {
        throw Flaw(.decompressionFailed(.zstd), at: 0)
      }
      capacity = min(size, capacity * 8)
    }
  }

  private static func lz4(
    _ codec: Codec, _ input: RawSpan, size: Int, into output: inout [UInt8]
  ) throws(Flaw) -> Int {
    // A byte of a length stands for at most 255 bytes.
    guard size / 255 <= input.byteCount else { throw Flaw(.decompressionFailed(codec), at: 0) }
    grow(&output, to: size)
    var span = output.mutableSpan
    // Hadoop's frame first, as every reader does: a raw block does not look like one.
    if codec == .lz4, let found = LZ4.hadoopFrame(input, into: &span, size: size) { return found }
    return try LZ4.block(input, into: &span, from: 0, limit: size)
  }

  private static func brotli(_ input: RawSpan, size: Int, into output: inout [UInt8]) throws(Flaw) -> Int {
    guard let state = BrotliDecoderCreateInstance(nil, nil, nil) else {
      throw Flaw(.decompressionFailed(.brotli), at: 0)
    }
    defer { BrotliDecoderDestroyInstance(state) }
    var capacity = firstCapacity(input, size: size)
    grow(&output, to: capacity)
    var written = 0
    let isDone = input.withUnsafeBytes { source -> Bool in
      var available = source.count
      // The pointer moves through the input, and is used within this closure only.
      var next = source.bindMemory(to: UInt8.self).baseAddress
      while true {
        let result = output.withUnsafeMutableBufferPointer { target -> BrotliDecoderResult in
          var room = capacity - written
          var place = target.baseAddress.map { $0 + written }
          let result = BrotliDecoderDecompressStream(state, &available, &next, &room, &place, nil)
          written = capacity - room
          return result
        }
        if result == BROTLI_DECODER_RESULT_SUCCESS { return true }
        guard result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT, capacity < size else { return false }
        capacity = min(size, capacity * 4)
        grow(&output, to: capacity, keeping: written)
      }
    }
    guard isDone else { throw Flaw(.decompressionFailed(.brotli), at: 0) }
    return written
  }
}
