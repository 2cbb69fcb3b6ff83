import Testing

@testable import ObjectStorage

/// How every store lists.
@Suite struct ListingTests {
  /// Keys in the order of their UTF-8 bytes.
  private static func someKeys(_ backend: Backend, _ store: any ObjectStore) async throws -> [String] {
    let wicked =
      backend.canHoldKeyBeneathKey
      ? ["a", "a-b", "a/", "a/1", "a/b", "a0"] : ["a-b", "a/", "a/1", "a/b", "a0"]
    let plain = [
      "b/1", "b/2/x", "b/2/y", "b/3", "c", "d/2026/11/23/1", "d/2026/11/24/1", "é", "\u{FFFD}", "😀",
    ]
    guard backend.ordersNamesWithinNames else { return plain }
    return try await backend.holding(wicked, otherwise: ["a-b", "a/1", "a/b", "a0"], store) + plain
  }

  @Test(arguments: Backend.all) func `lists pages in the order of bytes`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      let all = try await Self.someKeys(backend, store)
      for key in all.shuffled() { try await store.put(key, Array(key.utf8)) }
      for pageSize in [1, 2, 3, 1000] {
        var seen: [ListedObject] = []
        var pages = 0
        var cursor: ListCursor?
        repeat {
          let page = try await store.listPage(ListQuery(prefix: "", pageSize: pageSize), cursor: cursor)
          #expect(page.objects.count <= pageSize)
          seen += page.objects
          cursor = page.next
          pages += 1
        } while cursor != nil
        #expect(seen.map(\.key) == all)
        #expect(seen.map { Int($0.size) } == all.map(\.utf8.count))
        #expect(pages >= (all.count + pageSize - 1) / pageSize)
      }
    }
  }

  @Test(arguments: Backend.all) func `lists what follows a key`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      let all = try await Self.someKeys(backend, store)
      for key in all { try await store.put(key, []) }
      for start in all + ["", "a/2", "b/2/xx", "b/4", "zzz"] {
        #expect(
          try await keys(store, startAfter: start) == all.filter { KeyOrder.precedes(start, $0) },
          "after \(start)")
        #expect(
          try await keys(store, prefix: "b/", startAfter: start)
            == all.filter { $0.hasPrefix("b/") && KeyOrder.precedes(start, $0) }, "after \(start)")
      }
    }
  }

  @Test(arguments: Backend.all) func `lists by prefix`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      let all = try await Self.someKeys(backend, store)
      for key in all { try await store.put(key, []) }
      for prefix in ["a", "a/", "b", "b/", "b/2", "b/2/", "b/2/x", "d/2026/11/23/", "é", "none", "none/"] {
        #expect(try await keys(store, prefix: prefix) == all.filter { $0.hasPrefix(prefix) }, "\(prefix)")
      }
    }
  }

  @Test(arguments: Backend.all) func `rolls keys up by a delimiter`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      for key in ["t/a/1", "t/a/2", "t/b/c/1", "t/d", "t/e e/1", "u/1"] { try await store.put(key, []) }
      for pageSize in [1, 1000] {
        var objects: [String] = []
        var prefixes: [String] = []
        var cursor: ListCursor?
        repeat {
          let query = ListQuery(prefix: "t/", delimiter: "/", pageSize: pageSize)
          let page = try await store.listPage(query, cursor: cursor)
          objects += page.objects.map(\.key)
          prefixes += page.commonPrefixes
          cursor = page.next
        } while cursor != nil
        #expect(objects == ["t/d"])
        #expect(prefixes == ["t/a/", "t/b/", "t/e e/"])
      }
      let top = try await store.listPage(ListQuery(prefix: "", delimiter: "/"), cursor: nil)
      #expect(top.commonPrefixes == ["t/", "u/"])
    }
  }

  @Test(arguments: Backend.all) func `lists nothing where nothing is`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      let page = try await store.listPage(ListQuery(prefix: "no/such/folder/"), cursor: nil)
      #expect(page.objects.isEmpty)
      #expect(page.next == nil)
    }
  }

  @Test(arguments: Backend.all) func `lists more than one page of S3`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      let all = (0..<1_050).map { "many/\(10_000 + $0)" }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for key in all { group.addTask { try await store.put(key, [0]) } }
        try await group.waitForAll()
      }
      #expect(try await keys(store, prefix: "many/") == all)
      #expect(try await keys(store, prefix: "many/", startAfter: all[999]) == Array(all[1000...]))
    }
  }
}
