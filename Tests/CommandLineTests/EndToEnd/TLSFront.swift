import LocalServers
import TestSupport
import Testing

/// TLS before a server that has none, with a certificate that only its own file vouches for.
enum TLSFront {
  /// Runs `body` with the front's endpoint and the certificate's file.
  static func with(
    port: Int, directory: String, _ body: (_ endpoint: String, _ certificate: String) async throws -> Void
  ) async throws {
    let certificate = directory + "/front.pem"
    let key = directory + "/front.key"
    let made = try await CommandRun.command(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj",
        "/CN=front", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
      ])
    try #require(made.exitCode == 0, "\(made.errorOutput)")
    let own = try FreePorts.find(1, for: "a TLS front")[0]
    // The guardian's end closes the standard input, and with it the program.
    let guardian = try await Guardian.start(
      script: "exec \"$@\"",
      arguments: [PythonPeers.interpreter, "-c", program, certificate, key, String(own), String(port)],
      server: "a TLS front")
    let result: Result<Void, any Error>
    do { result = .success(try await body("https://127.0.0.1:\(own)", certificate)) } catch {
      result = .failure(error)
    }
    await guardian.stop()
    try result.get()
  }

  private static let program = """
    import asyncio, ssl, sys
    certificate, key, own, port = sys.argv[1:]
    async def pass_on(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()
    async def serve(reader, writer):
        inner = await asyncio.open_connection("127.0.0.1", int(port))
        await asyncio.gather(pass_on(reader, inner[1]), pass_on(inner[0], writer))
    async def main():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        await asyncio.start_server(serve, "127.0.0.1", int(own), ssl=context)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
    asyncio.run(main())
    """
}
