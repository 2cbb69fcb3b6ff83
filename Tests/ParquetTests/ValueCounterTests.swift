import Parquet
import Testing

@Suite struct ValueCounterTests {
  /// Counting agrees with the values in every encoding and codec.
  @Test(arguments: FileWriterTests.settings.indices)
  func countsWhatIsThere(_ index: Int) throws {
    let (name, rows, settings) = FileWriterTests.settings[index]
    let (_, bytes) = try SampleTable.file(seed: UInt64(index), rows: rows, settings: settings)
    let file = try ParquetFile(bytes, named: name)
    for column in [0, 10, 11, 15, 16] {
      let values = try file.values(column: column)
      let counts = try file.counts(column: column)
      var expected: [[UInt8]: Int64] = [:]
      var nullCount: Int64 = 0
      for row in 0..<values.count {
        if let value = values.bytes(row) { expected[value, default: 0] += 1 } else { nullCount += 1 }
      }
      #expect(counts.nullCount == nullCount)
      #expect(counts.total == Int64(rows))
      #expect(counts.values.count == expected.count)
      for (value, count) in expected { #expect(counts[value] == count) }
    }
  }

  /// Runs and packed groups of one, two and three bits.
  @Test(arguments: [1, 2, 3, 4, 5, 9])
  func countsRunsAndGroups(_ differentValues: Int) throws {
    var writer = try FileWriter(columns: [.text("Op")])
    var expected: [String: Int64] = [:]
    var random = SeededRandom(seed: UInt64(differentValues))
    for block in 0..<40 {
      let run = block % 2 == 0 ? 1 + Int(random.next() % 100) : 1
      let value = String(UnicodeScalar(UInt8(65 + random.next() % UInt64(differentValues))))
      for _ in 0..<run {
        writer[0].append(text: value)
        expected[value, default: 0] += 1
        try writer.endRow()
      }
      for _ in 0..<Int(random.next() % 70) {
        let single = String(UnicodeScalar(UInt8(65 + random.next() % UInt64(differentValues))))
        writer[0].append(text: single)
        expected[single, default: 0] += 1
        try writer.endRow()
      }
    }
    let counts = try ParquetFile(try writer.finish()).counts(column: 0)
    #expect(counts.values.count == expected.count)
    for (value, count) in expected { #expect(counts[value] == count) }
  }

  @Test func statisticsProveEqualBounds() throws {
    func proven(_ values: [String?]) throws -> ValueCounts? {
      var writer = try FileWriter(columns: [.text("Op")])
      for value in values {
        if let value { writer[0].append(text: value) } else { writer[0].appendNull() }
        try writer.endRow()
      }
      let file = try ParquetFile(try writer.finish())
      let proven = ValueCounts.proven(by: file.metadata.rowGroups[0].columns[0])
      if let proven { #expect(proven == (try file.counts(column: 0))) }
      return proven
    }
    #expect(try proven(["I", "I", "I"])?["I"] == 3)
    #expect(try proven(["I", nil, "I"])?.nullCount == 1)
    #expect(try proven([nil, nil])?.total == 2)
    #expect(try proven(["I", "U"]) == nil)
  }
}
