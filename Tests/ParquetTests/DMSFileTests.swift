import Foundation
import Parquet
import Testing

/// The one public file that AWS DMS itself wrote in Parquet.
@Suite struct DMSFileTests {
  private static let path = Folder.fixtures + "/dms/dms_test_table_LOAD00000001.parquet"

  private func file() throws -> ParquetFile? {
    guard FileManager.default.fileExists(atPath: Self.path) else {
      print("DMSFileTests passes over the file by DMS: there is none at \(Self.path)")
      return nil
    }
    return try ParquetFile(try Folder.bytes(Self.path), named: "LOAD00000001.parquet")
  }

  @Test func readsTheFooter() throws {
    guard let file = try file() else { return }
    let metadata = file.metadata
    #expect(metadata.createdBy == "AWS")
    #expect(metadata.version == 2)
    #expect(metadata.rowCount == 10)
    #expect(metadata.rowGroups.count == 1)
    #expect(metadata.footerByteCount == 1780)
    #expect(metadata.keyValueMetadata.isEmpty)
    #expect(metadata.schema.root.name == "schema")
    let names = metadata.schema.leaves.map(\.name)
    #expect(
      names == [
        "DMS_TIMESTAMP", "id", "my_int", "my_smallint", "my_numeric", "my_real", "my_double", "my_money",
        "my_varchar", "my_text", "my_bytea", "my_timestamp", "my_uuid", "my_json", "my_jsonb", "my_bool",
      ])
    #expect(metadata.schema.leaves[0].repetition == .required)
    #expect(metadata.schema.leaves.dropFirst().allSatisfy { $0.repetition == .optional })
    let numeric = metadata.schema.leaves[4]
    #expect(numeric.physicalType == .fixedLenByteArray && numeric.typeLength == 7)
    #expect(numeric.precision == 15 && numeric.scale == 2 && numeric.convertedType == .decimal)
    #expect(metadata.schema.leaves[3].convertedType == .int16)
    #expect(metadata.schema.leaves[11].timestampUnit == .milliseconds)
    let chunks = metadata.rowGroups[0].columns
    #expect(chunks.allSatisfy { Set($0.encodings) == [.plain, .rle] && $0.codec == .uncompressed })
    #expect(chunks[0].byteRange == 4..<383)
    #expect(chunks[1].byteRange == 485..<614)
    let statistics = try #require(chunks[0].statistics)
    #expect(statistics.nullCount == 0)
    #expect(statistics.min == Array("2022-07-26 06:46:18.616807".utf8))
    #expect(statistics.max == Array("2022-07-26 06:46:18.618167".utf8))
    #expect(chunks[4].statistics?.min == nil)
  }

  /// The rows that the text beside the file shows.
  @Test func readsTheValues() throws {
    guard let file = try file() else { return }
    func values(_ name: String) throws -> ColumnValues {
      try file.values(column: try #require(file.metadata.schema.leafIndex(named: name)))
    }
    func strings(_ name: String) throws -> [String?] {
      let column = try values(name)
      return (0..<5).map { column.string($0) }
    }
    #expect(
      try strings("DMS_TIMESTAMP") == [
        "2022-07-26 06:46:18.616807", "2022-07-26 06:46:18.618066", "2022-07-26 06:46:18.618085",
        "2022-07-26 06:46:18.618097", "2022-07-26 06:46:18.618108",
      ])
    let id = try values("id")
    #expect(id.count == 10 && (0..<10).allSatisfy { id.int64($0) == Int64($0 + 1) })
    let ints = try values("my_int")
    #expect(
      (0..<5).map { ints.int64($0) } == [1_298_498_081, 531_430_493, 295_931_968, 1_394_121_509, 563_694_405])
    let smalls = try values("my_smallint")
    #expect((0..<5).map { smalls.int64($0) } == [15887, 27086, 1166, 15215, 3276])
    let numerics = try values("my_numeric")
    #expect(ValueText.scalar(numerics, 0) == "142713184759")
    #expect(ValueText.scalar(numerics, 4) == "79776150966")
    let money = try values("my_money")
    #expect(ValueText.scalar(money, 0) == "476329697585400")
    let reals = try values("my_real")
    #expect(reals.double(0) == 0.42463749647140503 && reals.double(4) == 0.41575196385383606)
    let doubles = try values("my_double")
    #expect(doubles.double(1) == 0.03032254783300687 && doubles.double(3) == 0.9560206265966097)
    #expect(try strings("my_varchar") == ["", "tco", "zbsboji", "dtrz", "bsdjs"])
    #expect(try strings("my_text") == ["mraj", "", "qgzsnwtksmvoigl", "mdqiyc", ""])
    #expect(try strings("my_bytea") == ["whthctcu", "atyyinkarekjyix", "pbuo", "hghovgse", "ngcwfkd"])
    let times = try values("my_timestamp")
    // 2021-10-31 15:34:12.458 and 2022-04-03 00:25:27.534, UTC.
    #expect(times.microseconds(0) == 1_635_694_452_458_000)
    #expect(times.microseconds(1) == 1_648_945_527_534_000)
    #expect(try strings("my_uuid").first == "181e9c5d-9b55-4535-8c6e-6c8c1234b807")
    #expect(try strings("my_json")[3] == #"{"key_21":"hhjuv","key_71":"jhynufn"}"#)
    #expect(try strings("my_jsonb")[4] == #"{"key_4": "t", "key_98": "tojiyx"}"#)
    let bools = try values("my_bool")
    #expect((0..<5).map { bools.bool($0) } == [false, true, true, true, false])
  }

  @Test func agreesWithPyarrowOnEveryValue() async throws {
    guard let file = try file() else { return }
    let peer = try #require(try await Python.values("pyarrow", [Self.path])[Self.path])
    #expect(peer.columns.count == 16)
    for (index, column) in peer.columns.enumerated() {
      #expect(try ValueText.column(file, index) == column.values, "column \(column.name)")
    }
  }
}
