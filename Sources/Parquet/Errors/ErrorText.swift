extension ParquetError: CustomStringConvertible {
  /// One line: the file and the place in it, what is wrong, and the mend.
  public var description: String {
    var place = location.file ?? "Parquet file"
    if let rowGroup = location.rowGroup { place += ", row group \(rowGroup)" }
    if let column = location.column { place += ", column \(column)" }
    if let offset = location.offset { place += ", offset \(offset)" }
    return "\(place): \(problem.sentence); \(code.mend)"
  }
}

extension ParquetError.Code {
  var mend: String {
    switch self {
    case .notParquet: "check that this is a Parquet file and that it was copied whole"
    case .truncated: "copy or write the file again"
    case .malformedMetadata, .malformedData, .checksumMismatch, .decompressionFailed:
      "the file is damaged or its writer is faulty: write it again"
    case .encrypted: "decrypt it first: encrypted files are not read"
    case .unsupported: "write the file with another codec or encoding"
    case .limitExceeded: "raise the read limit if the file is to be trusted"
    case .compressionFailed: "give the process more memory"
    case .misuse: "mend the call"
    }
  }
}

extension Problem {
  var sentence: String {
    switch self {
    case .magicMissing: "the magic bytes PAR1 are missing"
    case .footerBeyondFile(let count): "the footer announces \(count) bytes, more than the file has"
    case .tailTooShort(let expected): "the last \(expected) bytes of the file are needed"
    case .footerEncrypted: "the footer is encrypted"
    case .columnEncrypted: "the column is encrypted"
    case .columnInOtherFile: "the column's pages are in another file"
    case .endOfBytes: "the bytes end within a value"
    case .varintTooLong: "a variable-length integer is longer than 10 bytes"
    case .nestingTooDeep(let limit): "structures are nested more than \(limit) deep"
    case .unknownThriftType(let type): "Thrift type \(type) is unknown"
    case .sizeBeyondEnd(let count): "a size of \(count) is more than what remains"
    case .fieldMissing(let field): "the field \(field.rawValue) is missing"
    case .fieldOutOfRange(let field, let value): "\(value) is no value of the field \(field.rawValue)"
    case .schemaEmpty: "the schema is empty"
    case .schemaTreeBroken: "the schema's elements make no tree"
    case .columnCountDiffers(let chunks, let leaves):
      "the row group has \(chunks) column chunks and the schema \(leaves) columns"
    case .physicalTypeDiffers: "the column chunk's type is not that of the schema"
    case .chunkBeyondFile(let end): "the column chunk ends at offset \(end), behind the end of the file"
    case .pageBeyondChunk(let count): "a page of \(count) bytes does not fit into its column chunk"
    case .pageMissing(let left): "the column chunk ends \(left) values early"
    case .pageValuesBeyondChunk(let count): "a page of \(count) values has more than the column chunk"
    case .rowsDiffer(let expected, let found): "\(found) rows were found where \(expected) are announced"
    case .dictionaryMissing: "a page refers to a dictionary that is not there"
    case .dictionaryRepeated: "the column chunk has more than one dictionary"
    case .dictionaryTooLong(let count): "a dictionary of \(count) values does not fit into its page"
    case .checksumDiffers: "the page's checksum does not match its bytes"
    case .decompressionFailed(let codec): "the page's \(codec) data cannot be decompressed"
    case .compressionFailed(let codec): "a page cannot be compressed with \(codec)"
    case .decompressedSizeDiffers(let codec, let expected, let found):
      "the page's \(codec) data has \(found) bytes where \(expected) are announced"
    case .codecUnsupported(let codec): "the codec \(codec) is not supported"
    case .encodingUnsupported(let encoding, let type): "encoding \(encoding) of \(type) is not supported"
    case .levelsTooShort(let missing): "\(missing) levels are missing"
    case .levelOutOfRange(let level): "level \(level) is beyond the column's depth"
    case .bitWidthOutOfRange(let width): "a bit width of \(width) is out of range"
    case .valuesTooShort(let missing): "\(missing) values are missing from the page"
    case .valueLengthOutOfRange(let length): "a value's length of \(length) is out of range"
    case .dictionaryIndexOutOfRange(let index): "dictionary index \(index) is out of range"
    case .deltaHeaderBroken: "a delta encoding's header is broken"
    case .nullCountDiffers(let expected, let found):
      "\(found) nulls were found where \(expected) are announced"
    case .limitExceeded(let limit, let value, let bound):
      "a size of \(value) is beyond the limit of \(bound) for \(limit.rawValue)"
    case .columnMissing(let index): "there is no column \(index)"
    case .wrongType(let expected): "a value of another type was appended to a column of \(expected)"
    case .wrongLength(let expected): "a value of another length was appended to a column of \(expected) bytes"
    case .nullInRequiredColumn: "a null was appended to a required column"
    case .unequalColumns(let expected, let found):
      "the column has \(found) values where \(expected) rows were ended"
    case .bytesNotAsked(let offset):
      "bytes at offset \(offset) were supplied that do not hold what was asked for"
    case .settingOutOfRange(let setting): "the setting \(setting.rawValue) is out of range"
    case .definitionInvalid: "the column's definition is invalid"
    case .batchInvalid: "the batch's offsets do not lie within its bytes"
    case .writerFinished: "the writer is finished"
    }
  }
}
