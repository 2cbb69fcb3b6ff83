import Glibc
import Synchronization

/// The files below a folder.
struct Corpus {
  let paths: [String]

  /// Lists `root` and the folders in it.
  init(_ root: String) {
    var paths: [String] = []
    var folders = [root]
    while let folder = folders.popLast() {
      guard let directory = opendir(folder) else { continue }
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard !name.hasPrefix(".") else { continue }
        if entry.pointee.d_type == UInt8(DT_DIR) {
          folders.append(folder + "/" + name)
        } else if name.hasSuffix(".parquet") {
          paths.append(folder + "/" + name)
        }
      }
      closedir(directory)
    }
    self.paths = paths
  }

  /// Calls `work` on two threads; each takes stretches of 32 files from what is left.
  func onTwoThreads<Result: Sendable>(
    _ work: @escaping @Sendable (_ next: () -> ArraySlice<String>?) -> Result
  ) async -> [Result] {
    let taken = Taken()
    let paths = paths
    return await withTaskGroup(of: Result.self, returning: [Result].self) { group in
      for _ in 0..<2 {
        group.addTask {
          work {
            let start = taken.count.add(32, ordering: .relaxed).oldValue
            return start < paths.count ? paths[start..<min(start + 32, paths.count)] : nil
          }
        }
      }
      var results: [Result] = []
      for await result in group { results.append(result) }
      return results
    }
  }

  private final class Taken: Sendable {
    let count = Atomic(0)
  }
}

/// A file that is open for reading.
struct OpenFile: ~Copyable {
  private let descriptor: Int32
  let size: Int64

  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    // The end tells the size as fstat does, for half the time.
    size = Int64(lseek(descriptor, 0, SEEK_END))
  }

  deinit { close(descriptor) }

  /// Reads `range` to the beginning of `buffer`, which grows as needed.
  func read(_ range: Range<Int64>, into buffer: inout [UInt8]) -> Bool {
    let count = Int(range.upperBound - range.lowerBound)
    if buffer.count < count { buffer = [UInt8](repeating: 0, count: count * 2) }
    return buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, Int(range.lowerBound)) }
      == count
  }
}
