import Foundation
import Synchronization
import TestSupport
import Testing
import Time

@testable import ObjectStorage

/// The order of the sources, and how long what they give is kept.
@Suite struct CredentialOrderTests {
  /// Every source set up at once; each of them goes once those before it have gone.
  @Test func `the first source that is set up is the one`() async throws {
    try await LoopbackServer.with { request, _ in
      switch request.path {
      case "/creds": .document("AKBOX")
      case "/latest/api/token": .answer(200, body: Array("t".utf8))
      case "/latest/meta-data/iam/security-credentials/": .answer(200, body: Array("r".utf8))
      case "/latest/meta-data/iam/security-credentials/r": .document("AKINST")
      default: .role("AssumeRoleWithWebIdentity", "AKWEB")
      }
    } _: { server in
      try await withTemporaryDirectory { path in
        try "t".write(toFile: path + "/token", atomically: true, encoding: .utf8)
        var environment = try CredentialFixture.files(
          path, config: "", credentials: "[default]\naws_access_key_id = AKFILE\naws_secret_access_key = s\n")
        environment.merge([
          "AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "s",
          "AWS_WEB_IDENTITY_TOKEN_FILE": path + "/token",
          "AWS_ROLE_ARN": "arn", "AWS_ENDPOINT_URL_STS": server.endpoint,
          "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.endpoint + "/creds",
          "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint, "AWS_EC2_METADATA_DISABLED": "",
        ]) { $1 }
        let gone = [
          [], ["AWS_ACCESS_KEY_ID"], ["AWS_WEB_IDENTITY_TOKEN_FILE"], ["AWS_SHARED_CREDENTIALS_FILE"],
          ["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
        ]
        for (names, key) in zip(gone, ["AKENV", "AKWEB", "AKFILE", "AKBOX", "AKINST"]) {
          for name in names { environment[name] = "" }
          let chain = try CredentialFixture(environment: environment).chain
          #expect(try await chain.current(for: "s3://b").credentials.accessKeyID == key)
        }
        // A profile that the caller names goes before the environment's keys.
        environment["AWS_ACCESS_KEY_ID"] = "AKENV"
        environment["AWS_SHARED_CREDENTIALS_FILE"] = path + "/credentials"
        let named = try CredentialFixture(environment: environment, profile: "default").chain
        #expect(try await named.current(for: "s3://b").credentials.accessKeyID == "AKFILE")
      }
    }
  }

  @Test func `nothing set up is told in one line`() async throws {
    let chain = try CredentialFixture(environment: [:]).chain
    let error = await #expect(throws: StorageError.self) { try await chain.current(for: "s3://how.raw") }
    #expect(
      error?.description
        == "cannot get credentials for s3://how.raw: no credentials found: asked the environment (AWS_ACCESS_KEY_ID), "
        + "web identity (AWS_WEB_IDENTITY_TOKEN_FILE), profile default of the shared configuration files, "
        + "the container (AWS_CONTAINER_CREDENTIALS_*_URI), the instance's role (EC2 metadata); "
        + "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile, or run where a role is attached")
  }

  @Test func `credentials are kept, renewed before they end, and asked for once by many`() async throws {
    let clock = ManualClock()
    try await LoopbackServer.with { _, count in
      .document("AK\(count)", expiry: clock.now() + .seconds(3600))
    } _: { server in
      let chain = try CredentialFixture(
        environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.endpoint], clock: clock
      ).chain
      try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<50 { group.addTask { try await chain.current(for: "s3://b").credentials.accessKeyID } }
        for try await key in group { #expect(key == "AK0") }
      }
      clock.advance(by: .seconds(3299))
      #expect(try await chain.current(for: "s3://b").credentials.accessKeyID == "AK0")
      clock.advance(by: .seconds(2))
      #expect(try await chain.current(for: "s3://b").credentials.accessKeyID == "AK1")
      #expect(server.requests.count == 2)
    }
  }

  @Test func `who is cancelled waits no longer, and the last one ends the renewal`() async throws {
    let (asked, ask) = AsyncStream<Void>.makeStream()
    let isSilent = Mutex(true)
    try await LoopbackServer.with { _, _ in
      ask.yield()
      return isSilent.withLock { $0 } ? .silence : .document("AK")
    } _: { server in
      let chain = try CredentialFixture(
        environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.endpoint], clock: ManualClock()
      ).chain
      let waiting = (0..<3).map { _ in Task { try await chain.current(for: "s3://b") } }
      var requests = asked.makeAsyncIterator()
      _ = await requests.next()
      for task in waiting {
        task.cancel()
        await expect(.cancelled) { try await task.value }
      }
      isSilent.withLock { $0 = false }
      #expect(try await chain.current(for: "s3://b").credentials.accessKeyID == "AK")
    }
  }

  @Test func `a renewal that fails leaves what still holds, and no more`() async throws {
    let clock = ManualClock()
    try await LoopbackServer.with { _, count in
      count == 0 ? .document("AK0", expiry: clock.now() + .seconds(3600)) : .answer(400)
    } _: { server in
      let chain = try CredentialFixture(
        environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.endpoint], clock: clock
      ).chain
      _ = try await chain.current(for: "s3://b")
      clock.advance(by: .seconds(3500))
      #expect(try await chain.current(for: "s3://b").credentials.accessKeyID == "AK0")
      clock.advance(by: .seconds(200))
      await expect(.rejected) { try await chain.current(for: "s3://b") }
    }
  }

  @Test func `credentials that the server calls expired are renewed once`() async throws {
    try await LoopbackServer.with { request, _ in
      if request.path == "/creds" { return .document(request.headers["x-n"] ?? "AKNEW") }
      return request.headers["authorization"]?.contains("AKNEW") == true
        ? .error(400, "ExpiredToken", "The provided token has expired.") : .object("x")
    } _: { server in
      let store = try server.store {
        $0.environment = [
          "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.endpoint + "/creds", "HOME": "/nonexistent",
        ]
      }
      await expect(.credentialsExpired) { try await store.get("k") }
      #expect(server.requests.map(\.path) == ["/creds", "/how.raw/k", "/creds", "/how.raw/k"])
    }
  }

  @Test func `the store says where its credentials come from`() async throws {
    try await LoopbackServer.with { _, _ in
      .reset
    } _: { server in
      let source = try await server.store().credentialSource()
      #expect(source == "the environment (AWS_ACCESS_KEY_ID)")
      #expect(server.requests.isEmpty)
    }
    #expect(try await DirectoryStore(path: "/nonexistent").credentialSource() == nil)
  }
}
