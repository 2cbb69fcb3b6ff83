import Foundation
import TestSupport
import Testing
import Time

@testable import ObjectStorage

/// What the client learns from an answer that refuses, once.
@Suite struct CorrectionTests {
  @Test func `a wrong clock is measured and corrected once`() async throws {
    // The server is an hour ahead: 23:54:01 where our clock says 22:54:01.
    let skewed = LoopbackServer.Reply.error(
      403, "RequestTimeTooSkewed", headers: ["Date": "Mon, 23 Nov 2026 23:54:01 GMT"])
    try await LoopbackServer.with { request, _ in
      request.headers["x-amz-date"]?.hasPrefix("20261123T2354") == true ? .object("whole") : skewed
    } _: { server in
      let store = try server.store()
      #expect(try await store.get("k").bytes == Array("whole".utf8))
      #expect(server.requests.count == 2)
      // It is remembered.
      _ = try await store.get("k")
      #expect(server.requests.count == 3)
      #expect(server.requests[2].headers["x-amz-date"] == "20261123T235401Z")
    }
    try await LoopbackServer.with { _, _ in
      skewed
    } _: { server in
      let store = try server.store()
      await expect(.clockSkewed) { try await store.get("k") }
      #expect(server.requests.count == 2)
    }
  }

  @Test func `a HEAD that is refused by a server of another time is signed again`() async throws {
    try await LoopbackServer.with { request, _ in
      request.headers["x-amz-date"]?.hasPrefix("20261123T2354") == true
        ? .object("whole") : .answer(403, headers: ["Date": "Mon, 23 Nov 2026 23:54:01 GMT"])
    } _: { server in
      let head = try await server.store().head("k")
      #expect(head.size == 5)
    }
  }

  @Test func `the region is learned from the answer's header or body`() async throws {
    for hint in [
      LoopbackServer.Reply.error(301, "PermanentRedirect", headers: ["x-amz-bucket-region": "eu-west-3"]),
      .error(400, "AuthorizationHeaderMalformed", more: "<Region>eu-west-3</Region>"),
    ] {
      try await LoopbackServer.with { request, _ in
        request.headers["authorization"]?.contains("/eu-west-3/s3/") == true ? .object("whole") : hint
      } _: { server in
        let store = try server.store { $0.region = "us-east-2" }
        _ = try await store.get("k")
        _ = try await store.get("k")
        #expect(server.requests.count == 3)
        #expect(server.requests[0].headers["authorization"]?.contains("/us-east-2/s3/") == true)
      }
    }
  }

  @Test func `regions of servers of one's own are called what they like, and are told in any error`()
    async throws
  {
    // Garage names its region in every error.
    try await LoopbackServer.with { request, _ in
      request.headers["authorization"]?.contains("/Paris_1/s3/") == true
        ? .error(404, "NoSuchKey", more: "<Region>Paris_1</Region>")
        : .error(400, "AuthorizationHeaderMalformed", more: "<Region>Paris_1</Region>")
    } _: { server in
      let store = try server.store()
      await expect(.notFound) { try await store.get("k") }
      await expect(.notFound) { try await store.get("k") }
      #expect(server.requests.count == 3)
    }
    // MinIO has the element even where it has no region, and other errors are no reason to move.
    try await LoopbackServer.with { _, count in
      .error(404, "NoSuchKey", more: count == 0 ? "<Region></Region>" : "<Region>elsewhere</Region>")
    } _: { server in
      let store = try server.store()
      for _ in 0..<3 { await expect(.notFound) { try await store.get("k") } }
      #expect(server.requests.count == 3)
      #expect(server.requests.allSatisfy { $0.headers["authorization"]?.contains("/us-east-1/s3/") == true })
    }
  }

  @Test func `a key that is none is not taken for a wrong region`() async throws {
    try await LoopbackServer.with { _, _ in
      .error(400, "AuthorizationHeaderMalformed", "a non-empty Access Key (AKID) must be provided")
    } _: { server in
      let store = try server.store()
      await expect(.credentialsInvalid) { try await store.get("k") }
    }
  }

  @Test func `a HEAD that is refused is asked for as a GET, which says why`() async throws {
    try await LoopbackServer.with { request, _ in
      request.method == "HEAD" ? .answer(403) : .error(403, "InvalidAccessKeyId")
    } _: { server in
      let store = try server.store()
      let error = await #expect(throws: StorageError.self) { try await store.head("k") }
      #expect(error?.code == .credentialsInvalid)
      #expect(error?.serviceCode == "InvalidAccessKeyId")
      #expect(server.requests.map(\.method) == ["HEAD", "GET"])
      #expect(server.requests[1].headers["range"] == "bytes=0-0")
    }
  }

  @Test func `a region that cannot be right is not taken into an address`() async throws {
    try await LoopbackServer.with { _, _ in
      .error(301, "PermanentRedirect", headers: ["x-amz-bucket-region": "evil.example/x"])
    } _: { server in
      let store = try server.store()
      await expect(.wrongRegion) { try await store.get("k") }
      #expect(server.requests.count == 1)
    }
  }

  @Test(arguments: [
    ("AWS_REGION", "eu-central-1"), ("AWS_DEFAULT_REGION", "ap-south-1"),
  ])
  func `the region comes from the environment`(_ name: String, _ region: String) async throws {
    try await LoopbackServer.with { _, _ in
      .object("whole")
    } _: { server in
      let store = try server.store { $0.environment[name] = region }
      _ = try await store.get("k")
      #expect(
        server.requests[0].headers["authorization"]?.contains("/20261123/\(region)/s3/aws4_request") == true)
    }
  }
}

@Suite struct EndpointTests {
  private func url(
    _ bucket: String, _ region: String = "eu-west-1", _ address: String? = nil,
    _ addressing: StorageConfiguration.Addressing = .automatic
  ) throws -> String {
    let endpoint = try S3Endpoint(bucket: bucket, region: region, address: address, addressing: addressing)
    return "\(endpoint.scheme)://\(endpoint.host)\(endpoint.path("a b/+"))"
  }

  @Test func `buckets stand in the host, those with dots and of own endpoints in the path`() throws {
    #expect(try url("raw") == "https://raw.s3.eu-west-1.amazonaws.com/a%20b/%2B")
    #expect(try url("how.raw") == "https://s3.eu-west-1.amazonaws.com/how.raw/a%20b/%2B")
    #expect(try url("raw", "cn-north-1") == "https://raw.s3.cn-north-1.amazonaws.com.cn/a%20b/%2B")
    #expect(try url("raw", "eu-west-1", nil, .path) == "https://s3.eu-west-1.amazonaws.com/raw/a%20b/%2B")
    #expect(try url("raw", "eusc-de-east-1") == "https://raw.s3.eusc-de-east-1.amazonaws.eu/a%20b/%2B")
    #expect(try url("raw", "us-isob-east-1") == "https://raw.s3.us-isob-east-1.sc2s.sgov.gov/a%20b/%2B")
    #expect(try url("raw", "r", "http://[::1]:80") == "http://[::1]/raw/a%20b/%2B")
    #expect(try url("raw", "r", "http://[::1]:8333") == "http://[::1]:8333/raw/a%20b/%2B")
    #expect(try url("raw", "r", "http://127.0.0.1:8333/") == "http://127.0.0.1:8333/raw/a%20b/%2B")
    #expect(
      try url("raw", "r", "https://s3.example.org:443/base/") == "https://s3.example.org/base/raw/a%20b/%2B")
    #expect(try url("raw", "r", "https://example.org", .virtualHost) == "https://raw.example.org/a%20b/%2B")
  }

  @Test(arguments: [
    "", "127.0.0.1:80", "ftp://x", "http://", "http://user:sesame@host", "http://h/?q", "http://h h",
  ])
  func `addresses that are none are refused without being repeated`(_ address: String) {
    let error = #expect(throws: StorageError.self) { try WebAddress(address, store: "s3://b") }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.description.contains("sesame") == false)
  }

  @Test func `the endpoint comes from the configuration, the environment or the profile`() async throws {
    try await LoopbackServer.with { _, _ in
      .object("whole")
    } _: { server in
      try await withTemporaryDirectory { path in
        let config = path + "/config"
        try """
        [default]
        services = local
        endpoint_url = http://127.0.0.1:1
        [services local]
        s3 =
          endpoint_url = \(server.endpoint)
        """.write(toFile: config, atomically: true, encoding: .utf8)
        for settings in [
          ["AWS_ENDPOINT_URL_S3": server.endpoint, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"],
          ["AWS_ENDPOINT_URL": server.endpoint], ["AWS_CONFIG_FILE": config],
        ] {
          let store = try server.store {
            $0.endpoint = nil
            $0.environment.merge(settings) { $1 }
          }
          #expect(try await store.get("k").bytes == Array("whole".utf8), "\(settings)")
        }
      }
    }
  }
}
