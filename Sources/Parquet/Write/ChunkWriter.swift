/// What the footer will say of a chunk that was written.
struct WrittenChunk: Sendable {
  var encodings: [Encoding] = []
  var valueCount: Int64 = 0
  var uncompressedSize: Int64 = 0
  var compressedSize: Int64 = 0
  var dataPageOffset: Int64 = 0
  var dictionaryPageOffset: Int64?
  var fileOffset: Int64 = 0
  var statistics: StatisticsBuilder?

  /// Writes `ColumnMetaData` into the open structure.
  func writeFields(to thrift: inout ThriftWriter, definition: ColumnDefinition, settings: WriterSettings) {
    thrift.field(1, int32: Int32(definition.physicalType.rawValue))
    thrift.list(2, of: .int32, count: encodings.count)
    for encoding in encodings { thrift.varint(zigzag: Int64(encoding.rawValue)) }
    thrift.list(3, of: .binary, count: 1)
    thrift.binary(definition.name.utf8)
    thrift.field(4, int32: Int32(settings.compression.rawValue))
    thrift.field(5, int64: valueCount)
    thrift.field(6, int64: uncompressedSize)
    thrift.field(7, int64: compressedSize)
    thrift.field(9, int64: dataPageOffset)
    if settings.writesLegacyLayout { thrift.field(10, int64: 0) }
    if let dictionaryPageOffset { thrift.field(11, int64: dictionaryPageOffset) }
    statistics?.write(to: &thrift, field: 12)
  }
}

extension ColumnBuilder {
  /// Writes the chunk's pages behind `bytes`, which begin at `start` in the file, and makes ready for the next.
  mutating func writeChunk(
    to bytes: inout [UInt8], start: Int64, settings: WriterSettings, compressor: inout Compressor
  ) throws(Flaw) -> WrittenChunk {
    endChunk()
    var chunk = WrittenChunk()
    chunk.valueCount = Int64(count)
    if settings.writesStatistics && definition.physicalType != .fixedLenByteArray {
      chunk.statistics = pages.statistics
    }
    let bounds = chunk.statistics
    let complete = pages.complete
    let usesDictionary = complete.contains { $0.isDictionary }
    let chunkStart = bytes.count
    if usesDictionary, let dictionary = pages.dictionary {
      chunk.dictionaryPageOffset = start + Int64(bytes.count)
      try writePage(.dictionary, dictionary.bytes.span, to: &bytes, &chunk, &compressor) { header in
        header.beginStruct(7)
        header.field(1, int32: Int32(dictionary.count))
        header.field(2, int32: Int32(settings.dictionaryPageEncoding.rawValue))
        header.endStruct()
      }
    }
    chunk.dataPageOffset = start + Int64(bytes.count)
    for page in complete {
      let encoding = page.isDictionary ? settings.dictionaryIndexEncoding : .plain
      try writePage(.data, page.bytes.span.bytes, to: &bytes, &chunk, &compressor) { header in
        header.beginStruct(5)
        header.field(1, int32: Int32(page.valueCount))
        header.field(2, int32: Int32(encoding.rawValue))
        header.field(3, int32: Int32(Encoding.rle.rawValue))
        header.field(4, int32: Int32(Encoding.rle.rawValue))
        // Of a chunk's only page the statistics are known without counting again.
        if complete.count == 1, let bounds { bounds.write(to: &header, field: 5) }
        header.endStruct()
      }
    }
    chunk.compressedSize = Int64(bytes.count - chunkStart)
    if usesDictionary { chunk.encodings.append(settings.dictionaryIndexEncoding) }
    if !complete.allSatisfy(\.isDictionary) || settings.dictionaryPageEncoding == .plain || complete.isEmpty {
      chunk.encodings.append(.plain)
    }
    chunk.encodings.append(.rle)
    chunk.fileOffset = chunk.dictionaryPageOffset ?? chunk.dataPageOffset
    if settings.writesLegacyLayout {
      chunk.fileOffset = start + Int64(bytes.count)
      var copy = ThriftWriter()
      copy.beginStruct()
      chunk.writeFields(to: &copy, definition: definition, settings: settings)
      copy.endStruct()
      bytes += copy.bytes
    }
    beginChunk()
    return chunk
  }

  /// Numbers as in parquet.thrift, `PageType`.
  private enum PageType: Int32 {
    case data = 0
    case dictionary = 2
  }

  private func writePage(
    _ type: PageType, _ body: RawSpan, to bytes: inout [UInt8], _ chunk: inout WrittenChunk,
    _ compressor: inout Compressor,
    details: (inout ThriftWriter) -> Void
  ) throws(Flaw) {
    let compressed = try compressor.compress(body)
    var header = ThriftWriter()
    header.beginStruct()
    header.field(1, int32: type.rawValue)
    header.field(2, int32: Int32(body.byteCount))
    header.field(3, int32: Int32(compressed?.count ?? body.byteCount))
    details(&header)
    header.endStruct()
    bytes += header.bytes
    if let compressed { bytes += compressed } else { bytes.append(body, 0..<body.byteCount) }
    chunk.uncompressedSize += Int64(header.bytes.count + body.byteCount)
  }
}
