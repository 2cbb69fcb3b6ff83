import Foundation
import Parquet
import Testing

/// Damaged files give an error or an answer; that the test process lives shows that nothing traps.
@Suite struct HostileBytesTests {
  /// Small files of our own.
  static let files: [[UInt8]] = [
    (WriterSettings.ValueEncoding.plain, Codec.uncompressed), (.rleDictionary, .gzip),
  ].map { encoding, codec in
    var settings = WriterSettings()
    settings.encoding = encoding
    settings.compression = codec
    guard let (_, bytes) = try? SampleTable.file(seed: 9, rows: 2, settings: settings) else { return [] }
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
    for field in file.metadata.schema.root.children.indices where !file.metadata.schema.leaves.isEmpty {
      if file.metadata.schema.leaves.count < 64 { _ = try? file.nestedValues(field: field) }
    }
  }

  /// Files of every codec and encoding, and nested ones: cut at every byte, and each byte damaged.
  @Test func damageToFilesOfPyarrowIsAnErrorOrAnAnswer() async throws {
    try await Folder.temporary { folder in
      _ = try await Python.run("small.py", [folder])
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(names.count == 10)
      for name in names {
        let bytes = try Folder.bytes(folder + "/" + name)
        Self.readAll(bytes)
        for offset in bytes.indices {
          #expect(throws: ParquetError.self, "\(name) cut at \(offset)") {
            try ParquetFile(Array(bytes[..<offset]), named: name)
          }
          // All bits or one of them, in turn.
          var damaged = bytes
          damaged[offset] ^= offset & 1 == 0 ? 0xff : 1 << UInt8(offset >> 1 & 7)
          Self.readAll(damaged)
        }
      }
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

  /// What the decoder says of a footer of these bytes.
  private func problem(_ footer: [UInt8]) -> Problem? {
    let tail =
      footer + (0..<4).map { UInt8(truncatingIfNeeded: footer.count >> (8 * $0)) } + Array("PAR1".utf8)
    do {
      _ = try FooterDecoder(fileSize: Int64(tail.count) + 4).decode(tail: tail)
      return nil
    } catch { return error.problem }
  }

  @Test func sizesAndDepthsAreBounded() {
    // Field 2, a list of structures: 2^42 of them.
    #expect(
      problem([0x29, 0xfc, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]) == .sizeBeyondEnd(byteCount: 1 << 42))
    // Field 6, a text of 2^63 bytes.
    #expect(
      problem([0x68] + [UInt8](repeating: 0x80, count: 9) + [0x01]) == .sizeBeyondEnd(byteCount: .max))
    // Field 1, an integer that does not end.
    #expect(problem([0x15] + [UInt8](repeating: 0xff, count: 20)) == .varintTooLong)
    // A structure in a structure in a structure, and so on.
    #expect(problem([UInt8](repeating: 0x1c, count: 5000)) == .nestingTooDeep(limit: 32))
    // A list of lists of lists, and so on.
    #expect(problem([UInt8](repeating: 0x19, count: 5000)) == .nestingTooDeep(limit: 32))
    #expect(problem([0x15, 0x02, 0x00]) == .fieldMissing(.schema))
    #expect(problem([]) == .endOfBytes)
  }

  @Test func anErrorNamesItsPlace() throws {
    var settings = WriterSettings()
    settings.rowGroupLength = 1
    var (_, bytes) = try SampleTable.file(seed: 4, rows: 2, settings: settings)
    let chunk = try ParquetFile(bytes).metadata.rowGroups[1].columns[15]
    for offset in chunk.byteRange { bytes[Int(offset)] = 0xff }
    let file = try ParquetFile(bytes, named: "s3://bucket/key.parquet")
    let error = #expect(throws: ParquetError.self) { try file.values(column: 15) }
    #expect(
      error?.location
        == .init(
          file: "s3://bucket/key.parquet", rowGroup: 1, column: "unique", offset: error?.location.offset))
    #expect(chunk.byteRange.contains(try #require(error?.location.offset)))
    #expect(
      error?.description.hasPrefix("s3://bucket/key.parquet, row group 1, column unique, offset ") == true)
  }
}
