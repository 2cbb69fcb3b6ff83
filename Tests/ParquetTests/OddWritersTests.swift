import Parquet
import Testing

/// Forms that writers are known for, or that the format leaves open; each is read.
@Suite struct OddWritersTests {
  typealias Value = ForgedFile.Value

  /// A required or optional BYTE_ARRAY column named `c`.
  private func text(optional: Bool = false) -> [(Int, Value)] {
    [(1, .int32(6)), (3, .int32(optional ? 1 : 0)), (4, .text("c")), (6, .int32(0))]
  }

  /// The fields of `ColumnMetaData`, those of `without` left out.
  private func chunk(
    type: Int = 6, count: Int, size: Int, data: Int, dictionary: Int? = nil, codec: Int = 0,
    without: Set<Int> = []
  ) -> [(Int, Value)] {
    var fields: [(Int, Value)] = [
      (1, .int32(type)), (2, .list([.int32(0), .int32(3)])), (3, .list([.text("c")])), (4, .int32(codec)),
      (5, .int64(count)), (6, .int64(size)), (7, .int64(size)), (9, .int64(data)),
    ]
    if let dictionary { fields.append((11, .int64(dictionary))) }
    return fields.filter { !without.contains($0.0) }
  }

  private func strings(_ bytes: [UInt8]) throws -> [String?] {
    let file = try ParquetFile(bytes, named: "odd")
    let values = try file.values(column: 0)
    let counts = try file.counts(column: 0)
    #expect(counts.total == Int64(values.count))
    return (0..<values.count).map { values.string($0) }
  }

  private static let three = ["a", "bb", ""].flatMap(ForgedFile.plain)

  /// fastparquet and early parquet-go leave out what readers can do without: encodings, path, sizes, file_offset.
  @Test func optionalFieldsMayBeMissing() throws {
    var file = ForgedFile()
    file.appendDataPage(count: 3, encoding: 0, Self.three)
    let fields = chunk(count: 3, size: file.offset - 4, data: 4, without: [2, 3, 6])
    #expect(
      try strings(file.finished(rows: 3, element: text(), chunk: fields, columnChunk: [])) == ["a", "bb", ""])
    // What a chunk cannot be read without is asked for by name.
    let without = file.finished(
      rows: 3, element: text(), chunk: chunk(count: 3, size: file.offset - 4, data: 4, without: [9]))
    let error = #expect(throws: ParquetError.self) { try ParquetFile(without, named: "odd") }
    #expect(error?.problem == .fieldMissing(.dataPageOffset))
    #expect(error?.location.rowGroup == 0 && error?.location.column == "c" && error?.location.offset != nil)
  }

  /// parquet-mr before 1.11 gives no dictionary_page_offset and lets data_page_offset point to the dictionary; others
  /// write a 0, or name the dictionary's encoding after the data pages.
  @Test(arguments: [0, 2, 8], [nil, 0])
  func dictionariesOfManyNames(_ encoding: Int, _ offset: Int?) throws {
    var file = ForgedFile()
    file.appendDictionary(count: 2, encoding: encoding, ["x", "yy"].flatMap(ForgedFile.plain))
    // Bit width 1, one group of eight: x y y.
    file.appendDataPage(count: 3, encoding: encoding == 8 ? 8 : 2, [1, 3, 0b110])
    let fields = chunk(count: 3, size: file.offset - 4, data: 4, dictionary: offset)
    #expect(try strings(file.finished(rows: 3, element: text(), chunk: fields)) == ["x", "yy", "yy"])
  }

  /// A dictionary of one value needs no bit for its indices, and a page of nulls not even a width.
  @Test func indicesOfNoBits() throws {
    var file = ForgedFile()
    file.appendDictionary(count: 1, encoding: 0, ForgedFile.plain("only"))
    file.appendDataPage(count: 2, encoding: 8, [0, 4])
    file.appendDataPage(count: 1, encoding: 8, [0, 2])
    let fields = chunk(count: 3, size: file.offset - 4, data: 4)
    #expect(try strings(file.finished(rows: 3, element: text(), chunk: fields)) == ["only", "only", "only"])

    file = ForgedFile()
    file.appendDictionary(count: 0, encoding: 0, [])
    // Definition levels: a run of two zeros.
    file.appendDataPage(count: 2, encoding: 8, [2, 0, 0, 0, 4, 0])
    let nulls = chunk(count: 2, size: file.offset - 4, data: 4)
    #expect(try strings(file.finished(rows: 2, element: text(optional: true), chunk: nulls)) == [nil, nil])
  }

  /// Of a page of nulls only, writers leave out the header of any encoding.
  @Test(arguments: [(1, 5), (6, 6), (6, 7), (0, 3), (5, 9)])
  func pagesOfNullsWithoutValues(_ type: Int, _ encoding: Int) throws {
    var file = ForgedFile()
    file.appendDataPage(count: 2, encoding: encoding, [2, 0, 0, 0, 4, 0])
    let element: [(Int, Value)] = [(1, .int32(type)), (3, .int32(1)), (4, .text("c"))]
    let bytes = file.finished(
      rows: 2, element: element, chunk: chunk(type: type, count: 2, size: file.offset - 4, data: 4))
    let values = try ParquetFile(bytes).values(column: 0)
    #expect(values.count == 2 && values.isNull(0) && values.isNull(1))
  }

  /// Levels in the deprecated encoding, most significant bit first, as parquet-mr 1.0 and Impala wrote them.
  @Test func bitPackedLevels() throws {
    var file = ForgedFile()
    file.appendDataPage(
      count: 4, encoding: 0, [0b1010_0000] + ["p", "q"].flatMap(ForgedFile.plain), levels: 4)
    let fields = chunk(count: 4, size: file.offset - 4, data: 4)
    #expect(
      try strings(file.finished(rows: 4, element: text(optional: true), chunk: fields)) == [
        "p", nil, "q", nil,
      ])
  }

  /// Version 2: is_compressed false in a compressed chunk, and left out, which means true.
  @Test func pagesOfVersion2ThatAreNotCompressed() throws {
    var file = ForgedFile()
    let values = ForgedFile.plain("plain")
    func details(_ isCompressed: Bool?) -> (Int, Value) {
      var fields: [(Int, Value)] = [
        (1, .int32(2)), (2, .int32(1)), (3, .int32(2)), (4, .int32(0)), (5, .int32(2)), (6, .int32(0)),
      ]
      if let isCompressed { fields.append((7, .bool(isCompressed))) }
      return (8, .structure(fields))
    }
    // Levels without their length: a group of eight, the second of two entries there.
    file.appendPage(3, details(false), [3, 0b10] + values)
    // Snappy: the length, then a literal of 9 bytes.
    let snappy = [UInt8(values.count), UInt8(values.count - 1) << 2] + values
    file.appendPage(
      3, details(nil), [3, 0b01] + snappy, sizes: (2 + values.count, 2 + snappy.count))
    let fields = chunk(count: 4, size: file.offset - 4, data: 4, codec: 1)
    #expect(
      try strings(file.finished(rows: 4, element: text(optional: true), chunk: fields)) == [
        nil, "plain", "plain", nil,
      ])
  }

  /// parquet-mr before 1.2.9 left the dictionary page's header out of total_compressed_size.
  @Test func sizesThatAreTooSmall() throws {
    var file = ForgedFile()
    file.appendDictionary(count: 1, encoding: 2, ForgedFile.plain("v"))
    let headerByteCount = file.offset - 4 - 5
    file.appendDataPage(count: 3, encoding: 2, [1, 6, 0])
    let fields = chunk(count: 3, size: file.offset - 4 - headerByteCount, data: 4)
    func bytes(_ createdBy: String?) -> [UInt8] {
      file.finished(rows: 3, element: text(), chunk: fields, createdBy: createdBy)
    }
    for writer in ["parquet-mr", "parquet-mr version 1.2.8", "parquet-mr version 1.2.8-SNAPSHOT (build x)"] {
      #expect(try strings(bytes(writer)) == ["v", "v", "v"], "\(writer)")
    }
    for writer in [nil, "parquet-mr version 1.8.1", "impala version 2.0"] {
      #expect(throws: ParquetError.self) { try strings(bytes(writer)) }
    }
  }

  /// Index pages and pages of kinds to come are passed over, and so are fields to come of any type.
  @Test func whatIsNotKnownIsPassedOver() throws {
    var file = ForgedFile()
    let future: (Int, Value) = (
      100,
      .structure([
        (1, .list([.bool(true), .bool(false)])), (2, .list([.list([.text("deep")])])), (40, .bool(true)),
        (41, .bytes([1, 2, 3])),
      ])
    )
    file.appendPage(1, (6, .structure([])), [1, 2, 3])
    file.appendPage(9, future, [4, 5])
    file.appendDataPage(count: 3, encoding: 0, Self.three)
    var fields = chunk(count: 3, size: file.offset - 4, data: 4)
    fields.append(future)
    #expect(
      try strings(file.finished(rows: 3, element: text() + [future], chunk: fields)) == ["a", "bb", ""])
  }

  /// A file without columns, without row groups, and with a row group without rows.
  @Test func filesOfNothing() throws {
    let root: Value = .structure([(4, .text("root")), (5, .int32(0))])
    let bytes = ForgedFile().finished([
      (1, .int32(2)), (2, .list([root])), (3, .int64(7)),
      (4, .list([.structure([(1, .list([])), (2, .int64(0)), (3, .int64(7))])])),
    ])
    let file = try ParquetFile(bytes)
    #expect(file.metadata.rowCount == 7 && file.metadata.schema.leaves.isEmpty)
    let none = try ParquetFile(
      ForgedFile().finished(
        [
          (1, .int32(1)), (2, .list([root, .structure(text())])), (3, .int64(0)), (4, .list([])),
        ].map {
          $0.0 == 2
            ? (2, .list([.structure([(4, .text("root")), (5, .int32(1))]), .structure(text())])) : $0
        }))
    #expect(none.metadata.rowGroups.isEmpty)
    #expect(try none.values(column: 0).count == 0)
    let empty = ForgedFile().finished(rows: 0, element: text(), chunk: chunk(count: 0, size: 0, data: 0))
    #expect(try strings(empty).isEmpty)
  }

  /// `_metadata` files say that the pages are elsewhere; encrypted columns and footers say so too.
  @Test func whatCannotBeReadIsRefusedByType() throws {
    let elsewhere = ForgedFile().finished(
      rows: 3, element: text(), chunk: chunk(count: 3, size: 5000, data: 4),
      columnChunk: [(1, .text("part-0.parquet")), (2, .int64(4))])
    let file = try ParquetFile(elsewhere, named: "_metadata")
    #expect(file.metadata.rowCount == 3)
    let error = #expect(throws: ParquetError.self) { try file.values(column: 0) }
    #expect(error?.problem == .columnInOtherFile && error?.location.column == "c")
    let encrypted = ForgedFile().finished([(1, .int32(1))], magic: "PARE")
    #expect(throws: ParquetError.self) { try ParquetFile(encrypted) }
    do { _ = try ParquetFile(encrypted) } catch { #expect(error.code == .encrypted) }
    for codec in [3, 77] {
      var lzo = ForgedFile()
      lzo.appendDataPage(count: 3, encoding: 0, Self.three)
      let bytes = lzo.finished(
        rows: 3, element: text(), chunk: chunk(count: 3, size: lzo.offset - 4, data: 4, codec: codec))
      let refused = #expect(throws: ParquetError.self) {
        try ParquetFile(bytes, named: "lzo").values(column: 0)
      }
      #expect(refused?.code == .unsupported)
      #expect(refused?.location == .init(file: "lzo", rowGroup: 0, column: "c", offset: 4))
    }
  }

  /// Decimals in every physical type that the format allows.
  @Test func decimalsOfEveryType() throws {
    func decimals(_ type: Int, _ body: [UInt8], _ count: Int, length: Int? = nil) throws -> [Int128?] {
      var file = ForgedFile()
      file.appendDataPage(count: count, encoding: 0, body)
      var element: [(Int, Value)] = [(1, .int32(type))]
      if let length { element.append((2, .int32(length))) }
      element += [(3, .int32(0)), (4, .text("c")), (6, .int32(5)), (7, .int32(2)), (8, .int32(9))]
      let fields = chunk(type: type, count: count, size: file.offset - 4, data: 4)
      let values = try ParquetFile(file.finished(rows: count, element: element, chunk: fields)).values(
        column: 0)
      #expect(values.column.scale == 2 && values.column.precision == 9)
      return (0..<values.count).map { values.decimalUnscaled($0) }
    }
    #expect(
      try decimals(1, ForgedFile.littleEndian(Int32(-5)) + ForgedFile.littleEndian(Int32.max), 2) == [
        -5, 2_147_483_647,
      ])
    #expect(try decimals(2, ForgedFile.littleEndian(Int64.min), 1) == [Int128(Int64.min)])
    #expect(try decimals(7, [0xff, 0xfe, 0x01, 0x00], 2, length: 2) == [-2, 256])
    #expect(
      try decimals(
        6, [1, 0, 0, 0, 0x80, 3, 0, 0, 0, 0, 0, 0x7f, 0, 0, 0, 0], 3) == [-128, 127, nil])
    let wide = [17, 0, 0, 0, 0xff] + [0x80] + [UInt8](repeating: 0, count: 15)
    #expect(try decimals(6, wide, 1) == [Int128.min])
    #expect(try decimals(6, [17, 0, 0, 0, 0x01] + [UInt8](repeating: 0, count: 16), 1) == [nil])
  }
}
