import Testing

@testable import ObjectStorage

/// What every store does when it is written.
@Suite struct WritingTests {
  @Test(arguments: Backend.all) func `replaces objects, or refuses to`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      guard try await backend.obeysConditions(store) else { return }
      try await store.put("k", [1], ifNoneMatch: true)
      await expect(.alreadyExists) { try await store.put("k", [2], ifNoneMatch: true) }
      #expect(try await store.get("k").bytes == [1])
      try await store.put("k", [3])
      #expect(try await store.get("k").bytes == [3])
    }
  }

  @Test(arguments: Backend.all) func `deletes objects, and what is not there`(_ backend: Backend)
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

  @Test(arguments: Backend.all) func `holds keys of any text`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      var held: [String] = []
      for (number, key) in Backend.oddKeys.enumerated() where !backend.mixesUp(key) {
        do throws(StorageError) {
          try await store.put(key, [UInt8(number)])
        } catch {
          #expect(!backend.holds(key), "\(error)")
          #expect(backend.codesOfRefusedKeys.contains(error.code), "\(error)")
          continue
        }
        if try await backend.finds(key, store) { held.append(key) }
      }
      for key in held {
        let number = try #require(Backend.oddKeys.firstIndex { KeyOrder.isSame($0, key) })
        #expect(try await store.get(key).bytes == [UInt8(number)], "\(key)")
        #expect(try await store.head(key).size == 1, "\(key)")
      }
      let listed = try await keys(store)
      #expect(sorted(listed).map { Array($0.utf8) } == sorted(held).map { Array($0.utf8) })
      for key in held { try await store.delete(key) }
      #expect(try await keys(store) == [])
    }
  }

  @Test(arguments: Backend.all) func `refuses keys that no bucket takes`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      await expect(.invalidKey) { try await store.put("", [1]) }
      await expect(.invalidKey) { try await store.put(String(repeating: "k/", count: 513), [1]) }
    }
  }
}
