/// Decodes LZ4's block format, and the frame that Hadoop puts around it.
///
/// Format: lz4/doc/lz4_Block_format.md.
enum LZ4 {
  /// Decodes one block into `output` from `start` on, up to `limit`; the result is the end of what was written.
  ///
  /// - Throws: where the block is broken or gives more.
  static func block(
    _ input: RawSpan, into output: inout MutableSpan<UInt8>, from start: Int, limit: Int
  ) throws(Flaw) -> Int {
    let broken = Problem.decompressionFailed(.lz4Raw)
    var source = 0
    var target = start
    while source < input.byteCount {
      let token = input.byte(source)
      source += 1
      let literals = try length(input, &source, first: Int(token >> 4))
      guard literals <= input.byteCount - source, literals <= limit - target else {
        throw Flaw(broken, at: source)
      }
      for index in 0..<literals { output[unchecked: target + index] = input.byte(source + index) }
      source += literals
      target += literals
      // The last sequence has literals only.
      if source == input.byteCount { break }
      guard input.byteCount - source >= 2 else { throw Flaw(broken, at: source) }
      let distance = Int(input.byte(source)) | Int(input.byte(source + 1)) << 8
      source += 2
      guard distance > 0, distance <= target - start else { throw Flaw(broken, at: source) }
      let match = try length(input, &source, first: Int(token & 15)) + 4
      guard match <= limit - target else { throw Flaw(broken, at: source) }
      // A match may overlap what it makes: byte by byte, as the format means it.
      for index in 0..<match {
        output[unchecked: target + index] = output[unchecked: target + index - distance]
      }
      target += match
    }
    return target
  }

  /// A length of 15 goes on in further bytes, each of 255 but the last.
  private static func length(_ input: RawSpan, _ source: inout Int, first: Int) throws(Flaw) -> Int {
    guard first == 15 else { return first }
    var length = 15
    while true {
      guard source < input.byteCount else { throw Flaw(.decompressionFailed(.lz4Raw), at: source) }
      let byte = input.byte(source)
      source += 1
      // The input is shorter than 2 GiB, so that this sum cannot overflow.
      length += Int(byte)
      if byte != 255 { return length }
    }
  }

  /// Decodes Hadoop's frame: blocks of which each has its decoded and its stored size in 4 bytes, big endian.
  ///
  /// Nil where the bytes are not in that frame, which some writers left out.
  static func hadoopFrame(_ input: RawSpan, into output: inout MutableSpan<UInt8>, size: Int) -> Int? {
    var source = 0
    var target = 0
    while input.byteCount - source >= 8 {
      let decodedSize = Int(UInt32(bigEndian: input.uint32(source)))
      let storedSize = Int(UInt32(bigEndian: input.uint32(source + 4)))
      source += 8
      guard storedSize <= input.byteCount - source, decodedSize <= size - target else { return nil }
      let part = input.extracting(source..<source + storedSize)
      guard let end = try? block(part, into: &output, from: target, limit: target + decodedSize),
        end == target + decodedSize
      else { return nil }
      source += storedSize
      target = end
    }
    return source == input.byteCount ? target : nil
  }
}
