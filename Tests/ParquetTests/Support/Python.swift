import Foundation
import TestSupport

/// The scripts that have pyarrow, DuckDB and polars read and write files.
enum Python {
  /// Runs a script of Peers and gives what it printed.
  static func run(_ script: String, _ arguments: [String]) async throws -> String {
    let path = Folder.tests + "/Peers/" + script
    let run = try await CommandRun.command(try PythonPeers.interpreter, [path] + arguments)
    guard run.exitCode == 0 else {
      throw Failure("\(script) ended with \(run.exitCode): \(run.errorOutput)")
    }
    return run.output
  }

  /// What a peer reads from files: for each path its columns, or the peer's error.
  static func values(_ engine: String, _ paths: [String]) async throws -> [String: PeerFile] {
    var files: [String: PeerFile] = [:]
    var path = ""
    for line in try await run("values.py", [engine] + paths).split(separator: "\n") {
      if line.hasPrefix("file ") {
        path = String(line.dropFirst(5))
        files[path] = PeerFile()
      } else if line.hasPrefix("column ") {
        files[path]?.columns.append((String(line.dropFirst(7)), []))
      } else if line.hasPrefix("error ") {
        files[path]?.error = String(line.dropFirst(6))
      } else if let last = files[path]?.columns.indices.last {
        files[path]?.columns[last].values.append(String(line))
      }
    }
    return files
  }
}

/// A file as a peer read it.
struct PeerFile {
  var columns: [(name: String, values: [String])] = []
  var error: String?
}

/// A test that cannot be run as it stands.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Folders that tests use.
enum Folder {
  static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path()
    .trimmingSuffix("/")
  static let package = URL(filePath: tests).deletingLastPathComponent().deletingLastPathComponent().path()
    .trimmingSuffix("/")
  /// Files by others, beside the project; not part of it.
  static let fixtures = URL(filePath: package).deletingLastPathComponent().path() + "shared/fixtures"

  /// Calls `body` with a new folder, which is removed afterwards.
  static func temporary<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = FileManager.default.temporaryDirectory.path() + "/parquet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
