/// Splits a line of COPY's text format into its fields (PostgreSQL documentation, COPY, "Text Format").
struct CopyTextRow {
  private var unescaped: [UInt8] = []

  /// Calls `body` with each field's place and bytes, nil for NULL, and returns how many there were.
  ///
  /// - Parameters:
  ///   - line: the row, with or without its newline.
  ///   - body: gets bytes that it may use during the call alone.
  /// - Throws: `ReplicatorError` with code `malformedRow` for a lone backslash at the end, and what `body`
  ///   throws.
  mutating func forEachField(
    of line: UnsafeRawBufferPointer,
    _ body: (Int, UnsafeRawBufferPointer?) throws(ReplicatorError) -> Void
  ) throws(ReplicatorError) -> Int {
    var end = line.count
    if end > 0, line[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    var (field, start, index) = (0, 0, 0)
    var hasEscape = false
    while true {
      if index < end, line[index] == UInt8(ascii: "\\") {
        hasEscape = true
        index += 2
        continue
      }
      if index >= end || line[index] == UInt8(ascii: "\t") {
        guard index <= end else {
          throw ReplicatorError(.malformedRow, detail: "a row of COPY ends in the middle of an escape")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: line[start..<index])
        if !hasEscape {
          try body(field, bytes)
        } else if bytes.count == 2, bytes[1] == UInt8(ascii: "N") {
          try body(field, nil)
        } else {
          try unescape(bytes, field, body)
        }
        field += 1
        guard index < end else { return field }
        (start, hasEscape) = (index + 1, false)
      }
      index += 1
    }
  }

  private mutating func unescape(
    _ bytes: UnsafeRawBufferPointer, _ field: Int,
    _ body: (Int, UnsafeRawBufferPointer?) throws(ReplicatorError) -> Void
  ) throws(ReplicatorError) {
    unescaped.removeAll(keepingCapacity: true)
    var index = 0
    while index < bytes.count {
      var byte = bytes[index]
      if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
        index += 1
        // These letters are all that COPY TO writes; any other byte stands for itself.
        switch bytes[index] {
        case UInt8(ascii: "b"): byte = 0x08
        case UInt8(ascii: "f"): byte = 0x0C
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "t"): byte = 0x09
        case UInt8(ascii: "v"): byte = 0x0B
        case let other: byte = other
        }
      }
      unescaped.append(byte)
      index += 1
    }
    let result = unescaped.withUnsafeBytes { buffer in
      Result { () throws(ReplicatorError) in try body(field, buffer) }
    }
    try result.get()
  }
}
