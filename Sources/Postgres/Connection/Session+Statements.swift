import CLibPQ

/// Takes libpq's results apart from its errors, and leaves the session ready for the next statement.
extension Session {
  /// The statement's text, names quoted, with its parameters laid out in `parameters`.
  ///
  /// - Throws: `PostgresError` with code `invalidParameter` for a NUL character, or for a parameter where the
  ///   statement takes none.
  func render(_ sql: SQL, allowsParameters: Bool = true) throws(PostgresError) -> String {
    let connection = try connection()
    parameters.removeAll()
    var text = ""
    for piece in sql.pieces {
      switch piece {
      case .text(let part): text += part
      case .identifier(let name): text += try quoted(name, PQescapeIdentifier, connection)
      case .literal(let value): text += try quoted(value, PQescapeLiteral, connection)
      case .parameter(let value):
        guard allowsParameters else {
          throw PostgresError(.invalidParameter, message: "this kind of statement takes no parameters")
        }
        try parameters.append(value)
        text += "$\(parameters.count)"
      }
    }
    guard !text.utf8.contains(0) else {
      throw PostgresError(.invalidParameter, message: "the statement holds a NUL character")
    }
    return text
  }

  private func quoted(
    _ text: String, _ quote: (OpaquePointer?, UnsafePointer<CChar>?, Int) -> UnsafeMutablePointer<CChar>?,
    _ connection: OpaquePointer
  ) throws(PostgresError) -> String {
    guard !text.utf8.contains(0) else {
      throw PostgresError(
        .invalidParameter, message: "a name holds a NUL character, which PostgreSQL cannot store")
    }
    guard let result = text.withCString({ quote(connection, $0, text.utf8.count) }) else {
      throw failure(of: connection)
    }
    defer { PQfreemem(result) }
    return String(cString: result)
  }

  /// Sends a statement with the parameters in `parameters`.
  func send(_ text: String, format: ResultFormat) throws(PostgresError) {
    let connection = try connection()
    let (types, lengths, formats) = (parameters.types, parameters.lengths, parameters.formats)
    let sent = parameters.withPointers { values in
      PQsendQueryParams(
        connection, text, Int32(types.count), types, values, lengths, formats, format.rawValue)
    }
    guard sent == 1 else { throw failure(of: connection) }
  }

  /// Sends a prepared statement with the parameters in `parameters`.
  func send(prepared name: String, format: ResultFormat) throws(PostgresError) {
    let connection = try connection()
    let (lengths, formats) = (parameters.lengths, parameters.formats)
    let sent = parameters.withPointers { values in
      PQsendQueryPrepared(
        connection, name, Int32(lengths.count), values, lengths, formats, format.rawValue)
    }
    guard sent == 1 else { throw failure(of: connection) }
  }

  /// Sends text that may hold several statements.
  func sendSimple(_ text: String) throws(PostgresError) {
    let connection = try connection()
    guard PQsendQuery(connection, text) == 1 else { throw failure(of: connection) }
  }

  /// The results of what was sent, to the last; the first error is thrown once all were read.
  func results() throws(PostgresError) -> [QueryResult] {
    var results: [QueryResult] = []
    var failure: PostgresError?
    while let result = try nextResult() {
      do throws(PostgresError) {
        if let rows = try check(result) { results.append(rows) }
      } catch {
        failure = failure ?? error
        guard isUsable else { break }
      }
    }
    if let failure { throw failure }
    return results
  }

  /// The next result of what was sent, nil after the last; the caller owns it.
  func nextResult() throws(PostgresError) -> OpaquePointer? {
    try waitForResult()
    let connection = try connection()
    if let result = PQgetResult(connection) { return result }
    guard PQstatus(connection) == CONNECTION_OK else { throw lost(connection) }
    return nil
  }

  /// Takes over a result: its rows, or the error that it is.
  ///
  /// A COPY that was not asked for is ended.
  func check(_ result: OpaquePointer) throws(PostgresError) -> QueryResult? {
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return QueryResult(result)
    case PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC, PGRES_NONFATAL_ERROR:
      PQclear(result)
      return nil
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
      PQclear(result)
      // What the server sends until it stops may be endless; a new connection is cheaper.
      close()
      throw PostgresError(
        .notUsable, message: "a COPY was run as a query; the connection was closed", at: location)
    default:
      defer { PQclear(result) }
      throw failure(of: result, try connection())
    }
  }
}
