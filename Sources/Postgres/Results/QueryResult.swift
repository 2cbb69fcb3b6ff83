import CLibPQ

/// How the server writes values.
public enum ResultFormat: Int32, Sendable, Hashable {
  /// As text, by the session's settings.
  case text = 0
  /// In each type's binary form, which no setting changes.
  case binary = 1
}

/// The rows that a statement returned, in memory.
public final class QueryResult: RandomAccessCollection {
  private let handle: OpaquePointer
  /// The number of rows.
  public let count: Int
  /// What is known of each column.
  public let columns: [Column]

  /// A column of a result.
  public struct Column: Sendable, Hashable {
    /// Its name in the result.
    public let name: String
    /// The object id of its type.
    public let typeOID: UInt32
    /// The type's modifier, such as a varchar's length and 4; -1 without one.
    public let typeModifier: Int32
    /// The object id of the table that it is a column of; 0 where it is none.
    public let tableOID: UInt32
    /// How its values are written.
    public let format: ResultFormat
  }

  /// Takes over a result.
  init(_ handle: OpaquePointer) {
    self.handle = handle
    count = Int(PQntuples(handle))
    columns = (0..<PQnfields(handle)).map { index in
      Column(
        name: String(cString: PQfname(handle, index)), typeOID: PQftype(handle, index),
        typeModifier: PQfmod(handle, index), tableOID: PQftable(handle, index),
        format: PQfformat(handle, index) == 1 ? .binary : .text)
    }
  }

  deinit { PQclear(handle) }

  /// Zero.
  public var startIndex: Int { 0 }
  /// The number of rows.
  public var endIndex: Int { count }

  /// The row at a position.
  public subscript(position: Int) -> Row {
    precondition((0..<count).contains(position), "row \(position) of \(count)")
    return Row(result: self, index: Int32(position))
  }

  /// What the server says it did: `INSERT 0 5`, `COMMIT`.
  public var commandTag: String { String(cString: PQcmdStatus(handle)) }

  /// The rows that the statement affected or returned; 0 where it has none.
  public var affectedRows: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

  /// The only row.
  ///
  /// - Throws: `PostgresError` with code `unexpectedResult` where there are more, or none.
  public func onlyRow() throws(PostgresError) -> Row {
    guard count == 1 else {
      throw PostgresError(.unexpectedResult, message: "\(count) rows in place of one")
    }
    return self[0]
  }

  /// The only value of the only row.
  ///
  /// - Throws: `PostgresError` with code `unexpectedResult` for another number of rows or columns, or a value of
  ///   another type.
  public func single<T: PostgresDecodable>(as type: T.Type = T.self) throws(PostgresError) -> T {
    let row = try onlyRow()
    guard columns.count == 1 else {
      throw PostgresError(.unexpectedResult, message: "\(columns.count) columns in place of one")
    }
    return try row.decode(0, as: type)
  }

  /// The result of a description of a prepared statement.
  var parameterTypes: [UInt32] {
    (0..<PQnparams(handle)).map { PQparamtype(handle, $0) }
  }

  /// - Throws: `PostgresError` with code `server(25P02)` where a COMMIT came to a ROLLBACK.
  func checkIsCommit() throws(PostgresError) {
    guard commandTag == "COMMIT" else {
      throw PostgresError(
        .server(.inFailedTransaction),
        message: "the transaction had failed and was rolled back, not committed")
    }
  }

  /// The bytes of a value, or nil for NULL; they live as long as this object.
  func bytes(row: Int32, column: Int32) -> UnsafeRawBufferPointer? {
    guard PQgetisnull(handle, row, column) == 0 else { return nil }
    return UnsafeRawBufferPointer(
      start: PQgetvalue(handle, row, column), count: Int(PQgetlength(handle, row, column)))
  }
}

/// One row of a result.
public struct Row {
  /// The result that it is of.
  public let result: QueryResult
  let index: Int32

  /// The value of a column by its position.
  ///
  /// - Throws: `PostgresError` with code `unexpectedResult` for a column that is not there, a value of another
  ///   type, or NULL where `type` is not optional.
  public func decode<T: PostgresDecodable>(_ column: Int, as type: T.Type = T.self) throws(PostgresError) -> T
  {
    guard result.columns.indices.contains(column) else {
      throw PostgresError(
        .unexpectedResult, message: "column \(column) was asked for and there are \(result.columns.count)")
    }
    return try T(cell: Cell(row: self, column: column))
  }

  /// The value of a column by its name.
  ///
  /// - Throws: `PostgresError` with code `unexpectedResult` as above.
  public func decode<T: PostgresDecodable>(_ column: String, as type: T.Type = T.self) throws(PostgresError)
    -> T
  {
    guard let position = result.columns.firstIndex(where: { $0.name == column }) else {
      throw PostgresError(.unexpectedResult, message: "there is no column \(column)")
    }
    return try decode(position, as: type)
  }

  /// Whether a column is NULL.
  public func isNull(_ column: Int) -> Bool {
    result.bytes(row: index, column: Int32(column)) == nil
  }

  /// Calls `body` with a value's bytes as the server wrote them, nil for NULL; they live within the call.
  ///
  /// - Throws: what `body` throws.
  public func withBytes<R, E: Error>(
    _ column: Int, _ body: (UnsafeRawBufferPointer?) throws(E) -> R
  ) throws(E) -> R {
    try withExtendedLifetime(result) { () throws(E) -> R in
      try body(result.bytes(row: index, column: Int32(column)))
    }
  }
}
