import Testing
import Time

@testable import ObjectStorage

/// What every store does when it is read.
@Suite struct ReadingTests {
  @Test(arguments: Backend.all) func `reads whole objects, ranges and suffixes`(_ backend: Backend)
    async throws
  {
    try await backend.withStore { store in
      let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let etag = try await store.put("a/b.bin", bytes)
      let whole = try await store.get("a/b.bin")
      #expect(whole.bytes == bytes)
      #expect(whole.size == 1000)
      #expect(whole.offset == 0)
      #expect(whole.etag == etag)

      let part = try await store.get("a/b.bin", range: .bytes(10..<20), ifMatch: etag)
      #expect(part.bytes == Array(bytes[10..<20]))
      #expect(part.offset == 10)
      #expect(part.size == 1000)

      let cut = try await store.get("a/b.bin", range: .bytes(990..<2000))
      #expect(cut.bytes == Array(bytes[990...]))

      let tail = try await store.get("a/b.bin", range: .suffix(8))
      #expect(tail.bytes == Array(bytes.suffix(8)))
      #expect(tail.offset == 992)

      let all = try await store.get("a/b.bin", range: .suffix(5000))
      #expect(all.bytes == bytes)
      #expect(all.offset == 0)
    }
  }

  @Test(arguments: Backend.all) func `refuses ranges that hold no byte`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      try await store.put("k", [1, 2, 3])
      try await store.put("empty", [])
      #expect(try await store.get("empty").bytes == [])
      #expect(try await store.get("empty").size == 0)
      await expect(.rangeNotSatisfiable) { try await store.get("k", range: .bytes(3..<4)) }
      await expect(.rangeNotSatisfiable) { try await store.get("k", range: .bytes(1..<1)) }
      await expect(.rangeNotSatisfiable) { try await store.get("k", range: .suffix(0)) }
      await expect(.rangeNotSatisfiable) { try await store.get("empty", range: .suffix(8)) }
      await expect(.rangeNotSatisfiable) { try await store.get("empty", range: .bytes(0..<8)) }
    }
  }

  @Test(arguments: Backend.all)
  func `tells a replaced object from a missing one`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      let first = try await store.put("k", [1, 2, 3])
      let second = try await store.put("k", [4, 5, 6])
      #expect(first != second)
      await expect(.preconditionFailed) { try await store.get("k", ifMatch: first) }
      await expect(.preconditionFailed) { try await store.get("k", range: .suffix(2), ifMatch: first) }
      #expect(try await store.get("k", ifMatch: second).bytes == [4, 5, 6])
      try await store.delete("k")
      await expect(.notFound) { try await store.get("k", ifMatch: second) }
      await expect(.notFound) { try await store.get("k") }
      await expect(.notFound) { try await store.head("k") }
    }
  }

  @Test(arguments: Backend.all)
  func `knows size, tag and time without reading`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      let etag = try await store.put("k", [1, 2, 3])
      let head = try await store.head("k")
      let listed = try #require(await store.listPage(ListQuery(prefix: ""), cursor: nil).objects.first)
      #expect(head.size == 3)
      #expect(head.etag == etag)
      #expect(listed.size == 3)
      #expect(listed.etag == etag)
      // HEAD has whole seconds, a listing may have more.
      #expect(abs(Double((listed.lastModified - head.lastModified).microseconds)) < 1_000_000)
    }
  }
}
