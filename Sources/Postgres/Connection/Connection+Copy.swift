import CLibPQ

extension Connection {
  /// Runs a `COPY ... TO STDOUT`.
  ///
  /// - Parameters:
  ///   - sql: the statement, without `\(bind:)`.
  ///   - body: is given the bytes as they come, in pieces as the server sent them: each is one row, in binary
  ///     form the file header and trailer as well. They live within the call.
  /// - Returns: the number of rows.
  /// - Throws: what `body` throws, once the COPY was cancelled; what `query` throws.
  public func copyOut(_ sql: SQL, _ body: (RawSpan) throws -> Void) throws -> Int {
    try session.beginCopy(sql, PGRES_COPY_OUT)
    do {
      while let piece = try session.nextCopyPiece() {
        defer { PQfreemem(UnsafeMutableRawPointer(mutating: piece.baseAddress)) }
        try body(piece.bytes)
      }
    } catch {
      session.stopCopyOut()
      throw error
    }
    return try session.endCopy()
  }

  /// Runs a `COPY ... FROM STDIN`.
  ///
  /// - Parameters:
  ///   - sql: the statement, without `\(bind:)`.
  ///   - next: gives the bytes, cut wherever it likes, and nil at their end. It is asked for more only once the
  ///     server, or the system on its behalf, has taken what came before.
  /// - Returns: the number of rows.
  /// - Throws: what `next` throws, once the server has discarded the COPY; what `query` throws.
  public func copyIn(_ sql: SQL, next: () throws -> [UInt8]?) throws -> Int {
    try session.beginCopy(sql, PGRES_COPY_IN)
    do {
      while let chunk = try next() { try session.queueCopy(chunk) }
    } catch {
      session.failCopyIn()
      throw error
    }
    try session.finishCopyIn()
    return try session.endCopy()
  }
}

extension Session {
  /// Sends a statement that begins a COPY, and waits until it has.
  func beginCopy(_ sql: SQL, _ expected: ExecStatusType) throws(PostgresError) {
    try sendSimple(try render(sql, allowsParameters: false))
    try expect(expected)
  }

  /// Waits for a COPY of that direction to begin.
  ///
  /// - Throws: the server's refusal; `invalidParameter` where the statement began none.
  func expect(_ copy: ExecStatusType) throws(PostgresError) {
    if let result = try nextResult() {
      if PQresultStatus(result) == copy { return PQclear(result) }
      do throws(PostgresError) {
        _ = try check(result)
      } catch {
        // The statement's end comes after its error.
        if isUsable { _ = try? results() }
        throw error
      }
      _ = try results()
    }
    throw PostgresError(
      .invalidParameter, message: "the statement does not begin the COPY that was asked for", at: location)
  }

  /// The next piece of a COPY, to be freed with `PQfreemem`; nil at the end.
  func nextCopyPiece() throws(PostgresError) -> UnsafeRawBufferPointer? {
    var hasRead = false
    while true {
      let connection = try connection()
      var buffer: UnsafeMutablePointer<CChar>?
      let length = PQgetCopyData(connection, &buffer, 1)
      switch length {
      case 1...: return UnsafeRawBufferPointer(start: buffer, count: Int(length))
      case 0:
        // While the data flows there is more to read already: the wait, a system call, is for when there is not.
        if hasRead { try waitToRead(connection) }
        try read(connection)
        hasRead = true
      case -1: return nil
      default: throw failure(of: connection)
      }
    }
  }

  /// The result of a COPY that has ended: the number of rows, or the error that ended it.
  func endCopy() throws(PostgresError) -> Int {
    try results().last?.affectedRows ?? 0
  }

  /// Cancels a COPY TO and reads it to its end; the error that this leads to is not of interest.
  func stopCopyOut() {
    guard isUsable, let connection = try? connection() else { return }
    CancelHandle(connection)?.cancelBriefly()
    do throws(PostgresError) {
      while let piece = try nextCopyPiece() {
        PQfreemem(UnsafeMutableRawPointer(mutating: piece.baseAddress))
      }
      _ = try endCopy()
    } catch {
      // The cancellation itself comes as an error; one that breaks the connection has closed it.
    }
  }

  /// Queues a chunk of a COPY FROM, and now and then waits until what is queued has left this process: libpq
  /// itself would queue without end.
  func queueCopy(_ chunk: [UInt8]) throws(PostgresError) {
    // libpq takes a length of 32 bits.
    var rest = chunk[...]
    while !rest.isEmpty {
      let part = rest.prefix(1 << 20)
      rest = rest.dropFirst(part.count)
      try put(part)
      copyQueue += part.count
      if copyQueue >= 1 << 16 { try flushCopy() }
    }
  }

  /// Sends a message of the stream at once.
  func sendCopy(_ message: [UInt8]) throws(PostgresError) {
    try put(message[...])
    try flushCopy()
  }

  private func put(_ bytes: ArraySlice<UInt8>) throws(PostgresError) {
    let connection = try connection()
    let isQueued = bytes.withUnsafeBytes { bytes in
      PQputCopyData(connection, bytes.assumingMemoryBound(to: CChar.self).baseAddress, Int32(bytes.count))
        == 1
    }
    guard isQueued else { throw failure(of: connection) }
  }

  private func flushCopy() throws(PostgresError) {
    copyQueue = 0
    try flush()
    // A failed write is not an error to libpq until a read fails as well (fe-misc.c, pqSendSome): without it
    // the sender would go on for ever.
    try read(try connection())
  }

  /// Says that all of a COPY FROM was sent.
  func finishCopyIn() throws(PostgresError) {
    let connection = try connection()
    guard PQputCopyEnd(connection, nil) == 1 else { throw failure(of: connection) }
  }

  /// Makes the server discard a COPY FROM.
  func failCopyIn() {
    guard isUsable, let connection = try? connection() else { return }
    guard PQputCopyEnd(connection, "the sender failed") == 1 else { return close() }
    // The server's answer is the failure that was asked for.
    _ = try? results()
  }
}
