import Foundation
import TestSupport
import Testing
import Time

@testable import ObjectStorage

/// Servers that answer badly: one clear error each, no trap, no hang, no memory without end.
@Suite struct FaultTests {
  private static let fields = "ETag: \"t\"\r\nLast-Modified: Mon, 23 Nov 2026 22:00:00 GMT\r\n"

  @Test(arguments: [
    ("no ETag", LoopbackServer.Reply.answer(200, body: [1])),
    (
      "a page of HTML",
      .answer(200, headers: ["Content-Type": "text/html"], body: Array("<html>hello</html>".utf8))
    ),
    ("HTML for 404", .answer(404, body: Array("<html><h1>Not Found</h1></html>".utf8))),
    ("HTML for 403", .answer(403, body: Array("<html>proxy</html>".utf8))),
    ("a redirect to nowhere", .answer(302, headers: ["Location": "http://127.0.0.1:1/"])),
    (
      "a range without being asked",
      .bytes("HTTP/1.1 206 X\r\nContent-Range: bytes 0-0/9\r\nContent-Length: 1\r\n\(fields)\r\nx")
    ),
  ])
  func `a whole object that is none`(_ what: String, _ reply: LoopbackServer.Reply) async throws {
    try await LoopbackServer.with { _, _ in
      reply
    } _: { server in
      let store = try server.store { $0.retry.attempts = 1 }
      await expect(.malformedAnswer) { try await store.get("k") }
    }
  }

  @Test(arguments: [
    "bytes 0-9/20", "bytes 5-7/20", "bytes 9-5/20", "bytes */20", "bytes 5-/20", "5-9/20", "bytes 5-9/7",
    "bytes 5-9/99999999999999999999", "bytes -5-9/20", "",
  ])
  func `a part that was not asked for`(_ range: String) async throws {
    try await LoopbackServer.with { _, _ in
      .bytes("HTTP/1.1 206 X\r\nContent-Range: \(range)\r\nContent-Length: 5\r\n\(Self.fields)\r\nhello")
    } _: { server in
      let store = try server.store { $0.retry.attempts = 1 }
      await expect(.malformedAnswer) { try await store.get("k", range: .bytes(5..<10)) }
    }
  }

  @Test func `a server that sends all for a part, or obeys no If-Match`() async throws {
    try await LoopbackServer.with { _, _ in
      .object("0123456789")
    } _: { server in
      let store = try server.store()
      #expect(try await store.get("k", range: .bytes(2..<4)).bytes == Array("23".utf8))
      #expect(try await store.get("k", range: .suffix(3)).bytes == Array("789".utf8))
      await expect(.preconditionFailed) { try await store.get("k", ifMatch: ETag("another")) }
    }
  }

  @Test(arguments: [
    "", "<html></html>", "<ListBucketResult>", "<Error><Code>X</Code></Error>", "{}",
    "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
    "<ListBucketResult><Contents><Key>k</Key><Size>-1</Size><LastModified>2026-11-23T22:54:01Z</LastModified></Contents></ListBucketResult>",
    "<ListBucketResult><Contents><Key>k</Key><Size>1</Size><LastModified>today</LastModified></Contents></ListBucketResult>",
    "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%zz</Key><Size>1</Size><LastModified>2026-11-23T22:54:01Z</LastModified></Contents></ListBucketResult>",
    "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
  ])
  func `a listing that is none`(_ body: String) async throws {
    try await LoopbackServer.with { _, _ in
      .answer(200, body: Array(body.utf8))
    } _: { server in
      let store = try server.store()
      await expect(.malformedAnswer) { try await keys(store) }
      #expect(server.requests.count == 1)
    }
  }

  @Test func `a listing that goes in a circle ends`() async throws {
    try await LoopbackServer.with { _, _ in
      .listing("<IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken>")
    } _: { server in
      let store = try server.store()
      await expect(.malformedAnswer) { try await keys(store) }
      #expect(server.requests.count == 2)
    }
  }

  @Test func `bodies without an end are cut`() async throws {
    try await LoopbackServer.with { _, _ in
      .endless("HTTP/1.1 200 OK\r\n\(Self.fields)\r\n")
    } _: { server in
      let store = try server.store()
      await expect(.tooLarge) { try await keys(store) }
      await expect(.tooLarge) { try await store.get("k", range: .suffix(8)) }
    }
    try await LoopbackServer.with { _, _ in
      .endless("HTTP/1.1 200 OK\r\nX-Long: ")
    } _: { server in
      let store = try server.store { $0.retry.attempts = 1 }
      await #expect(throws: StorageError.self) { try await store.get("k") }
    }
  }

  @Test func `a length that is not kept`() async throws {
    try await LoopbackServer.with { _, _ in
      .bytes("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\(Self.fields)\r\nshort")
    } _: { server in
      let store = try server.store { $0.retry.attempts = 2 }
      await expect(.connectionBroken) { try await store.get("k") }
      #expect(server.requests.count == 2)
    }
  }

  @Test func `a server that says nothing`() async throws {
    try await LoopbackServer.with { _, _ in
      .silence
    } _: { server in
      let store = try server.store {
        $0.timeouts.call = .milliseconds(50)
        $0.retry.attempts = 1
      }
      await expect(.timedOut) { try await store.get("k") }
      let stalled = try server.store {
        $0.timeouts.stall = .seconds(1)
        $0.retry.attempts = 1
      }
      await expect(.timedOut) { try await stalled.get("k") }
    }
  }

  @Test func `nobody at the address, and no such host`() async throws {
    let clock = ManualClock()
    let port = try await LoopbackServer.with { _, _ in
      .reset
    } _: {
      $0.port
    }
    var configuration = StorageConfiguration()
    configuration.environment = LoopbackServer.environment
    configuration.clock = clock
    for endpoint in ["http://127.0.0.1:\(port)", "http://no-such-host.invalid"] {
      configuration.endpoint = endpoint
      let store = try ObjectStores.open(BucketLocation("s3://how.raw"), configuration)
      await expect(.unreachable) { try await store.get("k") }
    }
    #expect(clock.pauses.count == 8)
  }

  @Test func `cancelling a task ends its transfer`() async throws {
    let (arrivals, arrival) = AsyncStream<Void>.makeStream()
    try await LoopbackServer.with { _, _ in
      arrival.yield()
      return .silence
    } _: { server in
      let store = try server.store { $0.maximumTransfers = 1 }
      let running = Task { try await store.get("k") }
      let waiting = Task { try await store.get("l") }
      var iterator = arrivals.makeAsyncIterator()
      _ = await iterator.next()
      waiting.cancel()
      running.cancel()
      await expect(.cancelled) { try await waiting.value }
      await expect(.cancelled) { try await running.value }
    }
  }

  @Test func `at most the set number of transfers run at once`() async throws {
    let (arrivals, arrival) = AsyncStream<Void>.makeStream()
    try await LoopbackServer.with { _, _ in
      arrival.yield()
      return .silence
    } _: { server in
      let store = try server.store { $0.maximumTransfers = 3 }
      let tasks = (0..<10).map { number in Task { try await store.get("k\(number)") } }
      var iterator = arrivals.makeAsyncIterator()
      for _ in 0..<3 { _ = await iterator.next() }
      // A call that comes in over another store is answered while the three wait, and so were any beyond them.
      _ = try await LoopbackServer.with { _, _ in
        .object("x")
      } _: {
        try await $0.store().get("k")
      }
      #expect(server.requests.count == 3)
      for task in tasks { task.cancel() }
      for task in tasks { await expect(.cancelled) { try await task.value } }
    }
  }

  @Test func `objects that were cut on their way from a real server come whole`() async throws {
    let configuration = try await Backend.seaweed.configuration()
    let port = try #require(configuration.endpoint?.split(separator: ":").last.flatMap { Int($0) })
    try await Backend.seaweed.withStore { store in
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try await store.put("a/b", bytes)
      try await LoopbackServer.with { _, count in
        switch count {
        case 0: .forward(port: port, cutAfter: 0)
        case 1: .forward(port: port, cutAfter: 100)
        case 2: .forward(port: port, cutAfter: 150_000)
        default: .forward(port: port)
        }
      } _: { proxy in
        var through = configuration
        through.endpoint = proxy.endpoint
        through.retry.firstPause = .zero
        let bucket = String(store.name.dropFirst("s3://".count))
        let proxied = try ObjectStores.open(BucketLocation(place: .s3(bucket: bucket)), through)
        #expect(try await proxied.get("a/b").bytes == bytes)
        #expect(proxy.requests.count == 4)
      }
    }
  }
}
