/// What is wrong with a file or with a use of this module, and where.
public struct ParquetError: Error, Sendable, Equatable {
  /// The kinds of error.
  public enum Code: String, Sendable, CaseIterable {
    /// The bytes do not end (or begin) with a Parquet file's magic.
    case notParquet
    /// The bytes end before what they announce.
    case truncated
    /// The footer or a page header does not follow the format.
    case malformedMetadata
    /// Levels, dictionary or values do not follow the format.
    case malformedData
    /// A page's bytes differ from its CRC.
    case checksumMismatch
    /// A page cannot be decompressed to the size that it announces.
    case decompressionFailed
    /// The footer or the column is encrypted.
    case encrypted
    /// A codec, encoding or layout that this reader does not have.
    case unsupported
    /// A size is beyond `ReadLimits`.
    case limitExceeded
    /// A page cannot be compressed, for want of memory.
    case compressionFailed
    /// The caller asked for what cannot be.
    case misuse
  }

  /// Where the problem is; what is not known is nil.
  public struct Location: Sendable, Equatable {
    /// The caller's label of the file.
    public var file: String?
    /// The row group's number from 0.
    public var rowGroup: Int?
    /// The column's path, its parts joined by dots.
    public var column: String?
    /// The offset in the file where reading stopped.
    public var offset: Int64?

    /// A place in a file.
    public init(file: String? = nil, rowGroup: Int? = nil, column: String? = nil, offset: Int64? = nil) {
      self.file = file
      self.rowGroup = rowGroup
      self.column = column
      self.offset = offset
    }
  }

  /// What is wrong, as data.
  public let problem: Problem
  /// Where it is.
  public let location: Location

  /// An error at a place.
  public init(_ problem: Problem, at location: Location) {
    self.problem = problem
    self.location = location
  }

  /// The kind of the problem.
  public var code: Code { problem.code }
}
