import Glibc

/// A file of settings, certificates or a token, read whole.
enum SmallFile {
  /// The most that is read.
  private static let limit = 16 << 20

  /// The file's bytes.
  ///
  /// - Throws: `SystemCallFailure`; with `EFBIG` where it is larger than any such file.
  static func bytes(of path: String) throws(SystemCallFailure) -> [UInt8] {
    let calls = FileCalls()
    let file = try calls.open(.openFile, path, O_RDONLY)
    let number = file.number
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = try calls.make(.read) { read(number, &chunk, chunk.count) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else { throw SystemCallFailure(call: .read, errno: EFBIG) }
    }
  }
}
