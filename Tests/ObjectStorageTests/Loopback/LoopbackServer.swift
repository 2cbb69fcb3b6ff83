import Foundation
import Synchronization

/// A server of the tests' own on the loopback address: it answers as a test tells it to, faults included, and remembers what it
/// was asked.
final class LoopbackServer: Sendable {
  struct Request: Sendable {
    var method = ""
    /// Path and query as they were sent.
    var target = ""
    /// Names in lower case.
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// The bytes of it all.
    var raw: [UInt8] = []

    var path: String { String(target.prefix { $0 != "?" }) }
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  enum Reply: Sendable {
    case answer(Int, headers: [String: String] = [:], body: [UInt8] = [])
    /// These bytes, then the end of the connection.
    case bytes(String)
    /// The connection is reset.
    case reset
    /// Nothing, for as long as the server is there.
    case silence
    /// A head, and a body without an end.
    case endless(String)
    /// What another server answers, cut after so many bytes.
    case forward(port: Int, cutAfter: Int = .max)
  }

  let port: Int
  var endpoint: String { "http://127.0.0.1:\(port)" }
  private let listener: Int32
  private let handler: @Sendable (Request, Int) -> Reply
  private let state = Mutex(State())

  private struct State {
    var requests: [Request] = []
    var connections: Set<Int32> = []
    var isStopped = false
  }

  /// What the server was asked, in order.
  var requests: [Request] { state.withLock { $0.requests } }

  /// Runs `body` beside a server that answers by `handler`, which is told how many requests came before.
  static func with<Value>(
    _ handler: @escaping @Sendable (Request, Int) -> Reply, _ body: (LoopbackServer) async throws -> Value
  ) async throws -> Value {
    let server = try LoopbackServer(handler)
    defer { server.stop() }
    return try await body(server)
  }

  private init(_ handler: @escaping @Sendable (Request, Int) -> Reply) throws {
    self.handler = handler
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 128) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        let isWanted = state.withLock { state in
          if !state.isStopped { state.connections.insert(connection) }
          return !state.isStopped
        }
        guard isWanted else {
          close(connection)
          return
        }
        Thread.detachNewThread { [self] in serve(connection) }
      }
    }
  }

  private func stop() {
    state.withLock { state in
      state.isStopped = true
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func serve(_ connection: Int32) {
    defer {
      state.withLock { _ = $0.connections.remove(connection) }
      close(connection)
    }
    var input: [UInt8] = []
    while let request = read(connection, &input) {
      let count = state.withLock { state in
        state.requests.append(request)
        return state.requests.count - 1
      }
      switch handler(request, count) {
      case .answer(let status, let headers, let body):
        var head = "HTTP/1.1 \(status) Status\r\n"
        if headers["Content-Length"] == nil { head += "Content-Length: \(body.count)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let sendsBody = request.method != "HEAD" && status != 204
        guard write(connection, Array((head + "\r\n").utf8) + (sendsBody ? body : [])) else { return }
      case .bytes(let text):
        _ = write(connection, Array(text.utf8))
        return
      case .reset:
        // With a linger of zero, closing resets.
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        return
      case .silence:
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
        return
      case .endless(let head):
        let chunk = [UInt8](repeating: UInt8(ascii: "<"), count: 65_536)
        guard write(connection, Array(head.utf8)) else { return }
        while write(connection, chunk) {}
        return
      case .forward(let port, let cut):
        forward(request, from: connection, port: port, cutAfter: cut)
        return
      }
    }
  }

  private func read(_ connection: Int32, _ input: inout [UInt8]) -> Request? {
    var end: Int?
    while end == nil {
      end = input.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
      if end == nil, !receive(connection, &input) { return nil }
    }
    guard let end else { return nil }
    var request = Request()
    let lines = String(decoding: input[..<end], as: UTF8.self).split(separator: "\r\n")
    let parts = lines.first?.split(separator: " ") ?? []
    guard parts.count == 3 else { return nil }
    (request.method, request.target) = (String(parts[0]), String(parts[1]))
    for line in lines.dropFirst() {
      guard let mark = line.firstIndex(of: ":") else { continue }
      request.headers[line[..<mark].lowercased()] = line[line.index(after: mark)...]
        .trimmingCharacters(in: .whitespaces)
    }
    let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
    while input.count < end + length {
      if !receive(connection, &input) { return nil }
    }
    request.body = Array(input[end..<end + length])
    request.raw = Array(input[..<(end + length)])
    input.removeFirst(end + length)
    return request
  }

  private func receive(_ connection: Int32, _ input: inout [UInt8]) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = recv(connection, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    input += chunk[..<count]
    return true
  }

  private func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  private func forward(_ request: Request, from connection: Int32, port: Int, cutAfter cut: Int) {
    let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(upstream) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    // One request for each connection, so that the answer ends where the connection does.
    guard isConnected, let line = request.raw.firstRange(of: Array("\r\n".utf8)) else { return }
    let raw =
      request.raw[..<line.upperBound] + Array("Connection: close\r\n".utf8) + request.raw[line.upperBound...]
    guard write(upstream, Array(raw)) else { return }
    var answer: [UInt8] = []
    while answer.count < cut, receive(upstream, &answer) {}
    _ = write(connection, Array(answer.prefix(cut)))
  }
}
