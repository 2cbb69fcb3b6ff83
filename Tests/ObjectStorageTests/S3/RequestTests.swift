import TestSupport
import Testing
import Time

@testable import ObjectStorage

/// What is sent.
@Suite struct RequestTests {
  @Test func `a small object costs one GET`() async throws {
    try await LoopbackServer.with { _, _ in
      .object("PAR1")
    } _: { server in
      _ = try await server.store().get("a b/é+=&%#?../x", ifMatch: ETag("\"tag\""))
      let request = server.requests[0]
      #expect(server.requests.count == 1)
      #expect(request.method == "GET")
      #expect(request.target == "/how.raw/a%20b/%C3%A9%2B%3D%26%25%23%3F../x")
      #expect(request.headers["if-match"] == "\"tag\"")
      #expect(request.headers["x-amz-date"] == "20261123T225401Z")
      #expect(request.headers["accept"] == nil && request.headers["expect"] == nil)
      let authorization = request.headers["authorization"] ?? ""
      #expect(authorization.contains("Credential=AKIDEXAMPLE/20261123/us-east-1/s3/aws4_request"))
      #expect(authorization.contains("SignedHeaders=host;if-match;x-amz-content-sha256;x-amz-date,"))
      #expect(!String(decoding: request.raw, as: UTF8.self).contains("very-secret-key"))
    }
  }

  @Test func `a tag from a hostile listing ends no header field`() async throws {
    try await LoopbackServer.with { _, _ in
      .error(412, "PreconditionFailed")
    } _: { server in
      let store = try server.store()
      await expect(.preconditionFailed) {
        try await store.get("k", ifMatch: ETag("a\"\r\nX-Evil: 1\r\n\r\n"))
      }
      #expect(server.requests[0].headers["if-match"] == "\"aX-Evil:1\"")
      #expect(server.requests[0].headers["x-evil"] == nil)
      #expect(server.requests.count == 1)
    }
  }

  @Test func `dots and slashes of keys are sent as they are`() async throws {
    try await LoopbackServer.with { _, _ in
      .object("x")
    } _: { server in
      let store = try server.store()
      for key in ["../up", "a/../b", "a/./b", "double//slash", "/leading", "//", "trailing/"] {
        _ = try await store.get(key)
        #expect(server.requests.last?.target == "/how.raw/\(key)")
      }
    }
  }

  @Test func `ranges, listings and writes`() async throws {
    try await LoopbackServer.with { request, _ in
      request.method == "PUT"
        ? .answer(200, headers: ["ETag": "\"tag\""])
        : request.path.hasSuffix("/k") ? .object("0123456789") : .listing("")
    } _: { server in
      let store = try server.store()
      _ = try await store.get("k", range: .bytes(2..<4))
      _ = try await store.get("k", range: .suffix(4))
      _ = try await store.listPage(
        ListQuery(prefix: "a b/", startAfter: "a b/c&d", delimiter: "/", pageSize: 7), cursor: nil)
      try await store.put("k", Array("hello".utf8), ifNoneMatch: true)
      let requests = server.requests
      #expect(requests[0].headers["range"] == "bytes=2-3")
      #expect(requests[1].headers["range"] == "bytes=-4")
      #expect(
        requests[2].target
          == "/how.raw?delimiter=%2F&encoding-type=url&list-type=2&max-keys=7&prefix=a%20b%2F&start-after=a%20b%2Fc%26d"
      )
      #expect(requests[3].method == "PUT")
      #expect(requests[3].text == "hello")
      #expect(requests[3].headers["if-none-match"] == "*")
      #expect(requests[3].headers["x-amz-checksum-sha256"] == "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=")
      #expect(
        requests[3].headers["x-amz-content-sha256"]
          == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    }
  }

  @Test func `pages are fetched when they are asked for`() async throws {
    try await LoopbackServer.with { request, count in
      let key = "k\(count)"
      return .listing(
        "<Contents><Key>\(key)</Key><Size>\(count)</Size><LastModified>2026-11-23T22:54:01.000Z</LastModified>"
          + "<ETag>&quot;e&quot;</ETag></Contents><IsTruncated>\(count < 2)</IsTruncated>"
          + "<NextContinuationToken>t+\(count)/=</NextContinuationToken>")
    } _: { server in
      var iterator = try server.store().list(prefix: "").makeAsyncIterator()
      #expect(server.requests.isEmpty)
      #expect(try await iterator.next()?.objects.map(\.key) == ["k0"])
      #expect(server.requests.count == 1)
      #expect(try await iterator.next()?.objects.first?.etag == ETag("e"))
      #expect(try await iterator.next()?.objects.first?.size == 2)
      #expect(try await iterator.next() == nil)
      #expect(server.requests.count == 3)
      #expect(server.requests[2].target.contains("continuation-token=t%2B1%2F%3D"))
    }
  }

  @Test func `a store for reading sends no write`() async throws {
    try await LoopbackServer.with { _, _ in
      .answer(200)
    } _: { server in
      let store = try server.store { $0.access = .read }
      await expect(.notWritable) { try await store.put("k", [1]) }
      await expect(.notWritable) { try await store.delete("k") }
      #expect(server.requests.isEmpty)
    }
  }

  @Test func `the server's clock is read with its uncertainty`() async throws {
    try await LoopbackServer.with { _, _ in
      .answer(
        200, headers: ["Date": "Mon, 23 Nov 2026 22:54:06 GMT"], body: Array("<ListBucketResult/>".utf8))
    } _: { server in
      let reading = try await server.store().clockReading()
      // What passed meanwhile, if a request was sent again, is in doubt as well.
      #expect(reading.offset + reading.uncertainty == .seconds(6))
      #expect(reading.uncertainty >= .milliseconds(500))
    }
  }

  @Test func `a missing bucket is told from a missing object by HEAD, too`() async throws {
    for hasBucket in [true, false] {
      try await LoopbackServer.with { request, _ in
        .answer(hasBucket && request.path == "/how.raw" ? 200 : 404)
      } _: { server in
        let store = try server.store()
        await expect(hasBucket ? .notFound : .bucketMissing) { try await store.head("k") }
      }
    }
  }
}
