import TestSupport
import Testing

@testable import ObjectStorage

/// Objects that are written in parts.
@Suite struct MultipartTests {
  @Test(arguments: Backend.all) func `large objects come back as they were`(_ backend: Backend) async throws {
    try await backend.withStore({
      $0.multipartThreshold = 6 << 20
      $0.partSize = 5 << 20
    }) { store in
      let bytes = (0..<(11 << 20) + 3).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
      let etag = try await store.put("large/a b.bin", bytes)
      let object = try await store.get("large/a b.bin")
      #expect(object.etag == etag)
      #expect(object.bytes == bytes)
      #expect(try await store.get("large/a b.bin", range: .suffix(5)).bytes == Array(bytes.suffix(5)))
      #expect(try await keys(store) == ["large/a b.bin"])
    }
  }

  @Test func `a part that fails aborts the upload`() async throws {
    try await LoopbackServer.with { request, _ in
      switch (request.method, request.target) {
      case ("POST", _):
        .answer(
          200,
          body: Array(
            "<InitiateMultipartUploadResult><UploadId>u/1</UploadId></InitiateMultipartUploadResult>".utf8))
      case ("PUT", let target) where target.contains("partNumber=2"): .error(403, "AccessDenied")
      case ("PUT", _): .answer(200, headers: ["ETag": "\"p\""])
      default: .answer(204)
      }
    } _: { server in
      let store = try server.store {
        $0.multipartThreshold = 1 << 20
        $0.partSize = 5 << 20
      }
      await expect(.accessDenied) { try await store.put("k", [UInt8](repeating: 1, count: 12 << 20)) }
      #expect(server.requests.last?.method == "DELETE")
      #expect(server.requests.last?.target == "/how.raw/k?uploadId=u%2F1")
      #expect(!server.requests.contains { $0.method == "POST" && $0.target.contains("uploadId") })
    }
  }

  @Test func `cancelling aborts the upload`() async throws {
    let (arrivals, arrival) = AsyncStream<Void>.makeStream()
    try await LoopbackServer.with { request, _ in
      switch request.method {
      case "POST": return .answer(200, body: Array("<R><UploadId>u</UploadId></R>".utf8))
      case "PUT":
        arrival.yield()
        return .silence
      default: return .answer(204)
      }
    } _: { server in
      let store = try server.store {
        $0.multipartThreshold = 1
        $0.partSize = 5 << 20
      }
      let task = Task { try await store.put("k", [UInt8](repeating: 1, count: 6 << 20)) }
      var iterator = arrivals.makeAsyncIterator()
      _ = await iterator.next()
      task.cancel()
      await expect(.cancelled) { try await task.value }
      // Not the last: of the parts, one may be read by the server after it was given up.
      #expect(server.requests.contains { $0.method == "DELETE" && $0.target == "/how.raw/k?uploadId=u" })
    }
  }

  @Test func `an error within a success is an error`() async throws {
    try await LoopbackServer.with { request, count in
      switch (request.method, request.target.contains("uploadId")) {
      case ("POST", false): .answer(200, body: Array("<R><UploadId>u</UploadId></R>".utf8))
      case ("POST", true):
        count < 3
          ? .answer(200, body: Array("<Error><Code>InternalError</Code><Message>m</Message></Error>".utf8))
          : .answer(
            200,
            body: Array(
              "<CompleteMultipartUploadResult><ETag>&quot;e-1&quot;</ETag></CompleteMultipartUploadResult>"
                .utf8))
      case ("PUT", _): .answer(200, headers: ["ETag": "\"p\""])
      default: .answer(204)
      }
    } _: { server in
      let store = try server.store {
        $0.multipartThreshold = 1
        $0.partSize = 5 << 20
      }
      #expect(try await store.put("k", [1], ifNoneMatch: true) == ETag("e-1"))
      let complete = server.requests.last
      #expect(
        complete?.text.contains("<Part><PartNumber>1</PartNumber><ETag>&quot;p&quot;</ETag></Part>") == true)
      #expect(complete?.headers["if-none-match"] == "*")
      #expect(server.requests.count == 4)
    }
  }
}
