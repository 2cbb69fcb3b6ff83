/// A request as it goes to libcurl.
struct HTTPRequest: Sendable {
  enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case put = "PUT"
    case post = "POST"
    case delete = "DELETE"
  }

  var method = Method.get
  /// The whole address, percent-encoded.
  var url: String
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// The most bytes of an answer's body that are taken; more end the transfer.
  var bodyLimit: Int
  /// The time that this transfer has, once it has begun.
  var timeLeft: Duration
  var connecting: Duration
  var stall: Duration
  /// The way through a proxy; nil for none.
  var proxy: String?
}

/// An answer, whole.
struct HTTPAnswer: Sendable {
  var status: Int
  /// The bytes of the header lines, parsed when a field is asked for: most never are.
  var head: [UInt8]
  var body: [UInt8]
  /// How long the transfer took.
  var duration: Duration

  /// The value of the last header field of this name (ASCII, lower case), without white space around it.
  func header(_ name: StaticString) -> String? {
    head.withUnsafeBufferPointer { bytes in
      name.withUTF8Buffer { wanted in
        HeaderLines(bytes).last(named: wanted)
      }
    }
  }
}

/// Why a transfer brought no answer.
struct TransferFailure: Error, Sendable {
  enum Kind: Sendable {
    case unreachable, tls, timedOut, broken, tooLarge, cancelled, invalid
  }

  let kind: Kind
  /// What libcurl says, which holds addresses but no credentials.
  let detail: String
  /// How long it took to fail.
  var duration: Duration
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
