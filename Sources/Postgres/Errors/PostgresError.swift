/// What went wrong between this process and PostgreSQL.
public struct PostgresError: Error, Sendable {
  /// The kinds of failure, told apart by SQLSTATE and by the state of the connection, never by text.
  public enum Code: Hashable, Sendable {
    /// The connection string cannot be parsed, or names an option that libpq does not have.
    case invalidConnectionString
    /// No server answered.
    case unreachable
    /// A server answered, and refused the connection.
    case connectionRejected(SQLState)
    /// The server asks for a password and none was given.
    case passwordMissing
    /// TLS could not be agreed on, or the certificate did not hold.
    case tlsFailed
    /// The connection broke, or the server ended the session. What was under way may or may not have happened.
    case connectionLost
    /// The server refused the statement; the connection goes on.
    case server(SQLState)
    /// The server runs with a `wal_level` below `logical`.
    case logicalDecodingOff
    /// The server did not answer in time.
    case timedOut
    /// `Interrupt.interrupt()` ended the wait.
    case interrupted
    /// A parameter, name or statement that PostgreSQL cannot be given, such as text with a NUL character.
    case invalidParameter
    /// The result has not the shape that was asked for: rows, columns, type, or NULL in place of a value.
    case unexpectedResult
    /// Bytes of the replication stream that break its protocol.
    case malformedMessage
    /// Used after it was closed or lost, or in a state that does not allow it.
    case notUsable
    /// The operating system or libpq lacks a resource.
    case system
  }

  /// The kind of failure.
  public let code: Code
  /// What the server called it; for a lost connection, why the server ended it, where it said so.
  public let sqlState: SQLState?
  /// What happened: the server's primary message, libpq's, or ours.
  public let message: String
  /// The server's detail, which may hold values of rows: `description` leaves it out.
  public let detail: String?
  /// The server's hint.
  public let hint: String?
  /// Which server, database, table, constraint or slot.
  public let location: String?
  /// The error that led to this one.
  public let cause: (any Error)?

  /// An error from its parts.
  init(
    _ code: Code, sqlState: SQLState? = nil, message: String, detail: String? = nil, hint: String? = nil,
    at location: String? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.sqlState =
      switch code {
      case .connectionRejected(let state), .server(let state): state
      default: sqlState
      }
    self.message = message
    self.detail = detail
    self.hint = hint
    self.location = location
    self.cause = cause
  }

  /// Whether waiting and connecting again may be all that it takes.
  public var isTransient: Bool {
    switch code {
    case .unreachable, .connectionLost, .timedOut: true
    case .connectionRejected(let state), .server(let state): state.isTransient
    case .invalidConnectionString, .passwordMissing, .tlsFailed, .logicalDecodingOff, .interrupted,
      .invalidParameter, .unexpectedResult, .malformedMessage, .notUsable, .system:
      false
    }
  }
}

extension SQLState {
  /// Whether the condition may go away by itself.
  fileprivate var isTransient: Bool {
    switch self {
    case .objectInUse, .lockNotAvailable, .queryCanceled, .adminShutdown, .crashShutdown, .cannotConnectNow,
      .tooManyConnections, .serializationFailure, .deadlockDetected:
      true
    default: classCode == "08"
    }
  }
}
