/// Decodes a footer from the end of a file, asking for more bytes where it has too few.
///
/// The end of a file: footer, its length in 4 bytes (little endian), `PAR1`.
public struct FooterDecoder: Sendable {
  /// As many bytes as hold the footer of most files.
  public static let suggestedTailByteCount = 65_536

  /// What came of the bytes.
  public enum Outcome: Sendable {
    /// The bytes from the range's lower bound to the end of the file are needed.
    case needs(Range<Int64>)
    /// The footer is decoded.
    case metadata(FileMetadata)
  }

  private let fileSize: Int64
  private let label: String?
  private let limits: ReadLimits
  private static let trailerByteCount: Int64 = 8
  static let magic: UInt32 = 0x3152_4150
  private static let encryptedMagic: UInt32 = 0x4552_4150

  /// A decoder for a file of `fileSize` bytes, named `label` in errors.
  public init(fileSize: Int64, file label: String? = nil, limits: ReadLimits = ReadLimits()) {
    self.fileSize = fileSize
    self.label = label
    self.limits = limits
  }

  /// Decodes the footer from the last bytes of the file.
  ///
  /// - Throws: `notParquet`, `truncated`, `encrypted`, `malformedMetadata` or `limitExceeded`.
  public func decode(tail: [UInt8]) throws(ParquetError) -> Outcome {
    try decode(tail: tail.span.bytes)
  }

  /// Decodes the footer from the last bytes of the file; the footer's bytes are copied.
  ///
  /// - Parameter previous: the metadata of another file. Where its schema is the same, byte for byte, as in the files of
  ///   one table, both share it and it is not read again.
  /// - Throws: `notParquet`, `truncated`, `encrypted`, `malformedMetadata` or `limitExceeded`.
  public func decode(tail: RawSpan, previous: FileMetadata? = nil) throws(ParquetError) -> Outcome {
    // Magic at both ends and the length.
    guard fileSize >= Self.trailerByteCount + 4 else { throw error(.magicMissing, 0) }
    let tailByteCount = min(Int64(tail.byteCount), fileSize)
    guard tailByteCount >= Self.trailerByteCount else {
      return .needs(max(0, fileSize - Int64(Self.suggestedTailByteCount))..<fileSize)
    }
    let end = tail.byteCount
    let magic = tail.uint32(end - 4)
    guard magic == Self.magic else {
      throw error(magic == Self.encryptedMagic ? .footerEncrypted : .magicMissing, fileSize - 4)
    }
    let footerByteCount = Int64(tail.uint32(end - 8))
    guard footerByteCount <= fileSize - Self.trailerByteCount - 4 else {
      throw error(.footerBeyondFile(byteCount: footerByteCount), fileSize - 8)
    }
    guard footerByteCount <= Int64(limits.footerByteCount) else {
      throw error(
        .limitExceeded(.footer, value: footerByteCount, limit: Int64(limits.footerByteCount)), fileSize - 8)
    }
    let start = fileSize - Self.trailerByteCount - footerByteCount
    guard footerByteCount + Self.trailerByteCount <= tailByteCount else { return .needs(start..<fileSize) }
    let footerEnd = end - Int(Self.trailerByteCount)
    let footer = tail.copy(footerEnd - Int(footerByteCount)..<footerEnd)
    do {
      return .metadata(try FileMetadata.parse(footer, fileSize: fileSize, previous: previous))
    } catch {
      throw ParquetError(
        error.problem,
        at: .init(
          file: label, rowGroup: error.rowGroup, column: error.column, offset: start + Int64(error.offset)))
    }
  }

  private func error(_ problem: Problem, _ offset: Int64) -> ParquetError {
    ParquetError(problem, at: .init(file: label, offset: offset))
  }
}
