extension FileMetadata {
  /// Reads a footer; its structures' numbers are those of parquet.thrift.
  ///
  /// - Throws: with the offset in the footer where reading stopped.
  static func parse(
    _ footer: [UInt8], fileSize: Int64, previous: FileMetadata? = nil
  ) throws(Flaw) -> FileMetadata {
    var reader = ThriftReader(footer.span.bytes)
    var version: Int32?
    var schema: Schema?
    var rowCount: Int64?
    var rowGroups: [RowGroupMetadata]?
    var createdBy: Range<Int>?
    var keyValues: Range<Int>?
    var announcesEncryption = false
    var id: Int32 = 0
    while true {
      let type = try reader.field(&id)
      if type == .stop { break }
      switch id {
      case 1 where type == .int32: version = try reader.int32(.version)
      case 2 where type == .list:
        if let previous, reader.pass(previous.schema.storage.bytes) {
          schema = previous.schema
        } else {
          schema = try reader.schema(footer: footer)
        }
      case 3 where type == .int64: rowCount = try reader.count(.rowCount)
      case 4 where type == .list:
        guard let schema else { throw reader.flaw(.fieldMissing(.schema)) }
        rowGroups = try reader.rowGroups(
          of: ChunkFile(footer: footer, byteCount: fileSize), schema: schema.storage)
      case 5 where type == .list:
        let start = reader.offset
        _ = try reader.keyValues()
        keyValues = start..<reader.offset
      case 6 where type == .binary: createdBy = try reader.binary()
      case 8 where type == .struct:
        announcesEncryption = true
        try reader.skip(type)
      default: try reader.skip(type)
      }
    }
    guard let version else { throw reader.flaw(.fieldMissing(.version)) }
    guard let schema else { throw reader.flaw(.fieldMissing(.schema)) }
    guard let rowCount else { throw reader.flaw(.fieldMissing(.rowCount)) }
    guard var rowGroups else { throw reader.flaw(.fieldMissing(.rowGroups)) }
    if let createdBy, isSizeTooSmall(createdBy: footer.span.bytes.extracting(createdBy)) {
      for index in rowGroups.indices { rowGroups[index].columns.file.missingByteCount = 100 }
    }
    var sum: Int64 = 0
    for rowGroup in rowGroups {
      // Each is far from overflow, and so is the sum that is held to the bound.
      guard rowGroup.rowCount <= largestCount, sum <= largestCount else {
        throw reader.flaw(.fieldOutOfRange(.rowCount, value: max(rowGroup.rowCount, sum)))
      }
      sum += rowGroup.rowCount
    }
    guard sum == rowCount else { throw reader.flaw(.rowsDiffer(expected: rowCount, found: sum)) }
    return FileMetadata(
      footer: footer, createdByRange: createdBy, keyValueRange: keyValues, version: version, schema: schema,
      rowCount: rowCount, rowGroups: rowGroups, announcesEncryption: announcesEncryption)
  }
}

extension FileMetadata {
  /// The most rows of a file and values of a chunk that are believed, so that sums over a million files cannot
  /// overflow.
  static let largestCount: Int64 = 1 << 42

  /// Whether the writer left the header of the dictionary page, at most 100 bytes, out of a chunk's size:
  /// parquet-mr before 1.2.9 (PARQUET-816, IMPALA-694).
  private static func isSizeTooSmall(createdBy: RawSpan) -> Bool {
    let application: StaticString = "parquet-mr"
    guard createdBy.byteCount >= application.utf8CodeUnitCount,
      createdBy.extracting(first: application.utf8CodeUnitCount).isEqual(
        to: UnsafeRawBufferPointer(
          start: application.utf8Start, count: application.utf8CodeUnitCount
        ).bytes)
    else { return false }
    let words = createdBy.text(0..<createdBy.byteCount).split(separator: " ")
    guard words.count >= 3, words[1] == "version" else { return true }
    let version = words[2].split(separator: "-")[0].split(separator: ".").map { Int($0) ?? 0 }
    return version.lexicographicallyPrecedes([1, 2, 9])
  }
}

extension ThriftReader {
  @_lifetime(self: copy self)
  fileprivate mutating func rowGroups(
    of file: ChunkFile, schema: SchemaStorage
  ) throws(Flaw) -> [RowGroupMetadata] {
    let list = try structList()
    var rowGroups: [RowGroupMetadata] = []
    // A row group has at least the headers and values of its three required fields, and a stop.
    rowGroups.reserveCapacity(min(list, remaining / 7))
    for index in 0..<list {
      do throws(Flaw) {
        rowGroups.append(try rowGroup(of: file, schema: schema))
      } catch {
        var flaw = error
        flaw.rowGroup = index
        throw flaw
      }
    }
    return rowGroups
  }

  @_lifetime(self: copy self)
  private mutating func rowGroup(
    of file: ChunkFile, schema: SchemaStorage
  ) throws(Flaw) -> RowGroupMetadata {
    var rowGroup = RowGroupMetadata(columns: ColumnChunks(fields: [], file: file))
    var hasColumns = false
    var rowCount: Int64?
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      switch id {
      case 1 where type == .list:
        rowGroup.columns.fields = try columnChunks(of: file, schema: schema)
        hasColumns = true
      case 2 where type == .int64: rowGroup.totalByteSize = try integer()
      case 3 where type == .int64: rowCount = try count(.rowCount)
      case 4 where type == .list: rowGroup.sortingColumns = try sortingColumns()
      case 5 where type == .int64: rowGroup.fileOffset = try integer()
      case 6 where type == .int64: rowGroup.totalCompressedSize = try integer()
      case 7 where type == .int16: rowGroup.ordinal = Int16(truncatingIfNeeded: try integer())
      default: try skip(type)
      }
    }
    guard hasColumns else { throw flaw(.fieldMissing(.columns)) }
    guard let rowCount else { throw flaw(.fieldMissing(.rowCount)) }
    rowGroup.rowCount = rowCount
    for (index, chunk) in rowGroup.columns.fields.enumerated()
    where chunk.valueCount != rowCount && !chunk.isEncrypted {
      let leaf = schema.elements[Int(schema.leaves[index])]
      guard leaf.maxRepetitionLevel > 0 else {
        throw schema.flaw(flaw(.rowsDiffer(expected: rowCount, found: chunk.valueCount)), leaf: index)
      }
    }
    return rowGroup
  }

  @_lifetime(self: copy self)
  private mutating func columnChunks(
    of file: ChunkFile, schema: SchemaStorage
  ) throws(Flaw) -> [ChunkFields] {
    let count = try structList()
    guard count == schema.leaves.count else {
      throw flaw(.columnCountDiffers(chunks: count, leaves: schema.leaves.count))
    }
    var chunks: [ChunkFields] = []
    chunks.reserveCapacity(count)
    for index in 0..<count {
      let type = schema.elements[Int(schema.leaves[index])].physicalType
      var chunk = ChunkFields()
      do throws(Flaw) {
        try columnChunk(into: &chunk, type: type, fileSize: file.byteCount)
      } catch {
        throw schema.flaw(error, leaf: index)
      }
      chunks.append(chunk)
    }
    return chunks
  }

  @_lifetime(self: copy self)
  private mutating func sortingColumns() throws(Flaw) -> [SortingColumn] {
    let count = try structList()
    var columns: [SortingColumn] = []
    for _ in 0..<count {
      var index: Int32 = 0
      var isDescending = false
      var nullsFirst = false
      var id: Int32 = 0
      while true {
        let type = try field(&id)
        if type == .stop { break }
        switch id {
        case 1 where type == .int32: index = try int32(.columns)
        case 2 where type == .true: isDescending = true
        case 3 where type == .true: nullsFirst = true
        default: try skip(type)
        }
      }
      columns.append(SortingColumn(columnIndex: index, isDescending: isDescending, nullsFirst: nullsFirst))
    }
    return columns
  }

  @_lifetime(self: copy self)
  mutating func keyValues() throws(Flaw) -> [KeyValue] {
    let count = try structList()
    var entries: [KeyValue] = []
    for _ in 0..<count {
      var key = ""
      var value: String?
      var id: Int32 = 0
      while true {
        let type = try field(&id)
        if type == .stop { break }
        switch id {
        case 1 where type == .binary: key = try string()
        case 2 where type == .binary: value = try string()
        default: try skip(type)
        }
      }
      entries.append(KeyValue(key: key, value: value))
    }
    return entries
  }

  @_lifetime(self: copy self)
  mutating func strings() throws(Flaw) -> [String] {
    let list = try list()
    guard list.count == 0 || list.type == .binary else { throw flaw(.unknownThriftType(list.type.rawValue)) }
    var strings: [String] = []
    for _ in 0..<list.count { strings.append(try string()) }
    return strings
  }

  /// The count of a list of structures.
  @_lifetime(self: copy self)
  mutating func structList() throws(Flaw) -> Int {
    let list = try list()
    guard list.count == 0 || list.type == .struct else {
      throw flaw(.unknownThriftType(list.type.rawValue))
    }
    return list.count
  }
}

extension SchemaStorage {
  /// A flaw with the column that it is about.
  fileprivate func flaw(_ flaw: Flaw, leaf: Int) -> Flaw {
    var flaw = flaw
    flaw.column = Columns(storage: self)[leaf].dottedPath
    return flaw
  }
}
