/// One value of a row, for those who decode it.
public struct Cell {
  private let row: Row
  private let position: Int

  init(row: Row, column: Int) {
    self.row = row
    position = column
  }

  /// The column that it is in.
  public var column: QueryResult.Column { row.result.columns[position] }

  /// Whether it is NULL.
  public var isNull: Bool { row.isNull(position) }

  /// Calls `body` with the value's bytes, which live within the call.
  ///
  /// - Throws: `PostgresError` with code `unexpectedResult` for NULL; what `body` throws.
  public func withBytes<R>(
    _ body: (UnsafeRawBufferPointer) throws(PostgresError) -> R
  ) throws(PostgresError) -> R {
    try row.withBytes(position) { bytes throws(PostgresError) in
      guard let bytes else { throw mismatch("NULL") }
      return try body(bytes)
    }
  }

  /// The value as text, where the server wrote it as such.
  ///
  /// - Throws: `PostgresError` with code `unexpectedResult` for NULL, or a binary value of a type that is not text.
  public func text() throws(PostgresError) -> String {
    guard column.format == .text || TypeOID.isText(column.typeOID) else {
      throw mismatch("a binary value")
    }
    return try withBytes { bytes in String(decoding: bytes, as: UTF8.self) }
  }

  /// The binary value's big-endian integer.
  func integer<T: FixedWidthInteger>(_ type: T.Type) throws(PostgresError) -> T {
    try withBytes { bytes throws(PostgresError) in
      guard bytes.count == T.bitWidth / 8 else { throw mismatch("a value of \(bytes.count) bytes") }
      return T(bigEndian: bytes.loadUnaligned(as: T.self))
    }
  }

  /// The error of a value that is not what was asked for; it does not say the value.
  public func mismatch(_ found: String) -> PostgresError {
    PostgresError(
      .unexpectedResult,
      message:
        "column \(column.name) is \(found) (type OID \(column.typeOID)), which is not what was asked for")
  }
}
