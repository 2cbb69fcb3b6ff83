import Foundation
import Synchronization

/// A service that answers as a test has recorded it, and remembers what it was asked.
final class RecordedService: Sendable {
  struct Request: Sendable {
    /// Names in lower case.
    var headers: [String: String] = [:]
    var body = ""
    /// The operation: of `X-Amz-Target`, or of the form's `Action`.
    var operation: String {
      if let target = headers["x-amz-target"] { return String(target.drop { $0 != "." }.dropFirst()) }
      return body.split(separator: "&").first { $0.hasPrefix("Action=") }.map { String($0.dropFirst(7)) }
        ?? ""
    }
  }

  struct Answer: Sendable {
    var status = 200
    var body: String
    var headers: [String: String] = [:]
  }

  let endpoint: String
  private let listener: Int32
  private let requested = Mutex<[Request]>([])

  var requests: [Request] { requested.withLock { $0 } }

  /// Runs `body` beside a service that answers by `handler`, which is told how many requests came before.
  static func with<Value>(
    _ handler: @escaping @Sendable (Request, Int) -> Answer, _ body: (RecordedService) async throws -> Value
  ) async throws -> Value {
    let service = try RecordedService(handler)
    defer { shutdown(service.listener, Int32(SHUT_RDWR)) }
    return try await body(service)
  }

  private init(_ handler: @escaping @Sendable (Request, Int) -> Answer) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
    self.listener = listener
    endpoint = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    Thread.detachNewThread { [self] in
      defer { close(listener) }
      while case let connection = accept(listener, nil, nil), connection >= 0 {
        serve(connection, handler)
        close(connection)
      }
    }
  }

  /// One request a connection.
  private func serve(_ connection: Int32, _ handler: (Request, Int) -> Answer) {
    var input: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else { return }
      input += chunk[..<count]
      guard let end = input.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
      var request = Request()
      for line in String(decoding: input[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        .dropFirst()
      {
        guard let mark = line.firstIndex(of: ":") else { continue }
        request.headers[line[..<mark].lowercased()] = line[line.index(after: mark)...]
          .trimmingCharacters(in: .whitespaces)
      }
      let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
      guard input.count >= end.upperBound + length else { continue }
      request.body = String(decoding: input[end.upperBound...], as: UTF8.self)
      let before = requested.withLock { requests in
        requests.append(request)
        return requests.count - 1
      }
      let answer = handler(request, before)
      var head =
        "HTTP/1.1 \(answer.status) Status\r\nContent-Length: \(answer.body.utf8.count)\r\nConnection: close\r\n"
      for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
      let bytes = Array((head + "\r\n" + answer.body).utf8)
      _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      return
    }
  }
}
