import TestSupport
import Testing
import Time

@testable import ObjectStorage

/// What other servers that speak S3 do otherwise than AWS.
@Suite struct OtherServersTests {
  private static let dates =
    "Date: Mon, 23 Nov 2026 22:54:06 GMT\r\nLast-Modified: Mon, 23 Nov 2026 22:00:00 GMT\r\n"

  @Test func `listings with namespaces, without what nobody needs, and with keys that are not encoded`()
    async throws
  {
    try await LoopbackServer.with { _, _ in
      .answer(
        200,
        body: Array(
          """
          <?xml version='1.0' encoding='UTF-8' standalone='yes'?>
          <!-- by another server -->
          <s3:ListBucketResult xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/">
            <s3:Name>how.raw</s3:Name>
            <s3:IsTruncated>False</s3:IsTruncated>
            <s3:Contents>
              <s3:Key>a+b%41 &amp; c</s3:Key>
              <s3:LastModified>2026-11-23T22:54:01+00:00</s3:LastModified>
              <s3:ETag>abc</s3:ETag>
              <s3:Size>1</s3:Size>
            </s3:Contents>
            <s3:Contents><s3:Size>2</s3:Size><s3:Key><![CDATA[b]]></s3:Key>
              <s3:LastModified>2026-11-23T22:54:01Z</s3:LastModified></s3:Contents>
          </s3:ListBucketResult>
          """.utf8))
    } _: { server in
      let page = try await server.store().listPage(ListQuery(prefix: ""), cursor: nil)
      #expect(page.objects.map(\.key) == ["a+b%41 & c", "b"])
      #expect(page.objects.map(\.etag) == [ETag("abc"), ETag("")])
      #expect(
        page.objects.map(\.lastModified) == Array(repeating: Timestamp("2026-11-23T22:54:01Z"), count: 2))
      #expect(page.next == nil)
    }
  }

  @Test func `a listing that goes on without a token goes on after its last key`() async throws {
    let keys = ["a", "b", "c"]
    try await LoopbackServer.with { request, _ in
      let after = keys.firstIndex { request.target.contains("start-after=\($0)") }.map { $0 + 1 } ?? 0
      return .listing(
        "<IsTruncated>\(after < 2)</IsTruncated><Contents><Key>\(keys[after])</Key><Size>1</Size>"
          + "<LastModified>2026-11-23T22:54:01Z</LastModified></Contents>")
    } _: { server in
      let listed = try await ObjectStorageTests.keys(server.store())
      #expect(listed == keys)
    }
  }

  @Test func `tags that a proxy weakens, and listings without any`() async throws {
    try await LoopbackServer.with { request, _ in
      request.headers["if-match"] == nil || request.headers["if-match"] == "\"abc\""
        ? .object("x", etag: "W/\"abc\"") : .answer(412)
    } _: { server in
      let store = try server.store()
      #expect(try await store.get("k", ifMatch: ETag("\"abc\"")).etag == ETag("abc"))
      #expect(try await store.get("k", ifMatch: ETag("")).bytes == Array("x".utf8))
      #expect(server.requests.last?.headers["if-match"] == nil)
      await expect(.preconditionFailed) { try await store.get("k", ifMatch: ETag("other")) }
    }
  }

  @Test func `a server that knows neither suffixes nor ranges beyond the end is asked within it`()
    async throws
  {
    try await LoopbackServer.with { request, _ in
      let head = ["ETag": "\"t\"", "Last-Modified": "Mon, 23 Nov 2026 22:00:00 GMT"]
      switch (request.method, request.headers["range"]) {
      case ("HEAD", _): return .answer(200, headers: head, body: Array("0123456789".utf8))
      case (_, "bytes=6-9"):
        return .answer(
          206, headers: head.merging(["Content-Range": "bytes 6-9/10"]) { $1 }, body: Array("6789".utf8))
      default: return .error(400, "InvalidArgument")
      }
    } _: { server in
      let store = try server.store()
      for range in [ByteRange.suffix(4), .bytes(6..<64)] {
        let object = try await store.get("k", range: range, ifMatch: ETag("t"))
        #expect(object.bytes == Array("6789".utf8))
        #expect(object.offset == 6)
      }
      await expect(.rangeNotSatisfiable) { try await store.get("k", range: .bytes(10..<12)) }
      await expect(.rejected) { try await store.get("k", range: .bytes(1..<2)) }
      await expect(.preconditionFailed) { try await store.get("k", range: .suffix(4), ifMatch: ETag("u")) }
    }
  }

  @Test(arguments: ["bytes 0--1/0", "bytes */0"])
  func `a range of nothing that is called a success`(_ said: String) async throws {
    try await LoopbackServer.with { _, _ in
      .answer(
        206,
        headers: [
          "ETag": "\"t\"", "Last-Modified": "Mon, 23 Nov 2026 22:00:00 GMT", "Content-Range": said,
        ])
    } _: { server in
      let store = try server.store()
      await expect(.rangeNotSatisfiable) { try await store.get("k", range: .suffix(8)) }
    }
  }

  @Test func `common prefixes that each page repeats are told once`() async throws {
    try await LoopbackServer.with { request, _ in
      let isLast = request.target.contains("continuation-token")
      return .listing(
        "<IsTruncated>\(!isLast)</IsTruncated><NextContinuationToken>n</NextContinuationToken>"
          + ["a/", "b/", isLast ? "c/" : "b/"].map {
            "<CommonPrefixes><Prefix>\($0)</Prefix></CommonPrefixes>"
          }
          .joined())
    } _: { server in
      let store = try server.store()
      let first = try await store.listPage(ListQuery(prefix: "", delimiter: "/"), cursor: nil)
      let second = try await store.listPage(ListQuery(prefix: "", delimiter: "/"), cursor: first.next)
      #expect(first.commonPrefixes + second.commonPrefixes == ["a/", "b/", "c/"])
    }
  }

  @Test(arguments: [
    "HTTP/1.0 200 OK\r\nETag: \"t\"\r\n\(dates)\r\nwhole",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nETag: \"t\"\r\n\(dates)Content-Length: 5\r\n\r\nwhole",
    "HTTP/1.1 103 Early Hints\r\nETag: \"no\"\r\n\r\nHTTP/1.1 200 OK\r\nETag: \"t\"\r\n\(dates)Content-Length: 5\r\n\r\nwhole",
    "HTTP/1.1 200 OK\r\netag:\"t\"\r\n\(dates)transfer-encoding: chunked\r\n\r\n2;x=y\r\nwh\r\n3\r\nole\r\n0\r\nx-trailer: 1\r\n\r\n",
  ])
  func `answers of other forms`(_ answer: String) async throws {
    try await LoopbackServer.with { _, _ in
      .bytes(answer)
    } _: { server in
      let object = try await server.store { $0.retry.attempts = 1 }.get("k")
      #expect(object.bytes == Array("whole".utf8))
      #expect(object.etag == ETag("t"))
    }
  }

  @Test func `a server that knows no checksums gets writes without, at once from then on`() async throws {
    try await LoopbackServer.with { request, _ in
      request.headers["x-amz-checksum-sha256"] == nil
        ? .answer(200, headers: ["ETag": "\"t\""])
        : .error(
          501, "NotImplemented", "A header you provided implies functionality that is not implemented.")
    } _: { server in
      let store = try server.store()
      for _ in 0..<3 { #expect(try await store.put("k", [1]) == ETag("t")) }
      #expect(server.requests.count == 4)
    }
  }

  @Test func `a server that knows no conditional writes says unsupported`() async throws {
    try await LoopbackServer.with { request, _ in
      request.headers["if-none-match"] == nil
        ? .answer(200, headers: ["ETag": "\"t\""]) : .error(501, "NotImplemented")
    } _: { server in
      let store = try server.store()
      await expect(.unsupported) { try await store.put("k", [1], ifNoneMatch: true) }
      try await store.put("k", [1])
      #expect(server.requests.last?.headers["x-amz-checksum-sha256"] != nil, "which were not to blame")
    }
  }

  @Test func `a write that is answered without a tag is looked up`() async throws {
    try await LoopbackServer.with { request, _ in
      request.method == "HEAD" ? .object("x") : .answer(200)
    } _: { server in
      let tag = try await server.store().put("k", [1])
      #expect(tag == ETag("tag"))
    }
  }

  @Test(arguments: [403, 404, 200])
  func `any answer tells the time`(_ status: Int) async throws {
    try await LoopbackServer.with { _, _ in
      .answer(status, headers: ["Date": "Mon, 23 Nov 2026 22:54:06 GMT"])
    } _: { server in
      let reading = try await server.store().clockReading()
      #expect(reading.offset == .milliseconds(5_500))
      #expect(server.requests.map(\.method) == ["HEAD"])
    }
  }

  @Test func `a server without a clock is none that is broken`() async throws {
    try await LoopbackServer.with { _, _ in
      .answer(200)
    } _: { server in
      let store = try server.store()
      await expect(.unsupported) { try await store.clockReading() }
    }
  }

  @Test(arguments: [
    (LoopbackServer.Reply.answer(403), StorageError.Code.accessDenied), (.answer(404), .notFound),
    (.answer(400), .rejected), (.answer(507), .noSpace), (.answer(401), .credentialsInvalid),
  ])
  func `errors without a body, a code or a request id`(
    _ reply: LoopbackServer.Reply, _ code: StorageError.Code
  ) async throws {
    try await LoopbackServer.with { _, _ in
      reply
    } _: { server in
      let store = try server.store()
      await expect(code) { try await store.get("k") }
      await expect(code) { try await store.delete("k", whereMissing: code) }
    }
  }

  @Test func `a redirection is told with where it leads`() async throws {
    try await LoopbackServer.with { _, _ in
      .answer(
        301, headers: ["Location": "https://s3.example.org/how.raw/k"], body: Array("<html>moved</html>".utf8)
      )
    } _: { server in
      let store = try server.store()
      let error = await #expect(throws: StorageError.self) { try await store.get("k") }
      #expect(error?.code == .malformedAnswer)
      #expect(error?.detail == "it redirects to https://s3.example.org/how.raw/k")
    }
  }

  @Test func `temporary credentials that a HEAD calls bad are renewed`() async throws {
    try await LoopbackServer.with { request, count in
      if request.path == "/creds" { return .document("AK\(count)") }
      return request.headers["authorization"]?.contains("AK0") == true ? .answer(400) : .object("x")
    } _: { server in
      let store = try server.store {
        $0.environment = [
          "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.endpoint + "/creds", "HOME": "/nonexistent",
        ]
      }
      #expect(try await store.head("k").size == 1)
      #expect(server.requests.map(\.path) == ["/creds", "/how.raw/k", "/creds", "/how.raw/k"])
    }
  }
}

extension ObjectStore {
  /// Removes an object; what is not there is an error where the test awaits it as one.
  fileprivate func delete(_ key: String, whereMissing code: StorageError.Code) async throws {
    try await delete(key)
    if code == .notFound { throw StorageError(.notFound, .delete, store: name, key: key) }
  }
}
