/// A Parquet file whose bytes are all in memory.
public struct ParquetFile: Sendable {
  /// What the footer says.
  public let metadata: FileMetadata
  private let bytes: [UInt8]
  let label: String?
  private let limits: ReadLimits

  /// Decodes the footer of `bytes`, a whole file.
  ///
  /// - Parameter label: the file's name, for errors.
  /// - Throws: `notParquet`, `truncated`, `encrypted`, `malformedMetadata` or `limitExceeded`.
  public init(
    _ bytes: [UInt8], named label: String? = nil, limits: ReadLimits = ReadLimits()
  ) throws(ParquetError) {
    self.bytes = bytes
    self.label = label
    self.limits = limits
    let fileSize = Int64(bytes.count)
    let decoder = FooterDecoder(fileSize: fileSize, file: label, limits: limits)
    let span = bytes.span.bytes
    guard span.byteCount >= 12 else { throw ParquetError(.magicMissing, at: .init(file: label, offset: 0)) }
    switch try decoder.decode(tail: span) {
    case .metadata(let metadata): self.metadata = metadata
    case .needs(let range):
      throw ParquetError(
        .footerBeyondFile(byteCount: range.upperBound - range.lowerBound),
        at: .init(file: label, offset: fileSize))
    }
    guard span.uint32(0) == FooterDecoder.magic else {
      throw ParquetError(.magicMissing, at: .init(file: label, offset: 0))
    }
  }

  /// All values of a column in one row group.
  ///
  /// - Parameter column: the column's number in `metadata.schema.leaves`.
  /// - Throws: what is wrong with the chunk; `misuse` where there is no such column or row group.
  public func values(column: Int, rowGroup: Int) throws(ParquetError) -> ColumnValues {
    guard metadata.schema.leaves.indices.contains(column), metadata.rowGroups.indices.contains(rowGroup)
    else {
      throw ParquetError(.columnMissing(index: column), at: .init(file: label, rowGroup: rowGroup))
    }
    return try ColumnChunkReader.values(
      of: metadata.rowGroups[rowGroup].columns[column], column: metadata.schema.leaves[column], bytes: bytes,
      at: 0, rowGroup: rowGroup, file: label, limits: limits)
  }

  /// All values of a column, row group after row group.
  ///
  /// - Throws: as for one row group.
  public func values(column: Int) throws(ParquetError) -> ColumnValues {
    guard metadata.schema.leaves.indices.contains(column) else {
      throw ParquetError(.columnMissing(index: column), at: .init(file: label))
    }
    var count: Int64 = 0
    for rowGroup in metadata.rowGroups {
      count = count.addingReportingOverflow(rowGroup.columns[column].valueCount).partialValue
      guard count >= 0, count <= limits.valueCount else {
        throw ParquetError(
          .limitExceeded(.values, value: count, limit: Int64(limits.valueCount)), at: .init(file: label))
      }
    }
    var all = ColumnValues(column: metadata.schema.leaves[column], dictionaryBytes: [])
    for rowGroup in metadata.rowGroups.indices {
      let part = try values(column: column, rowGroup: rowGroup)
      do throws(Flaw) {
        try all.append(part)
      } catch {
        throw ParquetError(error.problem, at: .init(file: label, rowGroup: rowGroup))
      }
    }
    return all
  }

  /// How often each value of a BYTE_ARRAY column occurs in all row groups.
  ///
  /// - Throws: what is wrong with a chunk; `misuse` where there is no such column.
  public func counts(column: Int) throws(ParquetError) -> ValueCounts {
    guard metadata.schema.leaves.indices.contains(column) else {
      throw ParquetError(.columnMissing(index: column), at: .init(file: label))
    }
    var counter = ValueCounter(limits: limits)
    for (number, rowGroup) in metadata.rowGroups.enumerated() {
      try counter.add(
        rowGroup.columns[column], column: metadata.schema.leaves[column], bytes: bytes, at: 0,
        rowGroup: number, file: label)
    }
    return counter.counts
  }
}
