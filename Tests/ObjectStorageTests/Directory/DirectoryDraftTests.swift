import Glibc
import Synchronization
import Testing

@testable import ObjectStorage

/// What is drafted in the bucket's directory gets its name without being written again.
@Suite struct DirectoryDraftTests {
  @Test(arguments: [false, true])
  func `a put gives the draft's own file the key's name`(ifNoneMatch: Bool) async throws {
    try await withTemporaryDirectory { path in
      let written = Mutex(0)
      let calls = FileCalls { call in
        if call == .write { written.withLock { $0 += 1 } }
        return nil
      }
      let store = DirectoryStore(path: path, access: .write, calls: calls)
      let draft = try #require(store.makeDraft())
      try draft.append([1, 2, 3])
      try draft.append([4])
      #expect(draft.byteCount == 4)
      #expect(try draft.read(1..<4) == [2, 3, 4])
      let listed = try await keys(store)
      #expect(listed == [])
      let tag = try await store.put("a/b", content: draft, ifNoneMatch: ifNoneMatch)
      let object = try await store.get("a/b")
      #expect(object.bytes == [1, 2, 3, 4])
      #expect(object.etag == tag)
      #expect(written.withLock { $0 } == 2)
      #expect(try await keys(store) == ["a/b"])
      #expect(try names(in: path + "/a") == ["b"])
    }
  }

  @Test func `it replaces an object, and does not where it may not`() async throws {
    try await withTemporaryDirectory { path in
      let store = DirectoryStore(path: path, access: .write)
      try await store.put("a/b", [9])
      let draft = try #require(store.makeDraft())
      try draft.append([1, 2])
      await expect(.alreadyExists) { try await store.put("a/b", content: draft, ifNoneMatch: true) }
      #expect(try await store.get("a/b").bytes == [9])
      try await store.put("a/b", content: draft, ifNoneMatch: false)
      #expect(try await store.get("a/b").bytes == [1, 2])
      #expect(try names(in: path + "/a") == ["b"])
    }
  }

  @Test func `put again, it is another file`() async throws {
    try await withTemporaryDirectory { path in
      let store = DirectoryStore(path: path, access: .write)
      let draft = try #require(store.makeDraft())
      try draft.append([1, 2])
      for (key, ifNoneMatch) in [("a/1", true), ("a/2", true), ("a/3", false)] {
        try await store.put(key, content: draft, ifNoneMatch: ifNoneMatch)
      }
      try await store.delete("a/1")
      #expect(try await keys(store) == ["a/2", "a/3"])
      #expect(try await store.get("a/2").bytes == [1, 2])
      #expect(try await store.get("a/2").etag != store.get("a/3").etag)
    }
  }

  @Test(arguments: [EXDEV, ENOENT, EPERM])
  func `it is copied where it cannot be linked`(_ reason: Int32) async throws {
    try await withTemporaryDirectory { path in
      let store = DirectoryStore(path: path, access: .write, calls: FileCalls { $0 == .link ? reason : nil })
      let draft = try #require(store.makeDraft())
      try draft.append([1, 2])
      try await store.put("a/b", content: draft, ifNoneMatch: false)
      #expect(try await store.get("a/b").bytes == [1, 2])
      #expect(try names(in: path + "/a") == ["b"])
    }
  }

  @Test func `one that is let go leaves nothing`() async throws {
    try await withTemporaryDirectory { path in
      let store = DirectoryStore(path: path, access: .write)
      do {
        let draft = try #require(store.makeDraft())
        try draft.append([1])
      }
      #expect(try names(in: path) == [])
    }
  }

  @Test func `there is none where nothing may be written or the system knows none`() async throws {
    try await withTemporaryDirectory { path in
      #expect(DirectoryStore(path: path).makeDraft() == nil)
      #expect(DirectoryStore(path: path + "/missing", access: .write).makeDraft() == nil)
      let without = FileCalls { $0 == .createFile ? ENOTSUP : nil }
      #expect(DirectoryStore(path: path, access: .write, calls: without).makeDraft() == nil)
    }
  }

  @Test func `a full disk is told`() async throws {
    try await withTemporaryDirectory { path in
      let store = DirectoryStore(path: path, access: .write, calls: FileCalls { $0 == .write ? ENOSPC : nil })
      let draft = try #require(store.makeDraft())
      let error = #expect(throws: StorageError.self) { try draft.append([1]) }
      #expect(error?.code == .noSpace)
    }
  }

  @Test func `a put that fails at its n-th call leaves the old object or the new one`() async throws {
    var failed = 0
    for nth in 1... {
      var isDone = false
      try await withTemporaryDirectory { path in
        let plain = DirectoryStore(path: path, access: .write)
        try await plain.put("a/b", [1, 1])
        let calls = Mutex(Int.min)
        let faults = FileCalls { _ in
          calls.withLock { made in
            made += 1
            return made == nth ? EIO : nil
          }
        }
        let store = DirectoryStore(path: path, access: .write, calls: faults)
        let draft = try #require(store.makeDraft())
        try draft.append([2, 2, 2])
        calls.withLock { $0 = 0 }
        do throws(StorageError) {
          try await store.put("a/b", content: draft, ifNoneMatch: false)
          isDone = true
        } catch {
          failed += 1
          #expect(error.code == .ioFailed, "call \(nth): \(error)")
          let left = try await plain.get("a/b").bytes
          #expect(left == [1, 1] || left == [2, 2, 2])
          #expect(try names(in: path + "/a") == ["b"])
        }
      }
      if isDone { break }
    }
    #expect(failed >= 7)
  }

  private func names(in directory: String) throws -> [String] {
    let stream = try #require(opendir(directory))
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      if let name = DirectoryWalk.name(of: entry), name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
