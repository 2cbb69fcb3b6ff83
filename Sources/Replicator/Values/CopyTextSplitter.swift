/// Splits lines of COPY's text format into fields (PostgreSQL documentation, COPY, "Text Format").
final class CopyTextSplitter {
  /// Where fields with escapes are written out; as long as the longest line so far.
  private var scratch = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  deinit { scratch.deallocate() }

  /// Appends a line's fields to `values`.
  ///
  /// - Parameters:
  ///   - line: the row, with or without its newline.
  ///   - values: get the fields: they point into the line, or into memory of this splitter that is good until it
  ///     splits another line or goes.
  /// - Throws: `ReplicatorError` with code `malformedRow` for a lone backslash at the end.
  func split(_ line: UnsafeRawBufferPointer, into values: inout [SourceValue]) throws(ReplicatorError) {
    var end = line.count
    if end > 0, line[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    if scratch.count < end {
      scratch.deallocate()
      scratch = .allocate(byteCount: end * 2, alignment: 1)
    }
    var (start, index, used) = (0, 0, 0)
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
        let field = UnsafeRawBufferPointer(rebasing: line[start..<index])
        if !hasEscape {
          values.append(.text(field))
        } else if field.count == 2, field[1] == UInt8(ascii: "N") {
          values.append(.null)
        } else {
          let count = unescape(field, at: used)
          values.append(.text(UnsafeRawBufferPointer(rebasing: scratch[used..<used + count])))
          used += count
        }
        guard index < end else { return }
        (start, hasEscape) = (index + 1, false)
      }
      index += 1
    }
  }

  /// Writes a field without its escapes; it is shorter than the field was, so that all of a line fit.
  private func unescape(_ field: UnsafeRawBufferPointer, at offset: Int) -> Int {
    var (count, index) = (0, 0)
    while index < field.count {
      var byte = field[index]
      if byte == UInt8(ascii: "\\"), index + 1 < field.count {
        index += 1
        // These letters are all that COPY TO writes; any other byte stands for itself.
        switch field[index] {
        case UInt8(ascii: "b"): byte = 0x08
        case UInt8(ascii: "f"): byte = 0x0C
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "t"): byte = 0x09
        case UInt8(ascii: "v"): byte = 0x0B
        case let other: byte = other
        }
      }
      scratch[offset + count] = byte
      count += 1
      index += 1
    }
    return count
  }
}
