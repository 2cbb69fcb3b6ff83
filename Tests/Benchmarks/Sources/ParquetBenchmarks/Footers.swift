import Parquet

/// Reads the footers of many files, or one footer many times.
enum Footers {
  /// Most footers of small files fit; a larger one costs a second read.
  static let tailByteCount: Int64 = 4096

  static func read(_ root: String) async -> Outcome {
    let results = await Corpus(root).onTwoThreads { next in
      var outcome = Outcome()
      var buffer = [UInt8](repeating: 0, count: Int(tailByteCount))
      var previous: FileMetadata?
      while let paths = next() {
        for path in paths {
          guard let file = OpenFile(path),
            let metadata = metadata(of: file, path, &buffer, &outcome, after: previous)
          else { continue }
          previous = metadata
          outcome.files += 1
          outcome.rows += metadata.rowCount
        }
      }
      return outcome
    }
    return results.reduce(into: Outcome()) { $0.add($1) }
  }

  static func metadata(
    of file: borrowing OpenFile, _ path: String, _ buffer: inout [UInt8], _ outcome: inout Outcome,
    after previous: FileMetadata? = nil
  ) -> FileMetadata? {
    let decoder = FooterDecoder(fileSize: file.size, file: path)
    var range = max(0, file.size - tailByteCount)..<file.size
    while file.read(range, into: &buffer) {
      outcome.requests += 1
      outcome.bytes += range.upperBound - range.lowerBound
      let count = Int(range.upperBound - range.lowerBound)
      guard
        let result = try? decoder.decode(
          tail: buffer.span.bytes.extracting(0..<count), previous: previous)
      else {
        return nil
      }
      switch result {
      case .metadata(let metadata): return metadata
      case .needs(let needed): range = needed
      }
    }
    return nil
  }

  /// The bound: opens each file, reads its tail and closes it, and looks at nothing.
  static func tails(_ root: String) async -> Outcome {
    let results = await Corpus(root).onTwoThreads { next in
      var outcome = Outcome()
      var buffer = [UInt8](repeating: 0, count: Int(tailByteCount))
      while let paths = next() {
        for path in paths {
          guard let file = OpenFile(path) else { continue }
          if file.read(max(0, file.size - tailByteCount)..<file.size, into: &buffer) { outcome.files += 1 }
        }
      }
      return outcome
    }
    return results.reduce(into: Outcome()) { $0.add($1) }
  }

  static func parse(_ path: String, repeats: Int) -> Outcome {
    var outcome = Outcome()
    guard let file = OpenFile(path) else { return outcome }
    var buffer: [UInt8] = []
    guard file.read(0..<file.size, into: &buffer) else { return outcome }
    let decoder = FooterDecoder(fileSize: file.size, file: path)
    let start = processorSeconds()
    for _ in 0..<repeats {
      guard
        case .metadata(let metadata)? = try? decoder.decode(
          tail: buffer.span.bytes.extracting(0..<Int(file.size)))
      else { return outcome }
      outcome.files += 1
      outcome.rows += metadata.rowCount
    }
    outcome.seconds = processorSeconds() - start
    return outcome
  }
}
