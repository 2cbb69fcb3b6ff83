import Parquet

/// Counts the values of `Op` in many files.
enum Ops {
  /// Small files are read whole at once; of larger ones the tail, then the chunks.
  static let tailByteCount: Int64 = 65_536

  static func count(_ root: String) async -> Outcome {
    let results = await Corpus(root).onTwoThreads { paths in
      var outcome = Outcome()
      var buffer = [UInt8](repeating: 0, count: Int(tailByteCount))
      var chunkBuffer: [UInt8] = []
      var counter = ValueCounter()
      for path in paths {
        guard let file = OpenFile(path),
          let metadata = Footers.metadata(of: file, path, &buffer, &outcome, tail: tailByteCount),
          let column = metadata.schema.leafIndex(named: "Op")
        else { continue }
        let leaf = metadata.schema.leaves[column]
        let tailStart = max(0, file.size - tailByteCount)
        let tailIsHeld = Int64(metadata.footerByteCount) + 8 <= tailByteCount
        for (number, rowGroup) in metadata.rowGroups.enumerated() {
          let chunk = rowGroup.columns[column]
          let range = chunk.byteRange
          do {
            if tailIsHeld && range.lowerBound >= tailStart {
              try counter.add(chunk, column: leaf, bytes: buffer, at: tailStart, rowGroup: number, file: path)
            } else {
              guard file.read(range, into: &chunkBuffer) else { return outcome }
              outcome.requests += 1
              outcome.bytes += range.upperBound - range.lowerBound
              try counter.add(
                chunk, column: leaf, bytes: chunkBuffer, at: range.lowerBound, rowGroup: number, file: path)
            }
          } catch {
            print(error)
            return outcome
          }
        }
        outcome.files += 1
        outcome.rows += counter.counts.total
        outcome.counts.add(counter.counts)
        counter.reset()
      }
      return outcome
    }
    return results.reduce(into: Outcome()) { $0.add($1) }
  }
}
