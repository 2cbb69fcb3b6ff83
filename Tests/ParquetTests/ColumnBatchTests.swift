import Parquet
import Testing

/// Batches give the same file as values one by one.
@Suite struct ColumnBatchTests {
  private static let columns: [ColumnDefinition] = [
    .text("Op", isOptional: false), ColumnDefinition("flag", .boolean), ColumnDefinition("int", .int32),
    ColumnDefinition("big", .int64, isOptional: false), ColumnDefinition("real", .float),
    ColumnDefinition("double", .double), .text("name"), .decimal("price", precision: 9, scale: 2),
  ]

  private static let settings: [WriterSettings] = [
    WriterSettings.ValueEncoding.plain, .plainDictionary, .rleDictionary,
  ].flatMap { encoding in
    [(10_000, 1 << 20, 1 << 20), (700, 333, 2000), (1, 1, 0)].map { rows, page, dictionary in
      var settings = WriterSettings()
      settings.encoding = encoding
      settings.rowGroupLength = rows
      settings.dataPageSize = page
      settings.dictionaryPageSizeLimit = dictionary
      return settings
    }
  }

  @Test(arguments: settings.indices)
  func batchesAreAsRows(_ index: Int) throws {
    let settings = Self.settings[index]
    let rows = settings.rowGroupLength == 1 ? 40 : 9000
    var random = SeededRandom(seed: UInt64(index))
    var rowWriter = try FileWriter(columns: Self.columns, settings: settings)
    var batchWriter = rowWriter
    var done = 0
    while done < rows {
      let count = min(rows - done, 1 + Int(random.next() % 3000))
      try batchWriter.append(try Self.batch(count, &random, &rowWriter))
      done += count
    }
    #expect(batchWriter.rowCount == rows)
    let bytes = try rowWriter.finish()
    #expect(try batchWriter.finish() == bytes)
    #expect(try ParquetFile(bytes).metadata.rowCount == Int64(rows))
  }

  /// Random rows, with runs of nulls, appended to a writer one by one and given as batches.
  private static func batch(
    _ count: Int, _ random: inout SeededRandom, _ writer: inout FileWriter
  ) throws -> [ColumnBatch] {
    var present: [[Bool]] = columns.map { _ in [] }
    var isThere = true
    for _ in 0..<count {
      for column in columns.indices {
        if random.next() % 20 == 0 { isThere.toggle() }
        present[column].append(isThere || !columns[column].isOptional)
      }
    }
    let ops = (0..<count).map { _ in Array(["I", "U", "D"][Int(random.next() % 3)].utf8) }
    let flags = (0..<count).map { _ in random.next() & 1 == 0 }
    let ints = (0..<count).map { _ in Int32(random.next() % 500) - 250 }
    let bigs = (0..<count).map { _ in Int64(bitPattern: random.next()) }
    let reals = (0..<count).map { _ in Float(random.next() % 1000) / 8 }
    let doubles = (0..<count).map { _ in random.next() % 50 == 0 ? .nan : Double(random.next() % 100_000) }
    let names = (0..<count).map { _ in Array("name \(random.next() % 2000)".utf8) }
    let prices = (0..<count).map { _ in
      withUnsafeBytes(of: Int32(random.next() % 900).bigEndian) { Array($0) }
    }
    for row in 0..<count {
      writer[0].append(bytes: ops[row])
      if present[1][row] { writer[1].append(bool: flags[row]) } else { writer[1].appendNull() }
      if present[2][row] { writer[2].append(int32: ints[row]) } else { writer[2].appendNull() }
      writer[3].append(int64: bigs[row])
      if present[4][row] { writer[4].append(float: reals[row]) } else { writer[4].appendNull() }
      if present[5][row] { writer[5].append(double: doubles[row]) } else { writer[5].appendNull() }
      if present[6][row] { writer[6].append(bytes: names[row]) } else { writer[6].appendNull() }
      if present[7][row] { writer[7].append(bytes: prices[row]) } else { writer[7].appendNull() }
      try writer.endRow()
    }
    return [
      ColumnBatch(bytes(ops)), ColumnBatch(.bool(flags), isPresent: present[1]),
      ColumnBatch(.int32(ints), isPresent: present[2]), ColumnBatch(.int64(bigs)),
      ColumnBatch(.float(reals), isPresent: present[4]), ColumnBatch(.double(doubles), isPresent: present[5]),
      ColumnBatch(slices(names), isPresent: present[6]), ColumnBatch(bytes(prices), isPresent: present[7]),
    ]
  }

  private static func bytes(_ values: [[UInt8]]) -> ColumnBatch.Values {
    var offsets: [Int32] = [0]
    for value in values { offsets.append(offsets[offsets.count - 1] + Int32(value.count)) }
    return .bytes(values.flatMap { $0 }, offsets: offsets)
  }

  /// The last value first.
  private static func slices(_ values: [[UInt8]]) -> ColumnBatch.Values {
    var bytes: [UInt8] = []
    let slices = values.reversed().map { value in
      defer { bytes += value }
      return ColumnBatch.Slice(start: UInt32(bytes.count), count: UInt32(value.count))
    }
    return .slices(bytes, slices.reversed())
  }

  @Test func whatDoesNotFitIsMisuse() throws {
    func problem(_ batches: [ColumnBatch]) -> Problem? {
      do {
        var writer = try FileWriter(columns: [.text("a"), ColumnDefinition("b", .int64, isOptional: false)])
        try writer.append(batches)
        _ = try writer.finish()
        return nil
      } catch { return error.problem }
    }
    let text = ColumnBatch(Self.bytes([[65], [66]]))
    #expect(problem([text, ColumnBatch(.int64([1, 2]))]) == nil)
    #expect(problem([text]) == .unequalColumns(expected: 2, found: 1))
    #expect(problem([text, ColumnBatch(.int64([1]))]) == .unequalColumns(expected: 2, found: 1))
    #expect(problem([text, ColumnBatch(.int32([1, 2]))]) == .wrongType(expected: .int64))
    #expect(
      problem([text, ColumnBatch(.int64([1, 2]), isPresent: [true, false])]) == .nullInRequiredColumn)
    #expect(
      problem([text, ColumnBatch(.int64([1, 2]), isPresent: [true])])
        == .unequalColumns(expected: 2, found: 2))
    for offsets: [Int32] in [[0, 2, 1], [0, 1, 9], [-1, 0, 1]] {
      let broken = ColumnBatch(.bytes([65, 66], offsets: offsets))
      #expect(problem([broken, ColumnBatch(.int64([1, 2]))]) == .batchInvalid, "\(offsets)")
    }
    let beyond = ColumnBatch(
      .slices([65, 66], [.init(start: 0, count: 1), .init(start: .max, count: .max)]))
    #expect(problem([beyond, ColumnBatch(.int64([1, 2]))]) == .batchInvalid)
    let empty = ColumnBatch(.slices([], [.init(start: 0, count: 0), .init(start: 0, count: 0)]))
    #expect(problem([empty, ColumnBatch(.int64([1, 2]))]) == nil)
  }
}
