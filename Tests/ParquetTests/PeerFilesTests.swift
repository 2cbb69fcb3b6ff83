import Foundation
import Parquet
import Testing

/// Files that pyarrow, DuckDB and polars write in many settings are read value for value.
@Suite struct PeerFilesTests {
  /// `LAKECANARY_TEST_SEED` plays a run again.
  static let seeds: [UInt64] = {
    guard let text = ProcessInfo.processInfo.environment["LAKECANARY_TEST_SEED"] else {
      return [1, 20_261_123]
    }
    return [UInt64(text) ?? 0]
  }()

  @Test(arguments: seeds)
  func everyValueIsRead(_ seed: UInt64) async throws {
    try await Folder.temporary { folder in
      _ = try await Python.run("write.py", ["\(seed)", folder])
      let paths = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
        folder + "/" + $0
      }
      #expect(paths.count == 38)
      var peers = try await Python.values("pyarrow", paths)
      // Where pyarrow fails at a file of DuckDB's, DuckDB itself says what is in it.
      let unread = paths.filter { peers[$0]?.error != nil && $0.hasSuffix("-duckdb.parquet") }
      peers.merge(try await Python.values("duckdb", unread)) { $1 }
      for path in paths {
        let name = "seed \(seed) " + URL(filePath: path).lastPathComponent
        let peer = try #require(peers[path])
        #expect(peer.error == nil, "\(name)")
        let file = try ParquetFile(try Folder.bytes(path), named: name)
        for (index, column) in peer.columns.enumerated() {
          let rows = try ValueText.rows(file, field: index)
          #expect(rows == column.values, "\(name) \(column.name)")
        }
        try readPageByPage(path, file)
      }
    }
  }

  /// Reading in parts, given no more bytes than asked for, gives the same as reading at once.
  private func readPageByPage(_ path: String, _ file: ParquetFile) throws {
    let bytes = try Folder.bytes(path)
    for (number, rowGroup) in file.metadata.rowGroups.enumerated() {
      for (column, chunk) in rowGroup.columns.enumerated() {
        let whole = try file.values(column: column, rowGroup: number)
        let leaf = file.metadata.schema.leaves[column]
        var reader = ColumnChunkReader(chunk, column: leaf, rowGroup: number, file: path)
        var parts: [String] = []
        var levels: [Int] = []
        reading: while true {
          switch try reader.next(upTo: 37) {
          case .needs(let range):
            #expect(
              chunk.byteRange.lowerBound <= range.lowerBound && range.upperBound <= chunk.byteRange.upperBound
            )
            reader.supply(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]), at: range.lowerBound)
          case .values(let part):
            #expect(part.count <= 37)
            parts += (0..<part.count).map { ValueText.scalar(part, $0) }
            levels += (0..<part.count).map { part.repetitionLevel($0) }
          case .end: break reading
          }
        }
        #expect(parts == (0..<whole.count).map { ValueText.scalar(whole, $0) }, "\(path) \(leaf.dottedPath)")
        #expect(levels == (0..<whole.count).map { whole.repetitionLevel($0) })
      }
    }
  }
}
