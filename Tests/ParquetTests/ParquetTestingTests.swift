import Foundation
import Parquet
import Testing

/// The files of apache/parquet-testing: each is read, or refused with the error that is named here.
///
/// The set is closed: a file that is not listed fails.
@Suite struct ParquetTestingTests {
  enum Expectation {
    /// Read, and every value is that of pyarrow.
    case asPyarrow
    /// Read where pyarrow cannot, or is wrong; a test of its own holds the values.
    case read
    /// The footer is refused.
    case refused(ParquetError.Code)
    /// The footer is read; the named top-level fields are refused and the others are read.
    case fieldsRefused([String: ParquetError.Code])
  }

  static let root = Folder.fixtures + "/parquet-testing"

  static let files: [String: Expectation] = [
    "bad_data/ARROW-GH-41317.parquet": .refused(.malformedMetadata),
    "bad_data/ARROW-GH-41321.parquet": .fieldsRefused([
      "int64": .malformedData, "large_binary": .truncated, "fixed_size_list_float64": .malformedMetadata,
      "map_float32": .malformedMetadata,
    ]),
    "bad_data/ARROW-GH-45185.parquet": .fieldsRefused(["x": .malformedData]),
    "bad_data/ARROW-GH-47662.parquet": .fieldsRefused(["flba_field": .malformedData]),
    "bad_data/ARROW-RS-GH-6229-DICTHEADER.parquet": .refused(.truncated),
    "bad_data/PARQUET-1481.parquet": .refused(.malformedMetadata),
    "data/aes256/encrypt_columns_and_footer.parquet.encrypted": .refused(.encrypted),
    "data/aes256/encrypt_columns_and_footer_ctr.parquet.encrypted": .refused(.encrypted),
    "data/aes256/encrypt_columns_and_footer_disable_aad_storage.parquet.encrypted": .refused(.encrypted),
    "data/aes256/encrypt_columns_plaintext_footer.parquet.encrypted": .fieldsRefused([
      "boolean_field": .encrypted, "int32_field": .encrypted, "int64_field": .encrypted,
      "int96_field": .encrypted, "float_field": .encrypted, "double_field": .encrypted,
      "ba_field": .encrypted, "flba_field": .encrypted,
    ]),
    "data/aes256/uniform_encryption.parquet.encrypted": .refused(.encrypted),
    "data/alltypes_dictionary.parquet": .asPyarrow,
    "data/alltypes_plain.parquet": .asPyarrow,
    "data/alltypes_plain.snappy.parquet": .asPyarrow,
    "data/alltypes_tiny_pages.parquet": .asPyarrow,
    "data/binary.parquet": .asPyarrow,
    "data/binary_truncated_min_max.parquet": .asPyarrow,
    "data/byte_array_decimal.parquet": .asPyarrow,
    "data/byte_stream_split_extended.gzip.parquet": .asPyarrow,
    "data/column_chunk_key_value_metadata.parquet": .asPyarrow,
    "data/data_index_bloom_encoding_stats.parquet": .asPyarrow,
    "data/datapage_v1-corrupt-checksum.parquet": .fieldsRefused([
      "a": .checksumMismatch, "b": .checksumMismatch,
    ]),
    "data/datapage_v1-snappy-compressed-checksum.parquet": .asPyarrow,
    "data/datapage_v1-uncompressed-checksum.parquet": .asPyarrow,
    "data/datapage_v2.snappy.parquet": .asPyarrow,
    "data/delta_binary_packed.parquet": .asPyarrow,
    "data/delta_byte_array.parquet": .asPyarrow,
    "data/delta_encoding_optional_column.parquet": .asPyarrow,
    "data/delta_length_byte_array.parquet": .asPyarrow,
    "data/dict-page-offset-zero.parquet": .asPyarrow,
    "data/encrypt_columns_and_footer.parquet.encrypted": .refused(.encrypted),
    "data/encrypt_columns_and_footer_aad.parquet.encrypted": .refused(.encrypted),
    "data/encrypt_columns_and_footer_bloom_filter.parquet.encrypted": .refused(.encrypted),
    "data/encrypt_columns_and_footer_ctr.parquet.encrypted": .refused(.encrypted),
    "data/encrypt_columns_and_footer_disable_aad_storage.parquet.encrypted": .refused(.encrypted),
    "data/encrypt_columns_plaintext_footer.parquet.encrypted": .fieldsRefused([
      "float_field": .encrypted, "double_field": .encrypted,
    ]),
    "data/external_key_material_java.parquet.encrypted": .refused(.encrypted),
    "data/fixed_length_byte_array.parquet": .asPyarrow,
    "data/fixed_length_decimal.parquet": .asPyarrow,
    "data/float16_nonzeros_and_nans.parquet": .asPyarrow,
    "data/float16_zeros_and_nans.parquet": .asPyarrow,
    "data/floating_orders_nan_count.parquet": .asPyarrow,
    "data/geospatial/crs-arbitrary-value.parquet": .asPyarrow,
    "data/geospatial/crs-default.parquet": .asPyarrow,
    "data/geospatial/crs-geography.parquet": .asPyarrow,
    "data/geospatial/crs-projjson.parquet": .asPyarrow,
    "data/geospatial/crs-srid.parquet": .asPyarrow,
    "data/geospatial/geography-lines.parquet": .asPyarrow,
    "data/geospatial/geography-points.parquet": .asPyarrow,
    "data/geospatial/geography-polygons.parquet": .asPyarrow,
    "data/geospatial/geospatial-with-nan.parquet": .asPyarrow,
    "data/geospatial/geospatial.parquet": .asPyarrow,
    "data/hadoop_lz4_compressed.parquet": .asPyarrow,
    "data/hadoop_lz4_compressed_larger.parquet": .asPyarrow,
    "data/incorrect_map_schema.parquet": .read,
    "data/int32_decimal.parquet": .asPyarrow,
    "data/int64_decimal.parquet": .asPyarrow,
    "data/int96_from_spark.parquet": .read,
    // A page of 1 GiB: read where the limit allows it, below.
    "data/large_string_map.brotli.parquet": .fieldsRefused(["arr": .limitExceeded]),
    "data/lz4_raw_compressed.parquet": .asPyarrow,
    "data/map_no_value.parquet": .asPyarrow,
    "data/nan_in_stats.parquet": .asPyarrow,
    "data/nation.dict-malformed.parquet": .asPyarrow,
    "data/nested_lists.snappy.parquet": .asPyarrow,
    "data/nested_structs.rust.parquet": .asPyarrow,
    "data/non_hadoop_lz4_compressed.parquet": .asPyarrow,
    "data/nonnullable.impala.parquet": .asPyarrow,
    "data/nullable.impala.parquet": .asPyarrow,
    "data/nulls.snappy.parquet": .asPyarrow,
    "data/old_list_structure.parquet": .asPyarrow,
    "data/repeated_primitive_no_list.parquet": .asPyarrow,
    "data/rle-dict-snappy-checksum.parquet": .asPyarrow,
    "data/rle-dict-uncompressed-corrupt-checksum.parquet": .fieldsRefused([
      "long_field": .checksumMismatch, "binary_field": .checksumMismatch,
    ]),
    "data/single_nan.parquet": .asPyarrow,
    "data/sort_columns.parquet": .asPyarrow,
    "data/uniform_encryption.parquet.encrypted": .refused(.encrypted),
  ]

  /// The Parquet files of the folder; nil, and said so, where there is none.
  private func names() throws -> [String]? {
    guard FileManager.default.fileExists(atPath: Self.root) else {
      print("ParquetTestingTests passes over parquet-testing: there is none at \(Self.root)")
      return nil
    }
    return try FileManager.default.subpathsOfDirectory(atPath: Self.root)
      .filter { $0.hasSuffix(".parquet") || $0.hasSuffix(".parquet.encrypted") }.sorted()
  }

  private func open(_ name: String, limits: ReadLimits = ReadLimits()) throws -> ParquetFile {
    try ParquetFile(try Folder.bytes(Self.root + "/" + name), named: name, limits: limits)
  }

  @Test func everyFileIsReadOrRefusedAsNamed() async throws {
    guard let names = try names() else { return }
    #expect(Set(names) == Set(Self.files.keys))
    let compared = names.filter { if case .asPyarrow = Self.files[$0] { true } else { false } }
    let peers = try await Python.values("pyarrow", compared.map { Self.root + "/" + $0 })
    for name in names {
      switch Self.files[name] {
      case .asPyarrow:
        let peer = try #require(peers[Self.root + "/" + name])
        #expect(peer.error == nil, "\(name)")
        let file = try open(name)
        let fields = file.metadata.schema.root.children
        #expect(fields.map(\.name) == peer.columns.map(\.name), "\(name)")
        for (index, column) in peer.columns.enumerated() {
          #expect(try ValueText.rows(file, field: index) == column.values, "\(name) \(column.name)")
        }
      case .read:
        let file = try open(name)
        for index in file.metadata.schema.root.children.indices {
          #expect(try Int64(ValueText.rows(file, field: index).count) == file.metadata.rowCount)
        }
      case .refused(let code):
        let error = #expect(throws: ParquetError.self, "\(name)") { try open(name) }
        #expect(error?.code == code, "\(name): \(String(describing: error))")
        #expect(error?.location.file == name && error?.location.offset != nil)
      case .fieldsRefused(let codes):
        let file = try open(name)
        for (index, field) in file.metadata.schema.root.children.enumerated() {
          if let code = codes[field.name] {
            let error = #expect(throws: ParquetError.self, "\(name) \(field.name)") {
              try ValueText.rows(file, field: index)
            }
            #expect(error?.code == code, "\(name): \(String(describing: error))")
            #expect(error?.location.file == name && error?.location.column?.hasPrefix(field.name) == true)
          } else {
            #expect(try Int64(ValueText.rows(file, field: index).count) == file.metadata.rowCount)
          }
        }
      case nil: Issue.record("\(name) has no expectation")
      }
    }
  }

  /// What expected.json says of the footers.
  @Test func footersAreAsExpected() throws {
    guard try names() != nil else { return }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let json = try decoder.decode(
      Expected.self, from: Data(contentsOf: URL(filePath: Self.root + "/expected.json")))
    var compared = 0
    for (name, expected) in json.files {
      guard let rowCount = expected.numRows, let file = try? open(name) else { continue }
      let metadata = file.metadata
      compared += 1
      #expect(metadata.rowCount == rowCount, "\(name)")
      #expect(metadata.rowGroups.count == expected.numRowGroups, "\(name)")
      #expect(metadata.schema.leaves.count == expected.numColumns, "\(name)")
      #expect(metadata.createdBy ?? "" == expected.createdBy ?? "", "\(name)")
      if let size = expected.serializedSize { #expect(metadata.footerByteCount == size, "\(name)") }
      if let rows = expected.rowsPerGroup { #expect(metadata.rowGroups.map(\.rowCount) == rows, "\(name)") }
      if let columns = expected.columns {
        #expect(metadata.schema.leaves.map(\.dottedPath) == columns.map(\.path), "\(name)")
        #expect(metadata.schema.leaves.map { $0.physicalType.text } == columns.map(\.physical), "\(name)")
      }
      guard let chunks = expected.chunks0, let rowGroup = metadata.rowGroups.first else { continue }
      #expect(rowGroup.columns.map { $0.path.joined(separator: ".") } == chunks.map(\.path), "\(name)")
      #expect(rowGroup.columns.map(\.valueCount) == chunks.map(\.numValues), "\(name)")
      #expect(rowGroup.columns.map { $0.codec.text } == chunks.map(\.compression), "\(name)")
      #expect(
        rowGroup.columns.map { Set($0.encodings.map(\.text)) } == chunks.map { Set($0.encodings) }, "\(name)")
    }
    #expect(compared == 61)
  }

  /// The microseconds that the page beside the file gives.
  @Test func timesOfSparkAreThoseOfItsPage() throws {
    guard try names() != nil else { return }
    let values = try open("data/int96_from_spark.parquet").values(column: 0)
    #expect(
      (0..<values.count).map { values.microseconds($0) } == [
        1_704_141_296_123_456, 1_704_070_800_000_000, 253_402_225_200_000_000, 1_735_599_600_000_000, nil,
        9_089_380_393_200_000_000,
      ])
  }

  @Test func aMapWithoutRequiredKeysIsRead() throws {
    guard try names() != nil else { return }
    let file = try open("data/incorrect_map_schema.parquet")
    let rows = try ValueText.rows(file, field: 0)
    #expect(Int64(rows.count) == file.metadata.rowCount)
    #expect(rows.allSatisfy { $0.hasPrefix("[{key:x") })
  }

  @Test func pagesOfAGigabyteAreReadWhereTheLimitAllows() throws {
    guard try names() != nil else { return }
    var limits = ReadLimits()
    limits.pageByteCount = Int(Int32.max)
    let file = try open("data/large_string_map.brotli.parquet", limits: limits)
    let keys = try file.values(column: 0, rowGroup: 0)
    #expect(keys.count == 2)
    #expect(keys.withBytes(1) { $0.byteCount } == 1 << 30)
  }

  private struct Expected: Decodable {
    let files: [String: File]

    struct File: Decodable {
      let numRows: Int64?
      let numRowGroups: Int?
      let numColumns: Int?
      let createdBy: String?
      let serializedSize: Int?
      let rowsPerGroup: [Int64]?
      let columns: [Column]?
      let chunks0: [Chunk]?
    }

    struct Column: Decodable {
      let path: String
      let physical: String
    }

    struct Chunk: Decodable {
      let path: String
      let compression: String
      let encodings: [String]
      let numValues: Int64
    }
  }
}

extension PhysicalType {
  fileprivate var text: String {
    switch self {
    case .boolean: "BOOLEAN"
    case .int32: "INT32"
    case .int64: "INT64"
    case .int96: "INT96"
    case .float: "FLOAT"
    case .double: "DOUBLE"
    case .byteArray: "BYTE_ARRAY"
    case .fixedLenByteArray: "FIXED_LEN_BYTE_ARRAY"
    }
  }
}

extension Codec {
  /// pyarrow's names; that of Hadoop's LZ4 is not known to it.
  fileprivate var text: String {
    switch self {
    case .uncompressed: "UNCOMPRESSED"
    case .snappy: "SNAPPY"
    case .gzip: "GZIP"
    case .lzo: "LZO"
    case .brotli: "BROTLI"
    case .lz4: "UNKNOWN"
    case .lz4Raw: "LZ4"
    case .zstd: "ZSTD"
    case .unrecognized: "?"
    }
  }
}

extension Parquet.Encoding {
  fileprivate var text: String {
    switch self {
    case .plain: "PLAIN"
    case .plainDictionary: "PLAIN_DICTIONARY"
    case .rle: "RLE"
    case .bitPacked: "BIT_PACKED"
    case .deltaBinaryPacked: "DELTA_BINARY_PACKED"
    case .deltaLengthByteArray: "DELTA_LENGTH_BYTE_ARRAY"
    case .deltaByteArray: "DELTA_BYTE_ARRAY"
    case .rleDictionary: "RLE_DICTIONARY"
    case .byteStreamSplit: "BYTE_STREAM_SPLIT"
    }
  }
}
