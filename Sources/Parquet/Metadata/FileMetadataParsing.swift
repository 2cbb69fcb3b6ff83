extension FileMetadata {
  /// Reads a footer; its structures' numbers are those of parquet.thrift.
  ///
  /// - Throws: with the offset in the footer where reading stopped.
  static func parse(_ footer: [UInt8], fileSize: Int64) throws(Flaw) -> FileMetadata {
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
      switch (id, type) {
      case (1, .int32): version = try reader.int32(.version)
      case (2, .list): schema = try reader.schema()
      case (3, .int64): rowCount = try reader.count(.rowCount)
      case (4, .list):
        guard let schema else { throw reader.flaw(.fieldMissing(.schema)) }
        rowGroups = try reader.rowGroups(footer: footer, schema: schema, fileSize: fileSize)
      case (5, .list):
        let start = reader.offset
        _ = try reader.keyValues()
        keyValues = start..<reader.offset
      case (6, .binary): createdBy = try reader.binary()
      case (8, .struct):
        announcesEncryption = true
        try reader.skip(type)
      default: try reader.skip(type)
      }
    }
    guard let version else { throw reader.flaw(.fieldMissing(.version)) }
    guard let schema else { throw reader.flaw(.fieldMissing(.schema)) }
    guard let rowCount else { throw reader.flaw(.fieldMissing(.rowCount)) }
    guard var rowGroups else { throw reader.flaw(.fieldMissing(.rowGroups)) }
    if let createdBy, isSizeTooSmall(createdBy: footer.span.bytes.text(createdBy)) {
      rowGroups = rowGroups.map { $0.withMissingBytes(100) }
    }
    var sum: Int64 = 0
    for rowGroup in rowGroups { sum = sum.addingReportingOverflow(rowGroup.rowCount).partialValue }
    guard sum == rowCount else { throw reader.flaw(.rowsDiffer(expected: rowCount, found: sum)) }
    return FileMetadata(
      footer: footer, createdByRange: createdBy, keyValueRange: keyValues, version: version, schema: schema,
      rowCount: rowCount, rowGroups: rowGroups, announcesEncryption: announcesEncryption)
  }
}

extension FileMetadata {
  /// Whether the writer left the header of the dictionary page, at most 100 bytes, out of a chunk's size:
  /// parquet-mr before 1.2.9 (PARQUET-816, IMPALA-694).
  private static func isSizeTooSmall(createdBy: String) -> Bool {
    guard createdBy.hasPrefix("parquet-mr") else { return false }
    let words = createdBy.split(separator: " ")
    guard words.count >= 3, words[1] == "version" else { return true }
    let version = words[2].split(separator: "-")[0].split(separator: ".").map { Int($0) ?? 0 }
    return version.lexicographicallyPrecedes([1, 2, 9])
  }
}

extension RowGroupMetadata {
  fileprivate func withMissingBytes(_ count: Int64) -> RowGroupMetadata {
    let columns = columns.map { column in
      var column = column
      column.missingByteCount = count
      return column
    }
    return RowGroupMetadata(
      columns: columns, rowCount: rowCount, totalByteSize: totalByteSize,
      totalCompressedSize: totalCompressedSize, fileOffset: fileOffset, ordinal: ordinal,
      sortingColumns: sortingColumns)
  }
}

extension ThriftReader {
  @_lifetime(self: copy self)
  fileprivate mutating func rowGroups(
    footer: [UInt8], schema: Schema, fileSize: Int64
  ) throws(Flaw) -> [RowGroupMetadata] {
    let list = try structList()
    var rowGroups: [RowGroupMetadata] = []
    // A row group has at least the headers and values of its three required fields, and a stop.
    rowGroups.reserveCapacity(min(list, remaining / 7))
    for _ in 0..<list {
      rowGroups.append(try rowGroup(footer: footer, schema: schema, fileSize: fileSize))
    }
    return rowGroups
  }

  @_lifetime(self: copy self)
  private mutating func rowGroup(
    footer: [UInt8], schema: Schema, fileSize: Int64
  ) throws(Flaw) -> RowGroupMetadata {
    var columns: [ColumnChunkMetadata]?
    var rowCount: Int64?
    var totalByteSize: Int64 = 0
    var totalCompressedSize: Int64?
    var fileOffset: Int64?
    var ordinal: Int16?
    var sorting: [SortingColumn] = []
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      switch (id, type) {
      case (1, .list):
        let count = try structList()
        guard count == schema.leaves.count else {
          throw flaw(.columnCountDiffers(chunks: count, leaves: schema.leaves.count))
        }
        var chunks: [ColumnChunkMetadata] = []
        chunks.reserveCapacity(count)
        for index in 0..<count {
          chunks.append(try columnChunk(footer: footer, column: schema.leaves[index], fileSize: fileSize))
        }
        columns = chunks
      case (2, .int64): totalByteSize = try integer()
      case (3, .int64): rowCount = try count(.rowCount)
      case (4, .list): sorting = try sortingColumns()
      case (5, .int64): fileOffset = try integer()
      case (6, .int64): totalCompressedSize = try integer()
      case (7, .int16): ordinal = Int16(truncatingIfNeeded: try integer())
      default: try skip(type)
      }
    }
    guard let columns else { throw flaw(.fieldMissing(.columns)) }
    guard let rowCount else { throw flaw(.fieldMissing(.rowCount)) }
    for (chunk, leaf) in zip(columns, schema.leaves)
    where leaf.maxRepetitionLevel == 0 && chunk.valueCount != rowCount && !chunk.isEncrypted {
      throw flaw(.rowsDiffer(expected: rowCount, found: chunk.valueCount))
    }
    return RowGroupMetadata(
      columns: columns, rowCount: rowCount, totalByteSize: totalByteSize,
      totalCompressedSize: totalCompressedSize, fileOffset: fileOffset, ordinal: ordinal,
      sortingColumns: sorting)
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
        switch (id, type) {
        case (1, .int32): index = try int32(.columns)
        case (2, .true): isDescending = true
        case (3, .true): nullsFirst = true
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
        switch (id, type) {
        case (1, .binary): key = try string()
        case (2, .binary): value = try string()
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
