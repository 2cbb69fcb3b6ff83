import CLibCurl
import Glibc

/// One request on its way: what libcurl's callbacks read from and write to.
///
/// Confined to the thread of its loop, which keeps it alive while its easy handle is added to the multi handle.
final class Transfer {
  let id: UInt64
  let request: HTTPRequest
  private let continuation: CheckedContinuation<Result<HTTPAnswer, TransferFailure>, Never>
  private var head: [UInt8] = []
  private var body: [UInt8] = []
  private var sent = 0
  private var isTooLarge = false
  private var result: Result<HTTPAnswer, TransferFailure>?

  /// The most bytes of header lines that are taken.
  private static let headLimit = 256 << 10

  init(
    id: UInt64, request: HTTPRequest,
    continuation: CheckedContinuation<Result<HTTPAnswer, TransferFailure>, Never>
  ) {
    (self.id, self.request, self.continuation) = (id, request, continuation)
    head.reserveCapacity(768)
  }

  func receive(head bytes: UnsafeRawBufferPointer) -> Int {
    // A status line begins the head of another answer: the one before it was a 100 Continue, or a proxy's.
    if bytes.count > 5, bytes[0] == UInt8(ascii: "H"), bytes.starts(with: "HTTP/".utf8) {
      head.removeAll(keepingCapacity: true)
      body.removeAll(keepingCapacity: true)
    }
    guard head.count + bytes.count <= Transfer.headLimit else {
      isTooLarge = true
      return 0
    }
    head.append(contentsOf: bytes)
    return bytes.count
  }

  func receive(body bytes: UnsafeRawBufferPointer) -> Int {
    guard body.count + bytes.count <= request.bodyLimit else {
      isTooLarge = true
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  var hasNoBody: Bool { body.isEmpty }

  /// Makes room for a body of so many bytes, as the answer says, where the limit allows it.
  func expect(_ byteCount: Int) {
    guard byteCount > 0, byteCount <= request.bodyLimit else { return }
    // A server may announce what it never sends: memory is given as the bytes come beyond this.
    body.reserveCapacity(min(byteCount, 4 << 20))
  }

  func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, request.body.count - sent)
    guard count > 0 else { return 0 }
    request.body.withUnsafeBytes { body in
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: body[sent..<sent + count]))
    }
    sent += count
    return count
  }

  func rewind(to offset: Int) -> Bool {
    guard (0...request.body.count).contains(offset) else { return false }
    sent = offset
    return true
  }

  func finish(status: Int, duration: Duration) {
    result = .success(HTTPAnswer(status: status, head: head, body: body, duration: duration))
  }

  /// - Parameter systemError: the errno of a connection that failed; 0 where there is none.
  func fail(_ code: CURLcode, systemError: Int32, detail: String, duration: Duration) {
    // A peer that accepts and resets at once is met before TLS has begun or after: the handshake broke either way.
    let isReset = code == CURLE_COULDNT_CONNECT && systemError == ECONNRESET
    let isHandshake = code == CURLE_SSL_CONNECT_ERROR || isReset && request.url.hasPrefix("https:")
    let kind: TransferFailure.Kind =
      switch code {
      case CURLE_COULDNT_CONNECT where isReset: isHandshake ? .tls : .broken
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY:
        .unreachable
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
        CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND:
        .tls
      case CURLE_OPERATION_TIMEDOUT: .timedOut
      case CURLE_WRITE_ERROR where isTooLarge: .tooLarge
      case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT,
        CURLE_BAD_FUNCTION_ARGUMENT:
        .invalid
      default: .broken
      }
    fail(
      TransferFailure(
        kind: kind, isHandshake: isHandshake, detail: detail, duration: duration))
  }

  func fail(_ failure: TransferFailure) {
    result = .failure(failure)
  }

  /// Lets the task that waits for the transfer go on; once.
  func deliver() {
    let failure = TransferFailure(kind: .cancelled, detail: "cancelled", duration: .zero)
    continuation.resume(returning: result ?? .failure(failure))
  }
}
