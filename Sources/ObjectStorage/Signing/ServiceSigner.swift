import HTTP
import Time

/// Signs requests to other services of AWS than S3 (SNS), with the credentials that a store of S3 would have.
public struct ServiceSigner: Sendable {
  private let chain: CredentialChain
  private let clock: any WallClock

  /// A signer with the credentials that `configuration` leads to; nothing is asked for yet.
  ///
  /// - Throws: `StorageError`: `.invalidConfiguration`, `.ioFailed`.
  public init(_ configuration: StorageConfiguration) throws(StorageError) {
    guard let engine = TransferEngine(limit: 1, certificates: nil) else {
      throw StorageError(.ioFailed, .open, store: "AWS", detail: "no descriptors left for the transfers")
    }
    let opening = S3Opening(bucket: "", configuration: configuration)
    let isProfileGiven = !(configuration.profile ?? "").isEmpty
    chain = CredentialChain(
      S3Opening.sources(try opening.context(engine), isProfileGiven: isProfileGiven),
      clock: configuration.clock)
    clock = configuration.clock
  }

  /// The header fields that sign a POST to `address`: `Host`, `X-Amz-Date`, `Authorization` and the like.
  ///
  /// - Throws: `StorageError`, as the source of the credentials does.
  public func headers(
    service: String, region: String, postTo address: String, contentType: String, body: [UInt8]
  ) async throws(StorageError) -> [(name: String, value: String)] {
    let credentials = try await chain.current(for: service).credentials
    let address = try WebAddress(address, store: service)
    let host = [(name: "Host", value: address.host)]
    let path = address.path.isEmpty ? "/" : address.path
    let request = RequestSigner.Request(
      method: "POST", path: path, headers: host + [("Content-Type", contentType)],
      payload: Digests.hex(Digests.sha256(body)))
    let signer = RequestSigner(credentials: credentials, region: region, service: service)
    return host + signer.sign(request, at: clock.now())
  }
}
