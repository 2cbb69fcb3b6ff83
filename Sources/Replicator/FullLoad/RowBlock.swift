/// Rows of a COPY as the server sent them, one behind the other.
struct RowBlock {
  private(set) var bytes: [UInt8] = []
  /// Where each row ends.
  private(set) var ends: [Int] = []

  /// What is encoded at once: long beside what a column costs, short beside a row group and the socket's buffer.
  private static let byteCount = 128 << 10
  private static let rowCount = 1_024

  init() {
    bytes.reserveCapacity(RowBlock.byteCount + RowBlock.byteCount / 8)
    ends.reserveCapacity(RowBlock.rowCount)
  }

  var isFull: Bool { bytes.count >= RowBlock.byteCount || ends.count >= RowBlock.rowCount }
  var isEmpty: Bool { ends.isEmpty }

  mutating func append(_ row: RawSpan) {
    row.withUnsafeBytes { bytes.append(contentsOf: $0) }
    ends.append(bytes.count)
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Calls `body` with each row; its bytes are lent for the length of the call.
  func forEach(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    try bytes.withUnsafeBytes { bytes in
      var start = 0
      for end in ends {
        try body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        start = end
      }
    }
  }
}
