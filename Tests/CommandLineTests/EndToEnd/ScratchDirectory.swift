import Foundation

/// A directory of a test's own, gone with the test.
final class ScratchDirectory: Sendable {
  let path: String

  init() throws {
    // Short: unix sockets are made within.
    path = "/tmp/lc-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    // Servers that run as another user pass through.
    try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// What is in it, below all its directories: paths relative to it.
  func contents(_ folder: String = "") throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path + "/" + folder)
  }
}
