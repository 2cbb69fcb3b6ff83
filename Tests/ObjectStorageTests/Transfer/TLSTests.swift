import Foundation
import LocalServers
import TestSupport
import Testing

@testable import ObjectStorage

/// A server whose certificate comes from an authority of the test's own.
@Suite struct TLSTests {
  @Test func `trusted with the authority, refused without it and for a wrong name`() async throws {
    try await withTemporaryDirectory { path in
      let authority = try await Authority(path)
      try await authority.serve(name: "IP:127.0.0.1") { endpoint in
        let trusted = try store(endpoint, caFile: authority.certificate)
        #expect(try await trusted.get("k").bytes == Array("over TLS".utf8))
        let byVariable = try store(
          endpoint, caFile: nil, environment: ["AWS_CA_BUNDLE": authority.certificate])
        #expect(try await byVariable.get("k").bytes == Array("over TLS".utf8))

        let stranger = try store(endpoint, caFile: nil)
        let error = await #expect(throws: StorageError.self) { try await stranger.get("k") }
        #expect(error?.code == .tlsFailed)
        #expect(error?.attempts == 1)
        #expect(error?.description.contains("CA file") == true)
      }
      try await authority.serve(name: "DNS:another.example") { endpoint in
        let store = try store(endpoint, caFile: authority.certificate)
        await expect(.tlsFailed) { try await store.get("k") }
      }
    }
  }

  @Test func `a CA file that is none`() async throws {
    await expect(.invalidConfiguration) { try store("https://127.0.0.1:1", caFile: "/nonexistent/ca.pem") }
    try await withTemporaryDirectory { path in
      try "no certificate".write(toFile: path + "/ca.pem", atomically: true, encoding: .utf8)
      let authority = try await Authority(path)
      try await authority.serve(name: "IP:127.0.0.1") { endpoint in
        let store = try store(endpoint, caFile: path + "/ca.pem")
        await expect(.tlsFailed) { try await store.get("k") }
      }
    }
  }

  private func store(
    _ endpoint: String, caFile: String?, environment: [String: String] = [:]
  ) throws -> any ObjectStore {
    var configuration = StorageConfiguration()
    configuration.endpoint = endpoint
    configuration.caFile = caFile
    configuration.clock = ManualClock()
    configuration.environment = LoopbackServer.environment.merging(environment) { $1 }
    return try ObjectStores.open(BucketLocation("s3://how.raw"), configuration)
  }
}

/// A certificate authority, made with openssl's command line.
private struct Authority {
  let certificate: String
  private let path: String

  init(_ path: String) async throws {
    self.path = path
    certificate = path + "/authority.pem"
    try await openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
      "/CN=test authority", "-keyout", path + "/authority.key", "-out", certificate)
  }

  /// Runs `body` beside a server with a certificate for the name; it answers every GET with one object.
  func serve(name: String, _ body: (String) async throws -> Void) async throws {
    try await openssl(
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server",
      "-keyout",
      path + "/server.key", "-out", path + "/server.csr")
    try "subjectAltName=\(name)".write(toFile: path + "/extensions", atomically: true, encoding: .utf8)
    try await openssl(
      "x509", "-req", "-in", path + "/server.csr", "-CA", certificate, "-CAkey", path + "/authority.key",
      "-CAcreateserial", "-days", "2", "-extfile", path + "/extensions", "-out", path + "/server.pem")
    // openssl's server answers GET /how.raw/k with the bytes of that file, header and all.
    try FileManager.default.createDirectory(atPath: path + "/how.raw", withIntermediateDirectories: true)
    let object =
      "HTTP/1.0 200 OK\r\nETag: \"t\"\r\nLast-Modified: Mon, 23 Nov 2026 22:00:00 GMT\r\n\r\nover TLS"
    try object.write(toFile: path + "/how.raw/k", atomically: true, encoding: .utf8)
    let port = try FreePorts.find(1, for: "openssl")[0]
    let script = """
      cd "$1"
      openssl s_server -accept 127.0.0.1:"$2" -cert server.pem -key server.key -HTTP -naccept 100 >log 2>&1 </dev/null &
      server=$!
      until grep -q ACCEPT log; do kill -0 $server || { cat log; cat >/dev/null; exit; }; sleep 0.02; done
      echo ready
      cat >/dev/null
      kill -KILL $server
      wait $server 2>/dev/null
      """
    let guardian = try await Guardian.start(
      script: script, arguments: [path, String(port)], server: "openssl")
    let result: Result<Void, any Error>
    do { result = .success(try await body("https://127.0.0.1:\(port)")) } catch { result = .failure(error) }
    await guardian.stop()
    try result.get()
  }
}

private func openssl(_ arguments: String...) async throws {
  let run = try await CommandRun.command("/usr/bin/openssl", arguments)
  try #require(run.exitCode == 0, "\(run.errorOutput)")
}
