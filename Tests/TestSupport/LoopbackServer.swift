import Foundation
import Synchronization

/// A server of the tests' own on the loopback address: it answers as a test tells it to, faults included, and remembers what it
/// was asked.
package final class LoopbackServer: Sendable {
  package struct Request: Sendable {
    package var method = ""
    /// Path and query as they were sent.
    package var target = ""
    /// Names in lower case.
    package var headers: [String: String] = [:]
    package var body: [UInt8] = []
    /// The bytes of it all.
    package var raw: [UInt8] = []

    package var path: String { String(target.prefix { $0 != "?" }) }
    package var text: String { String(decoding: body, as: UTF8.self) }
  }

  package enum Reply: Sendable {
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
    /// Nothing: another server gets the request, or half of it, and its answer is not passed on; `then` is called in
    /// between.
    case lost(port: Int, isHalf: Bool, then: @Sendable () -> Void)
  }

  package let port: Int
  package var endpoint: String { "http://127.0.0.1:\(port)" }
  private let listener: Int32
  private let handler: @Sendable (Request, Int) -> Reply
  /// Whether connections are reset as they come.
  private let isHostile: Bool
  private let state = Mutex(State())

  private struct State {
    var requests: [Request] = []
    var connections: Set<Int32> = []
    var isStopped = false
  }

  /// What the server was asked, in order.
  package var requests: [Request] { state.withLock { $0.requests } }

  /// Runs `body` beside a server that answers by `handler`, which is told how many requests came before.
  package static func with<Value>(
    _ handler: @escaping @Sendable (Request, Int) -> Reply, _ body: (LoopbackServer) async throws -> Value
  ) async throws -> Value {
    let server = try LoopbackServer(handler, isHostile: false)
    defer { server.stop() }
    return try await body(server)
  }

  /// Runs `body` beside a server that resets every connection before anything is said.
  package static func hostile<Value>(_ body: (LoopbackServer) async throws -> Value) async throws -> Value {
    let server = try LoopbackServer({ _, _ in .reset }, isHostile: true)
    defer { server.stop() }
    return try await body(server)
  }

  private init(_ handler: @escaping @Sendable (Request, Int) -> Reply, isHostile: Bool) throws {
    self.handler = handler
    self.isHostile = isHostile
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
        if isHostile {
          LoopbackServer.resetAtEnd(connection)
          state.withLock { _ = $0.connections.remove(connection) }
          close(connection)
          continue
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
        LoopbackServer.resetAtEnd(connection)
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
        _ = write(connection, Array(answer(of: port, to: request).prefix(cut)))
        return
      case .lost(let port, let isHalf, let then):
        _ = answer(of: port, to: request, isHalf: isHalf)
        then()
        return
      }
    }
  }

  /// With a linger of zero, closing resets.
  private static func resetAtEnd(_ connection: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
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

  /// What the server at a port answers; to half of a request nothing is awaited.
  private func answer(of port: Int, to request: Request, isHalf: Bool = false) -> [UInt8] {
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
    guard isConnected, let line = request.raw.firstRange(of: Array("\r\n".utf8)) else { return [] }
    let raw =
      request.raw[..<line.upperBound] + Array("Connection: close\r\n".utf8) + request.raw[line.upperBound...]
    guard write(upstream, Array(raw.prefix(isHalf ? raw.count - request.body.count / 2 : raw.count))), !isHalf
    else { return [] }
    var answer: [UInt8] = []
    while receive(upstream, &answer) {}
    return answer
  }
}
