/// A column's pages in one row group: parquet.thrift, `ColumnChunk` and `ColumnMetaData`.
public struct ColumnChunkMetadata: Sendable {
  let file: ChunkFile
  let fields: ChunkFields

  /// How values are stored.
  public var physicalType: PhysicalType { fields.physicalType }
  /// How pages are compressed.
  public var codec: Codec { fields.codec }
  /// Whether the pages, or also the metadata, are encrypted.
  public var isEncrypted: Bool { fields.isEncrypted }
  /// Whether the pages are in another file.
  public var isInOtherFile: Bool { fields.isInOtherFile }
  /// The entries of all pages, nulls included; the rows of a flat column.
  public var valueCount: Int64 { fields.valueCount }
  /// The bytes of all pages with their headers, as stored.
  public var compressedSize: Int64 { fields.compressedSize }
  /// The bytes of all pages with their headers, decompressed.
  public var uncompressedSize: Int64 { fields.uncompressedSize }
  /// Where the first data page begins.
  public var dataPageOffset: Int64 { fields.dataPageOffset }
  /// Where the dictionary page begins; nil where there is none.
  public var dictionaryPageOffset: Int64? { fields.dictionaryPageOffset }

  /// All pages, the dictionary included.
  public var byteRange: Range<Int64> {
    let start = dictionaryPageOffset ?? dataPageOffset
    // The sum was checked to be at most the file's size.
    let end = start + compressedSize
    return start..<(end + min(file.missingByteCount, file.byteCount - end))
  }

  /// The page index of minima and maxima.
  public var columnIndexRange: Range<Int64>? { fields.columnIndexPlace.range }
  /// The page index of places.
  public var offsetIndexRange: Range<Int64>? { fields.offsetIndexPlace.range }
  /// Where the Bloom filter begins.
  public var bloomFilterOffset: Int64? {
    fields.bloomFilterPlace.offset >= 0 ? fields.bloomFilterPlace.offset : nil
  }
  /// The Bloom filter with its header, where its length is given.
  public var bloomFilterRange: Range<Int64>? { fields.bloomFilterPlace.range }

  /// The encodings of the pages and levels.
  public var encodings: [Encoding] {
    Encoding.allCases.filter { fields.encodingBits & (1 << UInt32($0.rawValue)) != 0 }
  }

  /// The column's path, as the chunk names it.
  public var path: [String] {
    guard fields.pathOffset > 0 else { return [] }
    var reader = ThriftReader(file.footer.span.bytes, at: Int(fields.pathOffset))
    return (try? reader.strings()) ?? []
  }

  /// What the writer added about the chunk.
  public var keyValueMetadata: [KeyValue] {
    fields.keyValueOffset == 0
      ? [] : KeyValue.list(file.footer, Int(fields.keyValueOffset)..<file.footer.count)
  }

  /// What the chunk says about its values.
  public var statistics: Statistics? { fields.statistics.statistics(file.footer) }
}

/// A chunk's metadata as numbers and places in the footer, so that many cost little.
struct ChunkFields: Sendable, BitwiseCopyable {
  var physicalType = PhysicalType.boolean
  var codec = Codec.uncompressed
  var isEncrypted = false
  var isInOtherFile = false
  var encodingBits: UInt32 = 0
  /// 0 where there is none; so are the other places.
  var pathOffset: UInt32 = 0
  var keyValueOffset: UInt32 = 0
  var valueCount: Int64 = 0
  var compressedSize: Int64 = 0
  var uncompressedSize: Int64 = 0
  var dataPageOffset: Int64 = 0
  var dictionaryOffset: Int64 = -1
  var statistics = StatisticsFields()
  var columnIndexPlace = Place()
  var offsetIndexPlace = Place()
  var bloomFilterPlace = Place()

  var dictionaryPageOffset: Int64? {
    // Writers put a 0 where there is no dictionary.
    dictionaryOffset > 0 && dictionaryOffset < dataPageOffset ? dictionaryOffset : nil
  }

  /// An offset and a length; -1 where not given.
  struct Place: Sendable, BitwiseCopyable {
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
struct StatisticsFields: Sendable, BitwiseCopyable {
  var isPresent = false
  var minIsExact: Bool?
  var maxIsExact: Bool?
  var nullCount: Int64 = -1
  var distinctCount: Int64 = -1
  var min = Bytes()
  var max = Bytes()
  var deprecatedMin = Bytes()
  var deprecatedMax = Bytes()

  func statistics(_ footer: [UInt8]) -> Statistics? {
    guard isPresent else { return nil }
    let isDeprecatedOrder =
      !min.isPresent && !max.isPresent && (deprecatedMin.isPresent || deprecatedMax.isPresent)
    func bytes(_ place: Bytes) -> [UInt8]? {
      place.isPresent ? footer.span.bytes.copy(Int(place.start)..<Int(place.start) + Int(place.count)) : nil
    }
    return Statistics(
      nullCount: nullCount >= 0 ? nullCount : nil, distinctCount: distinctCount >= 0 ? distinctCount : nil,
      min: bytes(isDeprecatedOrder ? deprecatedMin : min),
      max: bytes(isDeprecatedOrder ? deprecatedMax : max),
      minIsExact: minIsExact, maxIsExact: maxIsExact, isDeprecatedOrder: isDeprecatedOrder)
  }

  /// The place of bytes in the footer, which never begin at 0: there a field's header stands.
  struct Bytes: Sendable, BitwiseCopyable {
    var start: UInt32 = 0
    var count: UInt32 = 0
    var isPresent: Bool { start > 0 }
  }
}
