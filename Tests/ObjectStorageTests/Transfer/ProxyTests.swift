import TestSupport
import Testing

@testable import HTTP
@testable import ObjectStorage

@Suite struct ProxyTests {
  @Test(
    arguments: [
      (["http_proxy": "http://p:1"], "http", "h:80", "http://p:1"),
      (["HTTP_PROXY": "http://p:1"], "http", "h", "http://p:1"),
      (["HTTPS_PROXY": "http://p:1"], "https", "h", "http://p:1"),
      (["HTTPS_PROXY": "http://p:1"], "http", "h", nil),
      (["https_proxy": "a", "HTTPS_PROXY": "b"], "https", "h", "a"), (["ALL_PROXY": "x"], "https", "h", "x"),
      (["ALL_PROXY": "x", "NO_PROXY": "*"], "https", "h", nil),
      (["ALL_PROXY": "x", "no_proxy": "localhost, example.org"], "https", "s3.Example.org:9000", nil),
      (["ALL_PROXY": "x", "no_proxy": ".example.org"], "https", "example.org", nil),
      (["ALL_PROXY": "x", "no_proxy": "example.org"], "https", "notexample.org", "x"),
      (["ALL_PROXY": "x", "no_proxy": "h:9000"], "https", "h:9000", nil),
      (["ALL_PROXY": "x", "no_proxy": "h:9000"], "https", "h", "x"),
      (["ALL_PROXY": "x", "no_proxy": "*.example.org"], "https", "s3.example.org", nil),
      (["ALL_PROXY": "x", "no_proxy": "10.0.0.0/9"], "http", "10.127.0.1:9000", nil),
      (["ALL_PROXY": "x", "no_proxy": "10.0.0.0/9"], "http", "10.128.0.1:9000", "x"),
      (["ALL_PROXY": "x", "no_proxy": "fd00::/8"], "http", "[fd12::1]:9000", nil),
      (["ALL_PROXY": "x", "no_proxy": "10.0.0.0/33,/,a/b,::/0"], "http", "10.0.0.0", "x"),
      (["ALL_PROXY": "x", "no_proxy": "::1"], "http", "[::1]:80", nil), (["ALL_PROXY": ""], "http", "h", nil),
    ] as [([String: String], String, String, String?)])
  func `the environment names the proxy`(
    _ environment: [String: String], _ scheme: String, _ host: String, _ proxy: String?
  ) {
    #expect(Proxies(environment: environment).proxy(scheme: scheme, host: host) == proxy)
  }

  @Test func `requests go through the proxy, those that are excepted do not`() async throws {
    try await LoopbackServer.with { _, _ in
      .object("by proxy")
    } _: { proxy in
      try await LoopbackServer.with { _, _ in
        .object("directly")
      } _: { server in
        let through = try server.store {
          $0.endpoint = "http://s3.example.invalid"
          $0.environment["HTTP_PROXY"] = proxy.endpoint
        }
        #expect(try await through.get("k").bytes == Array("by proxy".utf8))
        #expect(proxy.requests[0].target == "http://s3.example.invalid/how.raw/k")
        let around = try server.store {
          $0.environment["HTTP_PROXY"] = proxy.endpoint
          $0.environment["NO_PROXY"] = "127.0.0.1"
        }
        #expect(try await around.get("k").bytes == Array("directly".utf8))
        #expect(proxy.requests.count == 1)
      }
    }
  }

  @Test func `HTTPS asks the proxy for a tunnel, and a proxy that refuses it is named`() async throws {
    try await LoopbackServer.with { _, _ in
      .answer(403, body: Array("no".utf8))
    } _: { proxy in
      let store = try proxy.store {
        $0.endpoint = "https://s3.example.invalid"
        $0.environment["HTTPS_PROXY"] = proxy.endpoint
        $0.retry.attempts = 1
      }
      await #expect(throws: StorageError.self) { try await store.get("k") }
      #expect(proxy.requests[0].method == "CONNECT")
      #expect(proxy.requests[0].headers["authorization"] == nil)
    }
  }
}
