/// What is wrong, as data; `ParquetError.description` makes the sentence.
///
/// Sizes and counts are those that the file announces, beside the bound that they break.
public enum Problem: Error, Sendable, Equatable {
  // The file as a whole.
  case magicMissing
  case footerBeyondFile(byteCount: Int64)
  case tailTooShort(expected: Int64)
  case footerEncrypted
  case columnEncrypted
  case columnInOtherFile

  // Thrift and other framing.
  case endOfBytes
  case varintTooLong
  case nestingTooDeep(limit: Int)
  case unknownThriftType(UInt8)
  case sizeBeyondEnd(byteCount: Int64)
  case fieldMissing(MetadataField)
  case fieldOutOfRange(MetadataField, value: Int64)

  // Schema and metadata that do not agree.
  case schemaEmpty
  case schemaTreeBroken
  case columnCountDiffers(chunks: Int, leaves: Int)
  case physicalTypeDiffers
  case chunkBeyondFile(end: Int64)

  // Pages.
  case pageBeyondChunk(byteCount: Int64)
  case pageMissing(valuesLeft: Int64)
  case pageValuesBeyondChunk(valueCount: Int64)
  case rowsDiffer(expected: Int64, found: Int64)
  case dictionaryMissing
  case dictionaryRepeated
  case dictionaryTooLong(valueCount: Int64)
  case checksumDiffers
  case decompressionFailed(Codec)
  case compressionFailed(Codec)
  case decompressedSizeDiffers(Codec, expected: Int, found: Int)
  case codecUnsupported(Codec)
  case encodingUnsupported(Int32, PhysicalType)

  // Levels and values.
  case levelsTooShort(missing: Int)
  case levelOutOfRange(Int)
  case bitWidthOutOfRange(Int)
  case valuesTooShort(missing: Int)
  case valueLengthOutOfRange(Int64)
  case dictionaryIndexOutOfRange(Int)
  case deltaHeaderBroken
  case nullCountDiffers(expected: Int, found: Int)

  // Limits and use.
  case limitExceeded(Limit, value: Int64, limit: Int64)
  case columnMissing(index: Int)
  case wrongType(expected: PhysicalType)
  case wrongLength(expected: Int)
  case nullInRequiredColumn
  case unequalColumns(expected: Int, found: Int)
  case bytesNotAsked(offset: Int64)
  case settingOutOfRange(Setting)
  case definitionInvalid
  case batchInvalid
  case writerFinished

  /// A size that `ReadLimits` bounds.
  public enum Limit: String, Sendable {
    case footer, page, values
  }

  /// A writer's setting that is out of range.
  public enum Setting: String, Sendable {
    case dictionaryPageSizeLimit, dataPageSize, rowGroupLength, compression
  }

  /// The kind of the problem, for callers that act on it.
  public var code: ParquetError.Code {
    switch self {
    case .magicMissing: .notParquet
    case .tailTooShort, .endOfBytes, .chunkBeyondFile, .footerBeyondFile: .truncated
    case .footerEncrypted, .columnEncrypted: .encrypted
    case .varintTooLong, .nestingTooDeep, .unknownThriftType, .sizeBeyondEnd, .fieldMissing, .fieldOutOfRange,
      .schemaEmpty, .schemaTreeBroken, .columnCountDiffers, .physicalTypeDiffers:
      .malformedMetadata
    case .pageBeyondChunk, .pageMissing, .pageValuesBeyondChunk, .rowsDiffer, .dictionaryMissing,
      .dictionaryRepeated, .dictionaryTooLong, .levelsTooShort, .levelOutOfRange, .bitWidthOutOfRange,
      .valuesTooShort, .valueLengthOutOfRange, .dictionaryIndexOutOfRange, .deltaHeaderBroken,
      .nullCountDiffers:
      .malformedData
    case .checksumDiffers: .checksumMismatch
    case .decompressionFailed, .decompressedSizeDiffers: .decompressionFailed
    case .codecUnsupported, .encodingUnsupported, .columnInOtherFile: .unsupported
    case .limitExceeded: .limitExceeded
    case .compressionFailed: .compressionFailed
    case .columnMissing, .wrongType, .wrongLength, .nullInRequiredColumn, .unequalColumns, .bytesNotAsked,
      .settingOutOfRange, .definitionInvalid, .batchInvalid, .writerFinished:
      .misuse
    }
  }
}

/// A field of the footer or of a page header that a problem names.
public enum MetadataField: String, Sendable {
  case version, schema, rowCount = "num_rows", rowGroups = "row_groups"
  case columns, metadata = "meta_data", physicalType = "type", repetition = "repetition_type"
  case elementName = "name", childCount = "num_children", typeLength = "type_length"
  case convertedType = "converted_type", logicalType, scale, precision, fieldID = "field_id"
  case codec, valueCount = "num_values", compressedSize = "total_compressed_size"
  case uncompressedSize = "total_uncompressed_size", dataPageOffset = "data_page_offset"
  case dictionaryPageOffset = "dictionary_page_offset", indexOffset = "index offset or length"
  case nullCount = "null_count", distinctCount = "distinct_count"
  case pageType = "page type", pageSize = "page size", pageHeader = "data_page_header"
  case encoding, levelsByteCount = "levels byte length", pageRowCount = "num_rows of a page"
}

/// A problem at an offset of the bytes being read; thrown inside the module and given its place by `ParquetError`.
struct Flaw: Error {
  var problem: Problem
  var offset: Int
  /// Of a flaw in the footer: the row group and column that it is about.
  var rowGroup: Int?
  var column: String?

  init(_ problem: Problem, at offset: Int) {
    self.problem = problem
    self.offset = offset
  }
}
