/// A column's pages in one row group: parquet.thrift, `ColumnChunk` and `ColumnMetaData`.
public struct ColumnChunkMetadata: Sendable {
  let footer: [UInt8]
  var pathRange: Range<UInt32> = 0..<0
  var keyValueOffset: UInt32 = 0
  var encodingBits: UInt32 = 0
  var statisticsFields = StatisticsFields()
  var dictionaryOffset: Int64 = -1
  var columnIndexPlace = Place()
  var offsetIndexPlace = Place()
  var bloomFilterPlace = Place()
  /// What a writer may have left out of `compressedSize`.
  var missingByteCount: Int64 = 0
  /// The bytes of the file; the chunk ends before.
  var fileSize: Int64 = 0

  /// How values are stored.
  public internal(set) var physicalType = PhysicalType.boolean
  /// How pages are compressed.
  public internal(set) var codec = Codec.uncompressed
  /// Whether the pages, or also the metadata, are encrypted.
  public internal(set) var isEncrypted = false
  /// Whether the pages are in another file.
  public internal(set) var isInOtherFile = false
  /// The entries of all pages, nulls included; the rows of a flat column.
  public internal(set) var valueCount: Int64 = 0
  /// The bytes of all pages with their headers, as stored.
  public internal(set) var compressedSize: Int64 = 0
  /// The bytes of all pages with their headers, decompressed.
  public internal(set) var uncompressedSize: Int64 = 0
  /// Where the first data page begins.
  public internal(set) var dataPageOffset: Int64 = 0

  init(footer: [UInt8]) {
    self.footer = footer
  }

  /// Where the dictionary page begins; nil where there is none.
  public var dictionaryPageOffset: Int64? {
    // Writers put a 0 where there is no dictionary.
    dictionaryOffset > 0 && dictionaryOffset < dataPageOffset ? dictionaryOffset : nil
  }

  /// All pages, the dictionary included.
  public var byteRange: Range<Int64> {
    let start = dictionaryPageOffset ?? dataPageOffset
    // The sum was checked to be at most the file's size.
    let end = start + compressedSize
    return start..<(end + min(missingByteCount, fileSize - end))
  }

  /// The page index of minima and maxima.
  public var columnIndexRange: Range<Int64>? { columnIndexPlace.range }
  /// The page index of places.
  public var offsetIndexRange: Range<Int64>? { offsetIndexPlace.range }
  /// Where the Bloom filter begins.
  public var bloomFilterOffset: Int64? { bloomFilterPlace.offset >= 0 ? bloomFilterPlace.offset : nil }
  /// The Bloom filter with its header, where its length is given.
  public var bloomFilterRange: Range<Int64>? { bloomFilterPlace.range }

  /// The encodings of the pages and levels.
  public var encodings: [Encoding] {
    Encoding.allCases.filter { encodingBits & (1 << UInt32($0.rawValue)) != 0 }
  }

  /// The column's path, as the chunk names it.
  public var path: [String] {
    guard !pathRange.isEmpty else { return [] }
    var reader = ThriftReader(footer.span.bytes, at: Int(pathRange.lowerBound))
    return (try? reader.strings()) ?? []
  }

  /// What the writer added about the chunk.
  public var keyValueMetadata: [KeyValue] {
    keyValueOffset == 0 ? [] : KeyValue.list(footer, Int(keyValueOffset)..<footer.count)
  }

  /// What the chunk says about its values.
  public var statistics: Statistics? { statisticsFields.statistics(footer) }

  /// An offset and a length; -1 where not given.
  struct Place: Sendable {
    var offset: Int64 = -1
    var length: Int32 = -1

    var range: Range<Int64>? {
      guard offset >= 0 && length >= 0 else { return nil }
      let (end, overflows) = offset.addingReportingOverflow(Int64(length))
      return overflows ? nil : offset..<end
    }
  }
}

/// `Statistics` as numbers and places in the footer.
struct StatisticsFields: Sendable {
  var isPresent = false
  var nullCount: Int64 = -1
  var distinctCount: Int64 = -1
  var min: Range<UInt32>?
  var max: Range<UInt32>?
  var deprecatedMin: Range<UInt32>?
  var deprecatedMax: Range<UInt32>?
  var minIsExact: Bool?
  var maxIsExact: Bool?

  func statistics(_ footer: [UInt8]) -> Statistics? {
    guard isPresent else { return nil }
    let isDeprecatedOrder = min == nil && max == nil && (deprecatedMin != nil || deprecatedMax != nil)
    func bytes(_ range: Range<UInt32>?) -> [UInt8]? {
      range.map { footer.span.bytes.copy(Int($0.lowerBound)..<Int($0.upperBound)) }
    }
    return Statistics(
      nullCount: nullCount >= 0 ? nullCount : nil, distinctCount: distinctCount >= 0 ? distinctCount : nil,
      min: bytes(isDeprecatedOrder ? deprecatedMin : min),
      max: bytes(isDeprecatedOrder ? deprecatedMax : max),
      minIsExact: minIsExact, maxIsExact: maxIsExact, isDeprecatedOrder: isDeprecatedOrder)
  }
}
