import Parquet

/// Counts the values of `Op` in many files.
enum Ops {
  static func count(_ root: String) async -> Outcome {
    let results = await Corpus(root).onTwoThreads { next in
      var outcome = Outcome()
      var buffer = [UInt8](repeating: 0, count: Int(Footers.tailByteCount))
      var chunkBuffer: [UInt8] = []
      var counter = ValueCounter()
      var previous: FileMetadata?
      while let paths = next() {
        for path in paths {
          do {
            try count(path, &counter, &buffer, &chunkBuffer, &previous, &outcome)
          } catch {
            print(error)
            return outcome
          }
        }
      }
      outcome.counts = counter.counts
      return outcome
    }
    return results.reduce(into: Outcome()) { $0.add($1) }
  }

  /// Reads the footer, then the chunks of `Op`: two small requests for a file of one row group.
  private static func count(
    _ path: String, _ counter: inout ValueCounter, _ buffer: inout [UInt8], _ chunkBuffer: inout [UInt8],
    _ previous: inout FileMetadata?, _ outcome: inout Outcome
  ) throws {
    guard let file = OpenFile(path),
      let metadata = Footers.metadata(of: file, path, &buffer, &outcome, after: previous),
      let column = metadata.schema.leafIndex(named: "Op")
    else { return }
    previous = metadata
    let leaf = metadata.schema.leaves[column]
    for (number, rowGroup) in metadata.rowGroups.enumerated() {
      let chunk = rowGroup.columns[column]
      let range = chunk.byteRange
      guard file.read(range, into: &chunkBuffer) else { return }
      outcome.requests += 1
      outcome.bytes += range.upperBound - range.lowerBound
      try counter.add(
        chunk, column: leaf, bytes: chunkBuffer, at: range.lowerBound, rowGroup: number, file: path)
    }
    outcome.files += 1
    outcome.rows += metadata.rowCount
  }
}
