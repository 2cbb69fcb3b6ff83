import Parquet
import Testing

/// Damaged files give an error or an answer; that the test process lives shows that nothing traps.
@Suite struct HostileBytesTests {
  /// Small files that hold every encoding and codec that is written.
  static let files: [[UInt8]] = [
    (WriterSettings.ValueEncoding.plain, Codec.uncompressed), (.rleDictionary, .uncompressed),
    (.plain, .snappy), (.rleDictionary, .gzip), (.rleDictionary, .zstd),
  ].map { encoding, codec in
    var settings = WriterSettings()
    settings.encoding = encoding
    settings.compression = codec
    guard let (_, bytes) = try? SampleTable.file(seed: 9, rows: 5, settings: settings) else { return [] }
    return bytes
  }

  static let limits: ReadLimits = {
    var limits = ReadLimits()
    limits.pageByteCount = 4 << 20
    limits.valueCount = 1 << 20
    return limits
  }()

  /// Reads everything; an error ends it, as it may.
  static func readAll(_ bytes: [UInt8]) {
    guard let file = try? ParquetFile(bytes, named: "damaged", limits: limits) else { return }
    _ = file.metadata.createdBy
    _ = file.metadata.keyValueMetadata
    for column in file.metadata.schema.leaves.indices {
      for rowGroup in file.metadata.rowGroups {
        _ = rowGroup.columns[column].statistics
        _ = rowGroup.columns[column].path
        _ = ValueCounts.proven(by: rowGroup.columns[column])
      }
      if let values = try? file.values(column: column) {
        for row in 0..<values.count { _ = (values.bytes(row), values.int64(row), values.microseconds(row)) }
      }
      _ = try? file.counts(column: column)
    }
  }

  @Test(arguments: files.indices)
  func truncationAtEveryByteIsAnError(_ index: Int) throws {
    let bytes = Self.files[index]
    #expect(!bytes.isEmpty)
    for count in 0..<bytes.count {
      let part = Array(bytes[..<count])
      let error = #expect(throws: ParquetError.self) { try ParquetFile(part, named: "cut") }
      #expect(error?.location.file == "cut")
    }
  }

  @Test(arguments: files.indices)
  func aFlipOfEveryByteIsAnErrorOrAnAnswer(_ index: Int) {
    let bytes = Self.files[index]
    for offset in bytes.indices {
      var damaged = bytes
      damaged[offset] ^= 0xff
      Self.readAll(damaged)
    }
  }
}
