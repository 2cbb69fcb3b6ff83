import Testing

@testable import Parquet

@Suite struct FileWriterTests {
  /// Settings that reach every path of the writer.
  static let settings: [(name: String, rows: Int, WriterSettings)] = {
    var all: [(String, Int, WriterSettings)] = []
    for encoding in [WriterSettings.ValueEncoding.plain, .plainDictionary, .rleDictionary] {
      for codec in [Codec.uncompressed, .gzip, .snappy, .zstd] {
        var settings = WriterSettings()
        settings.encoding = encoding
        settings.compression = codec
        settings.version = codec == .gzip ? .v2 : .v1
        settings.createdBy = "AWS"
        settings.rowGroupLength = 300
        settings.dataPageSize = encoding == .plain ? 1000 : 300
        all.append(("\(encoding) \(codec)", 1000, settings))
      }
    }
    var settings = WriterSettings()
    settings.dictionaryPageSizeLimit = 2000
    all.append(("full dictionaries", 2500, settings))
    settings = WriterSettings()
    settings.writesLegacyLayout = true
    settings.writesStatistics = false
    all.append(("legacy layout", 10, settings))
    all.append(("no rows", 0, WriterSettings()))
    all.append(("one row", 1, WriterSettings()))
    settings = WriterSettings()
    settings.rowGroupLength = 1
    all.append(("groups of one row", 5, settings))
    return all
  }()

  @Test(arguments: settings.indices)
  func readsBackWhatItWrote(_ index: Int) throws {
    let (name, rows, settings) = Self.settings[index]
    let (table, bytes) = try SampleTable.file(seed: UInt64(index), rows: rows, settings: settings)
    let file = try ParquetFile(bytes, named: name)
    #expect(file.metadata.rowCount == Int64(rows))
    #expect(file.metadata.createdBy == settings.createdBy)
    #expect(file.metadata.version == settings.version.rawValue)
    for column in SampleTable.columns.indices {
      #expect(
        try ValueText.column(file, column) == table.expected[column], "\(SampleTable.columns[column].name)")
    }
  }

  /// pyarrow, DuckDB and polars agree on every value.
  @Test(arguments: ["pyarrow", "duckdb", "polars"])
  func othersReadWhatItWrote(_ peer: String) async throws {
    try await Folder.temporary { folder in
      var tables: [String: SampleTable] = [:]
      for (index, (_, rows, settings)) in Self.settings.enumerated() {
        let (table, bytes) = try SampleTable.file(seed: UInt64(100 + index), rows: rows, settings: settings)
        let path = "\(folder)/\(index).parquet"
        try Folder.write(bytes, to: path)
        tables[path] = table
      }
      let files = try await Python.values(peer, tables.keys.sorted())
      #expect(files.count == tables.count)
      for (path, table) in tables {
        let file = try #require(files[path])
        #expect(file.error == nil, "\(path)")
        #expect(file.columns.map(\.name) == SampleTable.columns.map(\.name))
        for (column, expected) in zip(file.columns, table.expected) {
          #expect(column.values == expected, "\(peer) \(path) \(column.name)")
        }
      }
    }
  }

  @Test func writesTheShapeOfDMS() throws {
    var settings = WriterSettings()
    settings.createdBy = "AWS"
    settings.encoding = .plain
    settings.version = .v2
    let columns: [ColumnDefinition] = [
      .text("extracted_at", isOptional: false), ColumnDefinition("id", .int64),
      .decimal("my_numeric", precision: 15, scale: 2), .decimal("my_money", precision: 38, scale: 4),
    ]
    var writer = try FileWriter(columns: columns, settings: settings)
    writer[0].append(text: "2022-07-26 06:46:18.616807")
    writer[1].append(int64: 7)
    writer[2].append(decimalUnscaled: -1)
    writer[3].appendNull()
    try writer.endRow()
    let file = try ParquetFile(try writer.finish())
    let leaves = file.metadata.schema.leaves
    #expect(leaves.allSatisfy { $0.logicalType == nil })
    #expect(leaves[2].typeLength == 7 && leaves[3].typeLength == 16)
    #expect(leaves[0].repetition == .required && leaves[1].repetition == .optional)
    let chunks = file.metadata.rowGroups[0].columns
    #expect(chunks.allSatisfy { Set($0.encodings) == [.plain, .rle] && $0.dictionaryPageOffset == nil })
    #expect(chunks[1].statistics?.min == [7, 0, 0, 0, 0, 0, 0, 0])
    #expect(chunks[1].statistics?.isDeprecatedOrder == false)
    #expect(chunks[2].statistics == nil)
  }

  /// Values that ascend are numbered without being looked for, until one does not.
  @Test(arguments: [0, 1, 4095, 4096, 4097])
  func dictionariesHoldEachValueOnce(ascending: Int) throws {
    var writer = try FileWriter(columns: [
      .text("text", isOptional: false), ColumnDefinition("int", .int32), ColumnDefinition("double", .double),
      .decimal("decimal", precision: 9, scale: 0),
    ])
    // As they come first, each twice; then all of them again, the last one first.
    let numbers = Array(0..<ascending).flatMap { [$0, $0] } + Array((0..<ascending + 3).reversed())
    for number in numbers {
      writer[0].append(text: String(10_000_000_000 + number) + (number % 3 == 0 ? "" : "x"))
      writer[1].append(int32: Int32(number) + 5)
      writer[2].append(double: Double(number) - 2)
      writer[3].append(decimalUnscaled: Int128(number) + 7)
      try writer.endRow()
    }
    let file = try ParquetFile(try writer.finish())
    for column in 0..<4 {
      let values = try file.values(column: column)
      let found = numbers.indices.map { row -> Int? in
        switch column {
        case 0: values.bytes(row).flatMap { Int(String(decoding: $0.prefix(11), as: UTF8.self)) }
        case 1: values.int64(row).map(Int.init)
        case 2: values.double(row).map { Int($0) }
        default: values.bytes(row).map { $0.reduce(0) { $0 << 8 | Int($1) } }
        }
      }
      let base = [10_000_000_000, 5, -2, 7][column]
      #expect(found == numbers.map { $0 + base }, "\(column)")
      let sizes = file.metadata.rowGroups.map { $0.columns[column].uncompressedSize }
      let bound = numbers.count * (column == 0 ? 20 : 12) + 400
      #expect(sizes.reduce(0, +) < Int64(bound), "\(column): no value twice")
    }
  }

  @Test func fallsBackToPlainWhereTheDictionaryIsFull() throws {
    var settings = WriterSettings()
    settings.dictionaryPageSizeLimit = 500
    let (_, bytes) = try SampleTable.file(seed: 3, rows: 400, settings: settings)
    let chunks = try ParquetFile(bytes).metadata.rowGroups[0].columns
    #expect(Set(chunks[0].encodings) == [.rleDictionary, .plain, .rle])
    #expect(chunks[0].dictionaryPageOffset != nil)
    #expect(chunks[15].dictionaryPageOffset != nil)
    #expect(Set(chunks[15].encodings) == [.rleDictionary, .plain, .rle])
  }

  @Test func reportsMisuseWhenTheRowGroupEnds() throws {
    func error(_ fill: (inout FileWriter) throws -> Void) -> ParquetError? {
      do {
        var writer = try FileWriter(columns: [
          ColumnDefinition("id", .int64), .text("name", isOptional: false),
          .decimal("price", precision: 4, scale: 2),
        ])
        try fill(&writer)
        _ = try writer.finish()
        return nil
      } catch { return error as? ParquetError }
    }
    #expect(
      error {
        $0[0].append(int64: 1)
        $0[2].appendNull()
        try $0.endRow()
      }?.problem == .unequalColumns(expected: 1, found: 0))
    #expect(
      error {
        $0[0].append(int32: 1)
        try $0.endRow()
      }?.problem == .wrongType(expected: .int64))
    #expect(
      error {
        $0[0].appendNull()
        $0[1].appendNull()
        try $0.endRow()
      }?.problem == .nullInRequiredColumn)
    #expect(
      error {
        $0[0].appendNull()
        $0[1].append(text: "a")
        $0[2].append(decimalUnscaled: 8_388_608)
        try $0.endRow()
      }?.problem == .wrongLength(expected: 2))
    #expect(throws: ParquetError.self) {
      try FileWriter(columns: [ColumnDefinition("fixed", .fixedLenByteArray)])
    }
    #expect(
      error { _ in throw ParquetError(.writerFinished, at: .init()) }?.description
        == "Parquet file: the writer is finished; mend the call")
  }

  @Test func decimalsTakeTheFewestBytes() {
    // 2^(8n-1) - 1: 127, 32767, 8388607, ...
    #expect(ColumnDefinition.decimalByteCount(precision: 2) == 1)
    #expect(ColumnDefinition.decimalByteCount(precision: 3) == 2)
    #expect(ColumnDefinition.decimalByteCount(precision: 4) == 2)
    #expect(ColumnDefinition.decimalByteCount(precision: 9) == 4)
    #expect(ColumnDefinition.decimalByteCount(precision: 15) == 7)
    #expect(ColumnDefinition.decimalByteCount(precision: 18) == 8)
    #expect(ColumnDefinition.decimalByteCount(precision: 28) == 12)
    #expect(ColumnDefinition.decimalByteCount(precision: 38) == 16)
  }

  @Test func filesOfOneTableShareTheirSchemaAndOthersDoNot() throws {
    let (_, first) = try SampleTable.file(seed: 1, rows: 20, settings: WriterSettings())
    let (_, second) = try SampleTable.file(seed: 2, rows: 30, settings: WriterSettings())
    var other = try FileWriter(columns: [.text("Op", isOptional: false), .text("another")])
    other[0].append(bytes: Array("I".utf8))
    other[1].appendNull()
    try other.endRow()
    let third = try other.finish()

    var previous: FileMetadata?
    for bytes in [first, second, third, first] {
      let decoder = FooterDecoder(fileSize: Int64(bytes.count))
      guard case .metadata(let shared) = try decoder.decode(tail: bytes.span.bytes, previous: previous),
        case .metadata(let alone) = try decoder.decode(tail: bytes)
      else {
        Issue.record("the footer is not whole")
        return
      }
      #expect(shared.schema.leaves.map(\.dottedPath) == alone.schema.leaves.map(\.dottedPath))
      #expect(shared.rowGroups.map(\.rowCount) == alone.rowGroups.map(\.rowCount))
      for (left, right) in zip(shared.rowGroups, alone.rowGroups) {
        #expect(left.columns.map(\.statistics) == right.columns.map(\.statistics))
      }
      let sharesNow = previous.map { $0.schema.storage === shared.schema.storage } ?? false
      #expect(sharesNow == (bytes == second))
      previous = shared
    }
  }
}
