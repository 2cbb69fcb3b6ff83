import Glibc
import Parquet

/// A file that no memory holds: written as it grows, and read page by page.
enum Huge {
  static func write(_ path: String, megabytes: Int) throws -> Outcome {
    var settings = WriterSettings()
    settings.rowGroupLength = 1_000_000
    settings.encoding = .plain
    var writer = try Customers.writer(settings)
    let batch = Customers.batch()
    guard let file = fopen(path, "w") else { return Outcome() }
    defer { fclose(file) }
    var outcome = Outcome()
    func put(_ bytes: [UInt8]) {
      outcome.bytes += Int64(bytes.count)
      _ = fwrite(bytes, 1, bytes.count, file)
    }
    while outcome.bytes < Int64(megabytes) << 20 {
      try writer.append(batch)
      put(writer.takeBytes())
    }
    put(try writer.finish())
    outcome.rows = Int64(writer.rowCount)
    return outcome
  }

  /// Reads all values of one column, asking the file for what the reader asks for and nothing else.
  static func read(_ path: String, column name: String) throws -> Outcome {
    var outcome = Outcome()
    var buffer = [UInt8](repeating: 0, count: Int(Footers.tailByteCount))
    guard let file = OpenFile(path), let metadata = Footers.metadata(of: file, path, &buffer, &outcome),
      let column = metadata.schema.leafIndex(named: name)
    else { return outcome }
    let leaf = metadata.schema.leaves[column]
    for (number, rowGroup) in metadata.rowGroups.enumerated() {
      var reader = ColumnChunkReader(rowGroup.columns[column], column: leaf, rowGroup: number, file: path)
      reading: while true {
        switch try reader.next(upTo: 10_000) {
        case .needs(let range):
          var bytes = [UInt8](repeating: 0, count: Int(range.upperBound - range.lowerBound))
          guard file.read(range, into: &bytes) else { return outcome }
          outcome.requests += 1
          outcome.bytes += range.upperBound - range.lowerBound
          reader.supply(bytes, at: range.lowerBound)
        case .values(let values): outcome.rows += Int64(values.count)
        case .end: break reading
        }
      }
    }
    return outcome
  }
}
