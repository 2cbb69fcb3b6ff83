import Foundation

/// A new, empty directory of a program's own, below `TMPDIR` or `/tmp`.
public struct TemporaryDirectory: Sendable {
  /// Its absolute path, short enough for a unix socket within.
  public let path: String

  /// Makes a directory `PREFIX-XXXXXX` that only this user may write, and others may pass through.
  ///
  /// - Throws: `LocalServerError` with code `noDirectory`.
  public init(prefix: String, for server: String) throws(LocalServerError) {
    let parent = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) } != nil
    }
    guard made else {
      throw LocalServerError(
        code: .noDirectory, server: server, detail: "\(parent): \(String(cString: strerror(errno)))")
    }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    // A server that runs as another user reaches its own directory in here.
    chmod(path, 0o711)
  }

  /// Removes the directory and all that is in it.
  public func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }
}
