/// A row group that was written.
struct WrittenRowGroup: Sendable {
  var chunks: [WrittenChunk]
  var rowCount: Int64
}

/// Writes a footer: `FileMetaData`, its length and the magic.
struct FooterWriter {
  let columns: [ColumnDefinition]
  let settings: WriterSettings

  func footer(_ rowGroups: [WrittenRowGroup]) -> [UInt8] {
    var thrift = ThriftWriter()
    thrift.beginStruct()
    thrift.field(1, int32: settings.version.rawValue)
    thrift.list(2, of: .struct, count: columns.count + 1)
    root(&thrift)
    for column in columns { element(column, &thrift) }
    thrift.field(3, int64: rowGroups.reduce(0) { $0 + $1.rowCount })
    thrift.list(4, of: .struct, count: rowGroups.count)
    for rowGroup in rowGroups { write(rowGroup, &thrift) }
    if let createdBy = settings.createdBy { thrift.field(6, string: createdBy) }
    columnOrders(&thrift)
    thrift.endStruct()
    var bytes = thrift.bytes
    bytes.append(littleEndian: UInt32(bytes.count))
    bytes.append(littleEndian: FooterDecoder.magic)
    return bytes
  }

  private func root(_ thrift: inout ThriftWriter) {
    thrift.beginStruct()
    thrift.field(3, int32: Int32(Repetition.required.rawValue))
    thrift.field(4, string: settings.schemaName)
    thrift.field(5, int32: Int32(columns.count))
    thrift.endStruct()
  }

  private func element(_ column: ColumnDefinition, _ thrift: inout ThriftWriter) {
    let repetition = column.isOptional ? Repetition.optional : .required
    thrift.beginStruct()
    thrift.field(1, int32: Int32(column.physicalType.rawValue))
    if let length = column.typeLength { thrift.field(2, int32: length) }
    thrift.field(3, int32: Int32(repetition.rawValue))
    thrift.field(4, string: column.name)
    if let convertedType = column.convertedType { thrift.field(6, int32: Int32(convertedType.rawValue)) }
    if let scale = column.scale { thrift.field(7, int32: scale) }
    if let precision = column.precision { thrift.field(8, int32: precision) }
    thrift.endStruct()
  }

  private func write(_ rowGroup: WrittenRowGroup, _ thrift: inout ThriftWriter) {
    thrift.beginStruct()
    thrift.list(1, of: .struct, count: rowGroup.chunks.count)
    for (chunk, column) in zip(rowGroup.chunks, columns) {
      thrift.beginStruct()
      thrift.field(2, int64: chunk.fileOffset)
      thrift.beginStruct(3)
      chunk.writeFields(to: &thrift, definition: column, settings: settings)
      thrift.endStruct()
      thrift.endStruct()
    }
    thrift.field(2, int64: rowGroup.chunks.reduce(0) { $0 + $1.uncompressedSize })
    thrift.field(3, int64: rowGroup.rowCount)
    thrift.endStruct()
  }

  /// The order of each column's values is that of its type: the union `ColumnOrder`.
  private func columnOrders(_ thrift: inout ThriftWriter) {
    thrift.list(7, of: .struct, count: columns.count)
    for _ in columns {
      thrift.beginStruct()
      thrift.beginStruct(1)
      thrift.endStruct()
      thrift.endStruct()
    }
  }
}

extension WriterSettings {
  /// The encoding of a dictionary page: both names mean PLAIN.
  var dictionaryPageEncoding: Encoding { encoding == .plainDictionary ? .plainDictionary : .plain }
  /// The encoding of a data page of dictionary indices.
  var dictionaryIndexEncoding: Encoding { encoding == .plainDictionary ? .plainDictionary : .rleDictionary }
}
