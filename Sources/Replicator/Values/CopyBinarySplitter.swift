/// Splits rows of COPY's binary format into fields (PostgreSQL documentation, COPY, "Binary Format").
struct CopyBinarySplitter {
  private var hasHeader = false

  /// Cuts rows into their fields.
  ///
  /// - Parameters:
  ///   - block: rows as the server sends them: the header before the first, the trailer after the last.
  ///   - columnCount: how many fields a row has.
  /// - Throws: `ReplicatorError` with code `malformedRow`.
  mutating func split(_ block: RowBlock, columnCount: Int) throws(ReplicatorError) -> BinaryRows {
    var rows = BinaryRows(bytes: block.bytes, capacity: block.ends.count, columnCount: columnCount)
    let result = block.bytes.withUnsafeBytes { bytes in
      Result { () throws(ReplicatorError) in
        var start = 0
        for end in block.ends {
          try split(bytes, start..<end, columnCount, into: &rows)
          start = end
        }
      }
    }
    try result.get()
    return rows
  }

  private mutating func split(
    _ bytes: UnsafeRawBufferPointer, _ place: Range<Int>, _ columnCount: Int, into rows: inout BinaryRows
  ) throws(ReplicatorError) {
    var offset = place.lowerBound
    if !hasHeader {
      offset += try CopyBinarySplitter.headerByteCount(UnsafeRawBufferPointer(rebasing: bytes[place]))
      hasHeader = true
      if offset == place.upperBound { return }
    }
    guard let count = integer(bytes, &offset, place.upperBound, as: Int16.self) else { throw cut() }
    if count == -1 { return }
    guard Int(count) == columnCount else {
      throw ReplicatorError(.malformedRow, detail: "a row has another number of columns")
    }
    try rows.append(columnCount) { () throws(ReplicatorError) in
      guard let length = integer(bytes, &offset, place.upperBound, as: Int32.self) else { throw cut() }
      guard length >= 0 else { return BinaryRows.Field() }
      guard Int(length) <= place.upperBound - offset, let start = UInt32(exactly: offset) else { throw cut() }
      offset += Int(length)
      return BinaryRows.Field(start: start, count: length)
    }
    guard offset == place.upperBound else { throw cut() }
  }

  /// The signature, flags without meaning here but for the critical ones, and an extension to be skipped.
  private static func headerByteCount(_ piece: UnsafeRawBufferPointer) throws(ReplicatorError) -> Int {
    let signature: [UInt8] = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]
    let end = signature.count + 8
    guard piece.count >= end, piece.prefix(signature.count).elementsEqual(signature) else {
      throw ReplicatorError(.malformedRow, detail: "a binary COPY does not begin with its signature")
    }
    let flags = UInt32(bigEndian: piece.loadUnaligned(fromByteOffset: signature.count, as: UInt32.self))
    let extra = UInt32(bigEndian: piece.loadUnaligned(fromByteOffset: signature.count + 4, as: UInt32.self))
    guard flags >> 16 == 0, Int(extra) <= piece.count - end else {
      throw ReplicatorError(.malformedRow, detail: "a binary COPY begins with an unknown header")
    }
    return end + Int(extra)
  }

  @inline(__always)
  private func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ offset: inout Int, _ end: Int, as type: Number.Type
  ) -> Number? {
    guard end - offset >= MemoryLayout<Number>.size else { return nil }
    defer { offset += MemoryLayout<Number>.size }
    return Number(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  private func cut() -> ReplicatorError {
    ReplicatorError(.malformedRow, detail: "a row of a binary COPY does not end where its fields end")
  }
}
