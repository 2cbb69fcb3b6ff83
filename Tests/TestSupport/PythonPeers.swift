import Foundation

/// The Python environment with the peers that tests compare with: pyarrow, DuckDB and others.
public enum PythonPeers {
  /// The interpreter: `LAKECANARY_TEST_PYTHON`, or the one of the package's `.venv`, which `make test` makes.
  ///
  /// - Throws: `MissingPeers` where there is none: a test without its peer proves nothing.
  public static var interpreter: String {
    get throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let path =
        ProcessInfo.processInfo.environment["LAKECANARY_TEST_PYTHON"]
        ?? root.appending(path: ".venv/bin/python3").path
      guard FileManager.default.isExecutableFile(atPath: path) else { throw MissingPeers(path: path) }
      return path
    }
  }

  /// A program that a package of the environment has installed beside its interpreter.
  ///
  /// - Throws: `MissingPeers` where there is none.
  public static func program(_ name: String) throws -> String {
    let path = URL(filePath: try interpreter).deletingLastPathComponent().appending(path: name).path
    guard FileManager.default.isExecutableFile(atPath: path) else { throw MissingPeers(path: path) }
    return path
  }

  /// There is no Python environment with the peers.
  public struct MissingPeers: Error, CustomStringConvertible {
    let path: String

    /// Where it was looked for, and the mend.
    public var description: String { "nothing to run at \(path); `make test` makes the environment" }
  }
}
