import Parquet
import Testing

/// Row groups are passed over where their statistics rule a value out, and never where it is there.
@Suite struct StatisticsFilterTests {
  private let columns: [ColumnDefinition] = [
    ColumnDefinition("int", .int32), ColumnDefinition("big", .int64), ColumnDefinition("number", .double),
    .text("text"), .decimal("money", precision: 9, scale: 2),
    ColumnDefinition("unsigned", .int32, convertedType: .uint32),
  ]

  /// Ten row groups of ten rows, whose values grow.
  private func file() throws -> ParquetFile {
    var settings = WriterSettings()
    settings.rowGroupLength = 10
    var writer = try FileWriter(columns: columns, settings: settings)
    for row in 0..<100 {
      writer[0].append(int32: Int32(row) - 50)
      writer[1].append(int64: Int64(row) << 40)
      if row < 90 {
        writer[2].append(double: row == 5 ? .nan : Double(row) / 2)
      } else {
        writer[2].appendNull()
      }
      writer[3].append(text: "key-\(100 + row)")
      writer[4].append(decimalUnscaled: Int128(row))
      writer[5].append(int32: Int32(row))
      try writer.endRow()
    }
    return try ParquetFile(try writer.finish())
  }

  private func groups(_ column: Int, _ test: (ColumnChunkMetadata, Column) -> Bool) throws -> [Int] {
    let metadata = try file().metadata
    return metadata.rowGroups.indices.filter { group in
      test(metadata.rowGroups[group].columns[column], metadata.schema.leaves[column])
    }
  }

  @Test func whatIsOutsideTheBoundsIsRuledOut() throws {
    #expect(try groups(0) { $0.mayHold(integersIn: -50...(-41), column: $1) } == [0])
    #expect(try groups(0) { $0.mayHold(integersIn: -41...(-40), column: $1) } == [0, 1])
    #expect(try groups(0) { $0.mayHold(integersIn: 50...Int64.max, column: $1) } == [])
    #expect(try groups(1) { $0.mayHold(integersIn: (35 << 40)...(35 << 40), column: $1) } == [3])
    #expect(try groups(1) { $0.mayHold(integersIn: Int64.min...(-1), column: $1) } == [])
    #expect(try groups(2) { $0.mayHold(numbersIn: 0.25...4.6, column: $1) } == [0])
    #expect(try groups(2) { $0.mayHold(numbersIn: 44...Double.infinity, column: $1) } == [8])
    #expect(try groups(3) { $0.mayHold("key-155", column: $1) } == [5])
    #expect(try groups(3) { $0.mayHold("key-1555", column: $1) } == [5])
    #expect(try groups(3) { $0.mayHold("key", column: $1) } == [])
    #expect(
      try groups(3) { $0.mayHold(from: Array("key-119x".utf8), through: Array("key-120".utf8), column: $1) }
        == [2])
  }

  /// No value is where only nulls are, and everything may be where the order is not known.
  @Test func whatIsNotKnownIsNotRuledOut() throws {
    #expect(try groups(2) { $0.mayHold("", column: $1) } == Array(0..<9))
    #expect(try groups(4) { $0.mayHold(from: [9], through: [9], column: $1) } == Array(0..<10))
    #expect(try groups(0) { $0.mayHold("text", column: $1) } == Array(0..<10))
    #expect(try groups(5) { $0.mayHold(integersIn: 0...0, column: $1) } == [0])
  }

  private typealias Value = ForgedFile.Value

  /// A chunk of one INT32 or BYTE_ARRAY with these statistics.
  private func chunk(
    type: Int, converted: Int? = nil, _ statistics: [(Int, ForgedFile.Value)]
  ) throws -> (ColumnChunkMetadata, Column) {
    var file = ForgedFile()
    let body = type == 1 ? [0, 0, 0, 0x80] : ForgedFile.plain("m")
    file.appendDataPage(count: 1, encoding: 0, body)
    var element: [(Int, Value)] = [(1, .int32(type)), (3, .int32(0)), (4, .text("c"))]
    if let converted { element.append((6, .int32(converted))) }
    let bytes = file.finished(
      rows: 1, element: element,
      chunk: [
        (1, .int32(type)), (4, .int32(0)), (5, .int64(1)), (7, .int64(file.offset - 4)), (9, .int64(4)),
        (12, .structure(statistics)),
      ])
    let metadata = try ParquetFile(bytes).metadata
    return (metadata.rowGroups[0].columns[0], metadata.schema.leaves[0])
  }

  /// The deprecated bounds are in signed order: right for numbers, and for byte arrays only where they are equal.
  @Test func deprecatedBoundsAreBelievedForNumbersAlone() throws {
    let bounds: [(Int, Value)] = [(1, .bytes([9, 0, 0, 0])), (2, .bytes([3, 0, 0, 0]))]
    var (chunk, column) = try chunk(type: 1, bounds)
    #expect(chunk.mayHold(integersIn: 3...3, column: column))
    #expect(!chunk.mayHold(integersIn: 10...20, column: column))
    (chunk, column) = try self.chunk(type: 1, converted: 13, bounds)
    #expect(chunk.mayHold(integersIn: 10...20, column: column))
    (chunk, column) = try self.chunk(type: 6, converted: 0, [(1, .text("z")), (2, .text("a"))])
    #expect(chunk.mayHold("é", column: column))
    (chunk, column) = try self.chunk(type: 6, converted: 0, [(1, .text("m")), (2, .text("m"))])
    #expect(chunk.mayHold("m", column: column) && !chunk.mayHold("n", column: column))
  }

  /// Unsigned numbers are ordered as such; bounds of a wrong length or order rule nothing out.
  @Test func brokenBoundsRuleNothingOut() throws {
    var (chunk, column) = try chunk(
      type: 1, converted: 13, [(5, .bytes([0, 0, 0, 0x90])), (6, .bytes([0, 0, 0, 0x70]))])
    #expect(chunk.mayHold(integersIn: 0x8000_0000...0x8000_0000, column: column))
    #expect(!chunk.mayHold(integersIn: -5...5, column: column))
    (chunk, column) = try self.chunk(type: 1, [(5, .bytes([1])), (6, .bytes([]))])
    #expect(chunk.mayHold(integersIn: 77...77, column: column))
    (chunk, column) = try self.chunk(type: 1, [(5, .bytes([1, 0, 0, 0])), (6, .bytes([2, 0, 0, 0]))])
    #expect(chunk.mayHold(integersIn: 77...77, column: column))
    (chunk, column) = try self.chunk(type: 1, [(3, .int64(1))])
    #expect(!chunk.mayHold(integersIn: 77...77, column: column))
  }
}
