package import HTTP
package import Time

/// The way to AWS's other services: by the credentials, region, proxies and authorities of a bucket's configuration.
package final class ServiceAccess: Sendable {
  /// Names the credentials' user in errors.
  private static let name = "AWS"

  private let opening: S3Opening
  private let context: CredentialContext
  private let chain: CredentialChain
  /// How often a request is sent at most.
  package let attempts: Int

  /// A way that is settled by `configuration`; its endpoint is S3's alone.
  ///
  /// - Throws: `StorageError`: `.invalidConfiguration`, `.ioFailed`.
  package init(_ configuration: StorageConfiguration) throws(StorageError) {
    opening = S3Opening(bucket: "", configuration: configuration)
    guard let engine = TransferEngine(limit: 8, certificates: try opening.certificates()) else {
      throw StorageError(.ioFailed, .open, store: Self.name, detail: "no descriptors left for the transfers")
    }
    context = try opening.context(engine)
    chain = opening.chain(context)
    attempts = try opening.attempts(context.profiles)
  }

  /// The region that configuration, environment or profile name; nil where none does.
  package var region: String? { context.region }
  /// When a request is sent again.
  package var retry: RetryPolicy { context.retry }
  /// The time.
  package var clock: any WallClock { context.clock }
  /// How long things may take.
  package var timeouts: StorageConfiguration.Timeouts { opening.configuration.timeouts }

  /// The endpoint that environment or profile name for a service (`database_migration_service`); nil for AWS's own.
  package func endpoint(of service: String) -> String? { opening.endpoint(of: service, context.profiles) }

  /// A request to a service, before it is signed.
  package struct Request: Sendable {
    /// The service as signatures name it: `dms`.
    package var service: String
    /// The region as signatures name it.
    package var region: String
    /// `https://host` or `http://host:port`.
    package var endpoint: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// The time that is left for it.
    package var timeLeft: Duration
    /// How far the server's clock is ahead of ours.
    package var clockOffset: Duration

    /// A request with all its parts.
    package init(
      service: String, region: String, endpoint: String, headers: [(name: String, value: String)],
      body: [UInt8],
      timeLeft: Duration, clockOffset: Duration
    ) {
      (self.service, self.region, self.endpoint) = (service, region, endpoint)
      (self.headers, self.body, self.timeLeft) = (headers, body, timeLeft)
      self.clockOffset = clockOffset
    }
  }

  /// What came of a request, and the number of the credentials that signed it.
  package struct Reply: Sendable {
    package let result: Result<HTTPAnswer, TransferFailure>
    package let generation: Int
  }

  /// Signs a POST to the service's root and sends it, once.
  ///
  /// - Throws: `StorageError` where there are no credentials, or the endpoint is none.
  package func send(_ request: Request) async throws(StorageError) -> Reply {
    let address = try WebAddress(request.endpoint, store: Self.name)
    let issued = try await chain.current(for: Self.name)
    let path = address.path + "/"
    let headers = [(name: "Host", value: address.host)] + request.headers
    let signer = RequestSigner(
      credentials: issued.credentials, region: request.region, service: request.service)
    let authorization = signer.sign(
      RequestSigner.Request(
        method: "POST", path: path, headers: headers, payload: Digests.hex(Digests.sha256(request.body))),
      at: clock.now() + request.clockOffset)
    let sent = HTTPRequest(
      method: .post, url: "\(address.scheme)://\(address.host)\(path)", headers: headers + authorization,
      body: request.body, bodyLimit: 32 << 20, timeLeft: request.timeLeft, connecting: timeouts.connecting,
      stall: timeouts.stall,
      proxy: context.proxies.proxy(scheme: address.scheme, host: address.host))
    do throws(TransferFailure) {
      return Reply(result: .success(try await context.engine.send(sent)), generation: issued.generation)
    } catch {
      return Reply(result: .failure(error), generation: issued.generation)
    }
  }

  /// Forgets credentials that a service has called expired; false where no others can be had.
  package func renewCredentials(after generation: Int) -> Bool { chain.renew(after: generation) }

  /// The query of a GET that carries its signature, percent-encoded.
  ///
  /// - Throws: `StorageError` where there are no credentials.
  package func presignedQuery(
    service: String, region: String, host: String, query: [(name: String, value: String)], expiry: Duration
  ) async throws(StorageError) -> String {
    let issued = try await chain.current(for: Self.name)
    return Self.presignedQuery(
      credentials: issued.credentials, service: service, region: region, host: host, query: query,
      expiry: expiry, at: clock.now())
  }

  static func presignedQuery(
    credentials: Credentials, service: String, region: String, host: String,
    query: [(name: String, value: String)], expiry: Duration, at time: Timestamp
  ) -> String {
    let signer = RequestSigner(credentials: credentials, region: region, service: service)
    return CanonicalRequest.query(
      signer.presign(
        RequestSigner.Request(
          method: "GET", path: "/", query: query, headers: [("Host", host)],
          payload: RequestSigner.emptyPayload),
        at: time, expiry: expiry))
  }

  /// Text as it stands in a query or a form, percent-encoded.
  package static func form(_ parameters: [(name: String, value: String)]) -> [UInt8] {
    Array(CanonicalRequest.query(parameters).utf8)
  }

  /// The time of an answer's `Date`; nil where it has none.
  package static func date(of answer: HTTPAnswer) -> Timestamp? {
    answer.header("date").flatMap(HTTPDate.parse)
  }
}
