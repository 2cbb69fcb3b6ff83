import Testing

@testable import ObjectStorage

/// What every store does when it is written.
@Suite struct WritingTests {
  @Test(arguments: Backend.allCases) func `replaces objects, or refuses to`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      try await store.put("k", [1], ifNoneMatch: true)
      await expect(.alreadyExists) { try await store.put("k", [2], ifNoneMatch: true) }
      #expect(try await store.get("k").bytes == [1])
      try await store.put("k", [3])
      #expect(try await store.get("k").bytes == [3])
    }
  }

  @Test(arguments: Backend.allCases) func `deletes objects, and what is not there`(_ backend: Backend)
    async throws
  {
    try await backend.withStore { store in
      try await store.put("a/b/c", [1])
      try await store.delete("a/b/c")
      try await store.delete("a/b/c")
      try await store.delete("never/there")
      #expect(try await keys(store) == [])
    }
  }

  @Test(arguments: Backend.allCases) func `holds keys of any text`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      for (number, key) in Backend.oddKeys.enumerated() {
        try await store.put(key, [UInt8(number)])
      }
      for (number, key) in Backend.oddKeys.enumerated() {
        #expect(try await store.get(key).bytes == [UInt8(number)], "\(key)")
        #expect(try await store.head(key).size == 1, "\(key)")
      }
      #expect(try await keys(store).map { Array($0.utf8) } == sorted(Backend.oddKeys).map { Array($0.utf8) })
      for key in Backend.oddKeys { try await store.delete(key) }
      #expect(try await keys(store) == [])
    }
  }

  @Test(arguments: Backend.allCases) func `refuses keys that no bucket takes`(_ backend: Backend) async throws
  {
    try await backend.withStore { store in
      await expect(.invalidKey) { try await store.put("", [1]) }
      await expect(.invalidKey) { try await store.put(String(repeating: "k/", count: 513), [1]) }
    }
  }
}
