import Glibc
import Synchronization
import Testing

@testable import ObjectStorage

@Suite struct DirectoryStoreTests {
  @Test func `says that the directory is missing, and makes none`() async throws {
    try await withTemporaryDirectory { path in
      let missing = path + "/missing"
      for access in [StorageAccess.read, .write] {
        let store = DirectoryStore(path: missing, access: access)
        await expect(.bucketMissing) { try await keys(store) }
        await expect(.bucketMissing) { try await store.get("a/b") }
        await expect(access == .read ? .notWritable : .bucketMissing) { try await store.put("a/b", [1]) }
      }
      #expect(Glibc.access(missing, F_OK) == -1)
    }
  }

  @Test func `is made where it is asked for, once or again`() async throws {
    try await withTemporaryDirectory { path in
      let location = BucketLocation(place: .directory(path: path + "/bucket"))
      try await ObjectStores.createBucket(location)
      try await ObjectStores.createBucket(location)
      var configuration = StorageConfiguration()
      configuration.access = .write
      try await ObjectStores.open(location, configuration).put("k", [1])
      await expect(.bucketMissing) {
        try await ObjectStores.createBucket(BucketLocation(place: .directory(path: path + "/no/bucket")))
      }
    }
  }

  @Test func `changes nothing when opened for reading`() async throws {
    try await withTemporaryDirectory { path in
      let store = DirectoryStore(path: path)
      await expect(.notWritable) { try await store.put("a/b", [1]) }
      await expect(.notWritable) { try await store.delete("a/b") }
      await expect(.notFound) { try await store.get("a/b") }
      let listed = try await keys(store)
      #expect(listed == [])
      #expect(Glibc.access(path + "/a", F_OK) == -1)
    }
  }

  @Test func `never leaves the directory`() async throws {
    try await withTemporaryDirectory { path in
      let root = path + "/bucket"
      mkdir(root, 0o755)
      #expect(symlink(path, root + "/link") == 0)
      try await DirectoryStore(path: path, access: .write).put("secret", [1])
      let store = DirectoryStore(path: root, access: .write)
      for key in ["../secret", "x/../../secret", "/secret", "\(path)/secret", "link/secret", "./../secret"] {
        await expect(.notFound) { try await store.get(key) }
      }
      for key in ["../written", "/tmp/written", "x/../../written"] { try await store.put(key, [2]) }
      await expect(.unsupported) { try await store.put("link/written", [2]) }
      #expect(try await keys(DirectoryStore(path: path)).filter { !$0.hasPrefix("bucket/") } == ["secret"])
      #expect(try await keys(store) == ["../written", "/tmp/written", "x/../../written"])
    }
  }

  @Test func `holds no key beneath a key`() async throws {
    try await withTemporaryDirectory { path in
      let store = DirectoryStore(path: path, access: .write)
      try await store.put("a/b", [1])
      await expect(.unsupported) { try await store.put("a", [1]) }
      await expect(.unsupported) { try await store.put("a/b/c", [1]) }
      await expect(.notFound) { try await store.get("a") }
      await expect(.notFound) { try await store.get("a/b/c") }
      try await store.delete("a")
      #expect(try await keys(store) == ["a/b"])
    }
  }

  @Test func `tells the steps of a put in order, and stops where the hook does`() async throws {
    struct Stop: Error {}
    try await withTemporaryDirectory { path in
      let steps = Mutex<[DirectoryStore.Step]>([])
      let told = DirectoryStore(path: path, access: .write) { step in steps.withLock { $0.append(step) } }
      try await told.put("a/b", [1])
      #expect(steps.withLock { $0 } == [.written(key: "a/b"), .renamed(key: "a/b"), .synced(key: "a/b")])

      for (step, isThere) in [
        (DirectoryStore.Step.written(key: "c/d"), false), (.renamed(key: "c/d"), true),
        (.synced(key: "c/d"), true),
      ] {
        let stopped = DirectoryStore(path: path, access: .write) { if $0 == step { throw Stop() } }
        await expect(.interrupted) { try await stopped.put("c/d", [1]) }
        #expect(try await keys(told, prefix: "c/") == (isThere ? ["c/d"] : []))
        try await told.delete("c/d")
      }
    }
  }

  @Test func `removes what killed writers left, but nothing of living ones`() async throws {
    struct Stop: Error {}
    try await withTemporaryDirectory { path in
      let killed = DirectoryStore(path: path, access: .write) { _ in throw Stop() }
      await expect(.interrupted) { try await killed.put("a/b", [1]) }
      #expect(try files(path + "/a").count == 1)

      let living = open(path + "/a/.lakecanary-tmp-living", O_WRONLY | O_CREAT, 0o644)
      defer { close(living) }
      #expect(flock(living, LOCK_EX) == 0)
      try await DirectoryStore(path: path, access: .write).put("a/c", [1])
      #expect(try files(path + "/a") == [".lakecanary-tmp-living", "c"])
    }
  }

  @Test func `gives every put a tag of its own`() async throws {
    try await withTemporaryDirectory { path in
      let store = DirectoryStore(path: path, access: .write)
      var tags: Set<ETag> = []
      for _ in 0..<50 { tags.insert(try await store.put("k", [1])) }
      #expect(tags.count == 50)
    }
  }

  @Test func `lists regular files only`() async throws {
    try await withTemporaryDirectory { path in
      let store = DirectoryStore(path: path, access: .write)
      try await store.put("a/file", [1])
      mkdir(path + "/empty", 0o755)
      mkfifo(path + "/pipe", 0o644)
      symlink("a/file", path + "/link")
      #expect(try await keys(store) == ["a/file"])
      let page = try await store.listPage(ListQuery(prefix: "", delimiter: "/"), cursor: nil)
      #expect(page.commonPrefixes == ["a/"])
      await expect(.notFound) { try await store.get("pipe") }
      await expect(.notFound) { try await store.get("link") }
    }
  }
}

/// The names in a directory, in order.
private func files(_ path: String) throws -> [String] {
  let stream = try #require(opendir(path))
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    if let name = DirectoryWalk.name(of: entry), name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}
