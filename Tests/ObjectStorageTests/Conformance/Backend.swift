import Foundation
import LocalServers
import Testing

@testable import ObjectStorage

/// A store that the conformance suite runs over.
enum Backend: String, CaseIterable, CustomTestStringConvertible {
  case directory

  var testDescription: String { rawValue }

  /// Runs `body` with an empty bucket that goes afterwards.
  func withStore(_ body: (any ObjectStore) async throws -> Void) async throws {
    switch self {
    case .directory:
      try await withTemporaryDirectory { path in
        try await body(DirectoryStore(path: path, access: .write))
      }
    }
  }
}

/// Runs `body` with an empty directory that goes afterwards.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
  let directory = try TemporaryDirectory(prefix: "lakecanary-storage", for: "a store")
  defer { directory.remove() }
  try await body(directory.path)
}
