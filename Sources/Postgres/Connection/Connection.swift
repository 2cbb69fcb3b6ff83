import CLibPQ

/// One session with PostgreSQL.
///
/// It blocks the thread that uses it, in `poll`: keep it on a thread of its own, such as that of a
/// `ThreadExecutor`. It is not Sendable and stays with the task or actor that made it.
public final class Connection {
  let session: Session
  private var preparedStatements = 0

  /// Connects.
  ///
  /// - Parameters:
  ///   - conninfo: what libpq takes: `key=value` pairs, a `postgresql://` URL, or nothing at all; what it
  ///     does not say comes from the `PG*` variables and the password file.
  ///   - options: how the connection behaves.
  /// - Throws: `PostgresError` with one of the codes `invalidConnectionString`, `unreachable`,
  ///   `connectionRejected`, `passwordMissing`, `tlsFailed`, `connectionLost`, `interrupted`, `system`.
  public init(_ conninfo: String, options: ConnectionOptions = ConnectionOptions()) throws(PostgresError) {
    session = try Session(conninfo, options: options, replication: false)
  }

  /// Ends the session and rolls back a transaction that is open; no harm where it has ended.
  public func close() {
    session.close()
  }

  /// False once it was closed, lost, interrupted or timed out.
  public var isUsable: Bool { session.isUsable }

  /// The server's version as a number: 150020 for 15.20.
  public var serverVersion: Int { session.server.version }

  /// The process id of the session at the server.
  public var processID: Int32 { session.server.processID }

  /// The name of the database.
  public var database: String { session.server.database }

  /// The name of the user.
  public var user: String { session.server.user }

  /// Server, database and user as messages name them; without the password.
  public var location: String { session.location }

  /// Where the session stands in a transaction.
  public enum TransactionState: Sendable, Hashable {
    /// In none.
    case idle
    /// In one that is open.
    case open
    /// In one that failed and can only be rolled back.
    case failed
    /// A statement runs.
    case active
    /// The connection is closed.
    case unknown
  }

  /// Where the session stands in a transaction.
  public var transactionState: TransactionState {
    switch session.transactionStatus {
    case PQTRANS_IDLE: .idle
    case PQTRANS_INTRANS: .open
    case PQTRANS_INERROR: .failed
    case PQTRANS_ACTIVE: .active
    default: .unknown
    }
  }

  /// A handle by which another thread cancels what this connection runs.
  ///
  /// - Throws: `PostgresError` with code `notUsable` where the connection is closed.
  public func cancelHandle() throws(PostgresError) -> CancelHandle {
    let connection = try session.connection()
    guard let handle = CancelHandle(connection) else { throw session.failure(of: connection) }
    return handle
  }

  /// Runs one statement.
  ///
  /// - Returns: its rows, in binary form unless asked otherwise; no rows where it has none.
  /// - Throws: `PostgresError` with code `server` where the server refuses it, `connectionLost`, `timedOut`,
  ///   `interrupted`, `invalidParameter` or `notUsable`.
  @discardableResult
  public func query(_ sql: SQL, format: ResultFormat = .binary) throws(PostgresError) -> QueryResult {
    try session.send(try session.render(sql), format: format)
    return try onlyResult()
  }

  /// Runs one statement for its effect.
  ///
  /// - Returns: the number of rows that it affected or returned; 0 where it has none.
  /// - Throws: what `query` throws.
  @discardableResult
  public func execute(_ sql: SQL) throws(PostgresError) -> Int {
    try query(sql).affectedRows
  }

  /// Runs one or more statements, separated by semicolons, in one round trip and, unless they say otherwise,
  /// one transaction.
  ///
  /// - Parameter sql: without `\(bind:)`.
  /// - Returns: a result for each statement, in text form.
  /// - Throws: what `query` throws; a statement that fails ends the script.
  @discardableResult
  public func script(_ sql: SQL) throws(PostgresError) -> [QueryResult] {
    try session.sendSimple(try session.render(sql, allowsParameters: false))
    return try session.results()
  }

  /// Lets the server parse and plan a statement once.
  ///
  /// - Parameter sql: with its parameters written `$1`, `$2` ..., cast (`$1::int`) where the server cannot tell
  ///   their types.
  /// - Throws: what `query` throws.
  public func prepare(_ sql: SQL) throws(PostgresError) -> PreparedStatement {
    let text = try session.render(sql, allowsParameters: false)
    let connection = try session.connection()
    preparedStatements += 1
    let name = "lakecanary_\(preparedStatements)"
    guard PQsendPrepare(connection, name, text, 0, nil) == 1 else { throw session.failure(of: connection) }
    _ = try session.results()
    guard PQsendDescribePrepared(connection, name) == 1 else { throw session.failure(of: connection) }
    let types = try onlyResult().parameterTypes
    return PreparedStatement(name: name, parameterTypes: types)
  }

  /// Runs a prepared statement of this connection.
  ///
  /// - Throws: what `query` throws; `invalidParameter` where a parameter has another binary form than its type.
  @discardableResult
  public func query(
    _ statement: PreparedStatement, _ parameters: [Parameter], format: ResultFormat = .binary
  ) throws(PostgresError) -> QueryResult {
    try session.parameters.fill(parameters, for: statement)
    try session.send(prepared: statement.name, format: format)
    return try onlyResult()
  }

  /// Runs `body` between BEGIN and COMMIT, and rolls back where it throws.
  ///
  /// - Throws: what `body` throws, or what `query` throws; with `connectionLost` from the COMMIT nobody knows
  ///   whether it took place, unless the transaction's id was asked for before (`status(of:)`).
  public func transaction<T>(_ body: (Connection) throws -> T) throws -> T {
    try execute("begin")
    let value: T
    do {
      value = try body(self)
    } catch {
      // The error that matters is the one of `body`; a connection that cannot roll back is of no use.
      do { try execute("rollback") } catch { close() }
      throw error
    }
    try commit()
    return value
  }

  /// Commits the open transaction.
  ///
  /// - Throws: what `query` throws; `server(25P02)` where the server rolled back in place of committing, since
  ///   a statement of the transaction had failed.
  public func commit() throws(PostgresError) {
    try query("commit").checkIsCommit()
  }

  private func onlyResult() throws(PostgresError) -> QueryResult {
    let results = try session.results()
    guard let result = results.last else {
      throw PostgresError(.unexpectedResult, message: "the statement is empty", at: session.location)
    }
    return result
  }
}
