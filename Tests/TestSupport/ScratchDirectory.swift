import Foundation

/// A directory of its own for a test, removed with the object.
public final class ScratchDirectory: Sendable {
  /// Its absolute path.
  public let path: String

  /// A new, empty directory.
  public init() {
    // What is tested is not the disk: in memory, where there is such a place, syncing costs nothing.
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory)
      ? memory : FileManager.default.temporaryDirectory.path
    path = parent + "/lakecanary-\(UUID().uuidString)"
    // A directory that cannot be made shows as the test's own failure.
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  public func file(_ name: String) -> String { path + "/" + name }
}
