/// How a file is written.
public struct WriterSettings: Sendable, Equatable {
  /// The number that the footer gives for the format's version.
  public enum FormatVersion: Int32, Sendable {
    /// Version 1.
    case v1 = 1
    /// Version 2.
    case v2 = 2
  }

  /// How values are encoded.
  public enum ValueEncoding: Sendable {
    /// PLAIN throughout.
    case plain
    /// A dictionary, under the older name.
    case plainDictionary
    /// A dictionary.
    case rleDictionary
  }

  /// The format's version; data pages are of version 1 in both.
  public var version = FormatVersion.v1
  /// How values are encoded; booleans are always PLAIN, and so is what follows a full dictionary.
  public var encoding = ValueEncoding.rleDictionary
  /// How pages are compressed: uncompressed, gzip, snappy or zstd.
  public var compression = Codec.uncompressed
  /// The dictionary's size in bytes from which on values are PLAIN.
  public var dictionaryPageSizeLimit = 1_048_576
  /// The size in bytes, before compression, at which a data page ends.
  public var dataPageSize = 1_048_576
  /// The rows of a row group.
  public var rowGroupLength = 10_000
  /// Whether chunks say nulls, minimum and maximum.
  public var writesStatistics = true
  /// The application's name in the footer.
  public var createdBy: String?
  /// The name of the schema's root.
  public var schemaName = "schema"
  /// Whether chunks are laid out as parquet-cpp did before 1.6: behind its pages a copy of a chunk's metadata, to
  /// which `file_offset` points, and an `index_page_offset` of 0.
  public var writesLegacyLayout = false

  /// Version 1, dictionaries, no compression, row groups of 10,000 rows.
  public init() {}

  var problem: Problem.Setting? {
    if dictionaryPageSizeLimit < 0 || dictionaryPageSizeLimit > Self.pageLimit {
      return .dictionaryPageSizeLimit
    }
    if dataPageSize < 1 || dataPageSize > Self.pageLimit { return .dataPageSize }
    if rowGroupLength < 1 || rowGroupLength > Int32.max { return .rowGroupLength }
    switch compression {
    case .uncompressed, .gzip, .snappy, .zstd: return nil
    default: return .compression
    }
  }

  /// Page sizes are 32-bit numbers, and a page may pass its limit by a value.
  private static let pageLimit = 1 << 30
}
