/// A request as it goes to libcurl.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case put = "PUT"
    case post = "POST"
    case delete = "DELETE"
  }

  package var method = Method.get
  /// The whole address, percent-encoded.
  package var url: String
  package var headers: [(name: String, value: String)] = []
  package var body: [UInt8] = []
  /// The most bytes of an answer's body that are taken; more end the transfer.
  package var bodyLimit: Int
  /// The time that this transfer has, once it has begun.
  package var timeLeft: Duration
  package var connecting: Duration
  package var stall: Duration
  /// The way through a proxy; nil for none.
  package var proxy: String?

  /// A request with the times that it is given.
  package init(
    method: Method = .get, url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    bodyLimit: Int, timeLeft: Duration, connecting: Duration, stall: Duration, proxy: String? = nil
  ) {
    (self.method, self.url, self.headers, self.body) = (method, url, headers, body)
    (self.bodyLimit, self.timeLeft, self.connecting) = (bodyLimit, timeLeft, connecting)
    (self.stall, self.proxy) = (stall, proxy)
  }
}

/// An answer, whole.
package struct HTTPAnswer: Sendable {
  package var status: Int
  /// The bytes of the header lines, parsed when a field is asked for: most never are.
  package var head: [UInt8]
  package var body: [UInt8]
  /// How long the transfer took.
  package var duration: Duration

  /// The value of the last header field of this name (ASCII, lower case), without white space around it.
  package func header(_ name: StaticString) -> String? {
    head.withUnsafeBufferPointer { bytes in
      name.withUTF8Buffer { wanted in
        HeaderLines(bytes).last(named: wanted)
      }
    }
  }
}

/// Why a transfer brought no answer.
package struct TransferFailure: Error, Sendable {
  package enum Kind: Sendable {
    case unreachable, tls, timedOut, broken, tooLarge, cancelled, invalid
  }

  package let kind: Kind
  /// Whether TLS broke before the certificate was looked at: as by a reset, which may pass.
  package var isHandshake = false
  /// What libcurl says, which holds addresses but no credentials.
  package let detail: String
  /// How long it took to fail.
  package var duration: Duration

  /// A failure.
  package init(kind: Kind, isHandshake: Bool = false, detail: String, duration: Duration) {
    (self.kind, self.isHandshake, self.detail, self.duration) = (kind, isHandshake, detail, duration)
  }

  /// Whether the same request may succeed later.
  package var mayPass: Bool {
    switch kind {
    case .unreachable, .timedOut, .broken: true
    case .tls: isHandshake
    case .tooLarge, .cancelled, .invalid: false
    }
  }
}

/// Header lines as libcurl delivers them: `Name: value\r\n`, the status line before them.
struct HeaderLines {
  private let bytes: UnsafeBufferPointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  func last(named name: UnsafeBufferPointer<UInt8>) -> String? {
    var found: Range<Int>?
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      if end - start > name.count, bytes[start + name.count] == 0x3A, begins(at: start, with: name) {
        found = start + name.count + 1..<end
      }
      start = end + 1
    }
    guard let found else { return nil }
    let value = UnsafeBufferPointer(rebasing: bytes[found])
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
    guard let first = value.firstIndex(where: { !isBlank($0) }),
      let last = value.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(decoding: value[first...last], as: UTF8.self)
  }

  private func begins(at start: Int, with name: UnsafeBufferPointer<UInt8>) -> Bool {
    for (index, wanted) in name.enumerated() {
      let byte = bytes[start + index]
      let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
      if lower != wanted { return false }
    }
    return true
  }
}
