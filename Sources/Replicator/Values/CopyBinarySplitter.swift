/// Splits rows of COPY's binary format into fields (PostgreSQL documentation, COPY, "Binary Format").
struct CopyBinarySplitter {
  private var hasHeader = false

  /// Appends a row's fields to `values`; they point into `piece`.
  ///
  /// - Parameters:
  ///   - piece: a row as the server sends it: the header before the first, the trailer after the last.
  ///   - columnCount: how many fields a row has.
  /// - Returns: whether there was a row.
  /// - Throws: `ReplicatorError` with code `malformedRow`.
  mutating func split(
    _ piece: UnsafeRawBufferPointer, columnCount: Int, into values: inout [SourceValue]
  ) throws(ReplicatorError) -> Bool {
    var offset = 0
    if !hasHeader {
      offset = try CopyBinarySplitter.headerByteCount(piece)
      hasHeader = true
      if offset == piece.count { return false }
    }
    guard let count = integer(piece, &offset, as: Int16.self) else { throw cut() }
    if count == -1 { return false }
    guard Int(count) == columnCount else {
      throw ReplicatorError(.malformedRow, detail: "a row has another number of columns")
    }
    for _ in 0..<columnCount {
      guard let length = integer(piece, &offset, as: Int32.self) else { throw cut() }
      if length < 0 {
        values.append(.null)
        continue
      }
      guard Int(length) <= piece.count - offset else { throw cut() }
      values.append(.binary(UnsafeRawBufferPointer(rebasing: piece[offset..<offset + Int(length)])))
      offset += Int(length)
    }
    guard offset == piece.count else { throw cut() }
    return true
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
    _ bytes: UnsafeRawBufferPointer, _ offset: inout Int, as type: Number.Type
  ) -> Number? {
    guard bytes.count - offset >= MemoryLayout<Number>.size else { return nil }
    defer { offset += MemoryLayout<Number>.size }
    return Number(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  private func cut() -> ReplicatorError {
    ReplicatorError(.malformedRow, detail: "a row of a binary COPY does not end where its fields end")
  }
}
