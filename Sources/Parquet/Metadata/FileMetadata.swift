/// What a file's footer says: parquet.thrift, `FileMetaData`.
///
/// It keeps the footer's bytes and reads texts and statistics from them when asked.
public struct FileMetadata: Sendable {
  let footer: [UInt8]
  let createdByRange: Range<Int>?
  let keyValueRange: Range<Int>?

  /// The format's version: 1 or 2.
  public let version: Int32
  /// The columns.
  public let schema: Schema
  /// The rows of all row groups, as the footer says and as the row groups add up to.
  public let rowCount: Int64
  /// The row groups in the order of the file.
  public let rowGroups: [RowGroupMetadata]
  /// Whether a column is encrypted, or the footer signed.
  public let announcesEncryption: Bool

  /// The application that wrote the file.
  public var createdBy: String? { createdByRange.map { footer.span.bytes.text($0) } }
  /// The footer's length in bytes.
  public var footerByteCount: Int { footer.count }

  /// What the writer added about the file.
  public var keyValueMetadata: [KeyValue] { KeyValue.list(footer, keyValueRange) }
}

/// An entry that a writer added about a file or a column chunk.
public struct KeyValue: Sendable, Equatable {
  /// The entry's name.
  public let key: String
  /// The entry's value.
  public let value: String?

  /// Reads a list whose form was checked when its range was found.
  static func list(_ footer: [UInt8], _ range: Range<Int>?) -> [KeyValue] {
    guard let range else { return [] }
    var reader = ThriftReader(footer.span.bytes, at: range.lowerBound)
    return (try? reader.keyValues()) ?? []
  }
}

/// A row group: parquet.thrift, `RowGroup`.
public struct RowGroupMetadata: Sendable {
  /// One chunk for each of the schema's leaves, in their order.
  public internal(set) var columns: ColumnChunks
  /// The rows.
  public internal(set) var rowCount: Int64 = 0
  /// The bytes of all chunks, not compressed.
  public internal(set) var totalByteSize: Int64 = 0
  /// The bytes of all chunks, compressed.
  public internal(set) var totalCompressedSize: Int64?
  /// The offset of the first page.
  public internal(set) var fileOffset: Int64?
  /// The row group's number, as the writer gave it.
  public internal(set) var ordinal: Int16?
  /// The columns by which the rows are sorted.
  public internal(set) var sortingColumns: [SortingColumn] = []
}

/// The column chunks of a row group.
public struct ColumnChunks: RandomAccessCollection, Sendable {
  var fields: [ChunkFields]
  var file: ChunkFile

  /// The first chunk's number.
  public var startIndex: Int { 0 }
  /// The number behind the last chunk's.
  public var endIndex: Int { fields.count }
  /// The chunk of the column of that number.
  public subscript(_ index: Int) -> ColumnChunkMetadata {
    ColumnChunkMetadata(file: file, fields: fields[index])
  }
}

/// What a chunk's fields are to be understood by.
struct ChunkFile: Sendable {
  let footer: [UInt8]
  /// The bytes of the file; a chunk ends before.
  let byteCount: Int64
  /// What the writer may have left out of a chunk's size.
  var missingByteCount: Int64 = 0
}

/// A column by which a row group's rows are sorted.
public struct SortingColumn: Sendable, Equatable {
  /// The column's number among the leaves.
  public let columnIndex: Int32
  /// Whether large values come first.
  public let isDescending: Bool
  /// Whether nulls come first.
  public let nullsFirst: Bool
}

/// What a chunk or a page says about its values.
public struct Statistics: Sendable, Equatable {
  /// The nulls.
  public let nullCount: Int64?
  /// The different values.
  public let distinctCount: Int64?
  /// A lower bound of the values: PLAIN bytes, without the length of a BYTE_ARRAY.
  public let min: [UInt8]?
  /// An upper bound of the values.
  public let max: [UInt8]?
  /// Whether `min` is a value of the column rather than a shortened one.
  public let minIsExact: Bool?
  /// Whether `max` is a value of the column rather than a shortened one.
  public let maxIsExact: Bool?
  /// Whether only the deprecated `min` and `max` are there, whose order is right for signed numbers alone.
  public let isDeprecatedOrder: Bool
}
