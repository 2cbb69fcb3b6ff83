import CLibCurl

/// The header lines of a request in the form that libcurl reads, in memory that serves one request after the other.
///
/// libcurl reads the list while the transfer runs, and neither changes nor frees it (man 3 CURLOPT_HTTPHEADER).
struct HeaderList: ~Copyable {
  private var nodes: UnsafeMutableBufferPointer<curl_slist>
  private var text: UnsafeMutableBufferPointer<CChar>

  init() {
    nodes = .allocate(capacity: 16)
    text = .allocate(capacity: 1024)
  }

  deinit {
    nodes.deallocate()
    text.deallocate()
  }

  /// The list of these fields; what was there before is gone.
  ///
  /// - Parameter unwanted: names, each with a colon, of the fields that libcurl is not to add by itself.
  mutating func fill(
    _ fields: [(name: String, value: String)], leavingOut unwanted: [String]
  ) -> UnsafeMutablePointer<curl_slist>? {
    grow(
      fields.count + unwanted.count,
      fields.reduce(unwanted.reduce(0) { $0 + $1.utf8.count + 1 }) {
        $0 + $1.name.utf8.count + $1.value.utf8.count + 3
      })
    var lines = 0
    var end = 0
    for name in unwanted { append([name], &lines, &end) }
    for field in fields {
      append(field.value.isEmpty ? [field.name, ";"] : [field.name, ": ", field.value], &lines, &end)
    }
    return lines == 0 ? nil : nodes.baseAddress
  }

  private func append(_ line: [String], _ lines: inout Int, _ end: inout Int) {
    let node = nodes.baseAddress! + lines
    node.initialize(to: curl_slist(data: text.baseAddress! + end, next: nil))
    if lines > 0 { nodes[lines - 1].next = node }
    lines += 1
    for part in line { append(part, &end) }
    text[end] = 0
    end += 1
  }

  private mutating func grow(_ lines: Int, _ bytes: Int) {
    if lines > nodes.count {
      nodes.deallocate()
      nodes = .allocate(capacity: lines * 2)
    }
    if bytes > text.count {
      text.deallocate()
      text = .allocate(capacity: bytes * 2)
    }
  }

  private func append(_ part: String, _ end: inout Int) {
    var part = part
    end += part.withUTF8 { bytes in
      let free = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(text)[end...])
      free.copyBytes(from: bytes)
      return bytes.count
    }
  }
}
