import CLibPQ
import Foundation
import Time

/// One attempt to connect: libpq's steps, with a time limit over all of them.
struct ConnectionAttempt {
  let interrupt: Interrupt?

  /// A connection that is ready for use.
  ///
  /// Whatever fails, the handle is freed before the error is thrown.
  func connect(
    _ conninfo: String, options: ConnectionOptions, replication: Bool, notices: NoticeReceiver
  ) throws(PostgresError) -> OpaquePointer {
    let parsed = try ConnectionString(conninfo)
    let parameters = parsed.parameters(options: options, replication: replication)
    guard let connection = Self.withPointers(parameters, PQconnectStartParams) else {
      throw PostgresError(.system, message: "out of memory")
    }
    do throws(PostgresError) {
      notices.install(on: connection)
      // The one way in which libpq tells the SQLSTATE of a refused connection is in the text of this mode.
      PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
      if PQstatus(connection) == CONNECTION_BAD, !Self.areValid(parameters) {
        throw PostgresError(
          .invalidConnectionString, message: ServerMessage.oneLine(PQerrorMessage(connection)))
      }
      try finish(connection, within: parsed.connectTimeout ?? options.connectTimeout)
      PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
      return connection
    } catch {
      PQfinish(connection)
      throw error
    }
  }

  /// Whether libpq takes the options.
  ///
  /// Some that make no sense fail only as an attempt begins, as a socket that is not there does; a ping tells
  /// them apart. It goes to a socket that cannot be there, so it asks nobody.
  private static func areValid(_ parameters: [(String, String)]) -> Bool {
    withPointers(parameters + [("host", "/dev/null"), ("port", "1")], PQpingParams) != PQPING_NO_ATTEMPT
  }

  private typealias Pointers = UnsafePointer<UnsafePointer<CChar>?>

  private static func withPointers<R>(
    _ parameters: [(String, String)], _ body: (Pointers?, Pointers?, Int32) -> R
  ) -> R {
    let keywords = parameters.map { strdup($0.0) }
    let values = parameters.map { strdup($0.1) }
    defer { (keywords + values).forEach { free($0) } }
    return body(keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
  }

  /// Takes libpq through its steps (PostgreSQL documentation, "PQconnectStartParams").
  private func finish(_ connection: OpaquePointer, within limit: Duration?) throws(PostgresError) {
    let deadline = limit.map { ContinuousClock.now + $0 }
    var waiter = SocketWait(interrupt: interrupt, wakeable: false)
    var events = POLLOUT
    var reached = PQstatus(connection)
    if reached == CONNECTION_BAD { throw Self.failure(of: connection, after: CONNECTION_NEEDED) }
    while true {
      switch try waiter.wait(socket: PQsocket(connection), events: events, until: deadline) {
      case .ready: break
      case .interrupted:
        throw PostgresError(.interrupted, message: "connecting was ended", at: Self.location(of: connection))
      case .deadline, .woken:
        throw PostgresError(
          .unreachable, message: "not connected within \(limit?.inSeconds ?? 0) s",
          at: Self.location(of: connection))
      }
      reached = PQstatus(connection)
      switch PQconnectPoll(connection) {
      case PGRES_POLLING_OK: return
      case PGRES_POLLING_READING: events = POLLIN
      case PGRES_POLLING_WRITING: events = POLLOUT
      default: throw Self.failure(of: connection, after: reached)
      }
    }
  }

  /// Which kind of failure it was: by the SQLSTATE where a server sent one, else by how far libpq came.
  private static func failure(
    of connection: OpaquePointer, after reached: ConnStatusType
  ) -> PostgresError {
    let location = location(of: connection)
    let text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
    if let refusal = ConnectionRefusal(verboseText: text) {
      return PostgresError(.connectionRejected(refusal.sqlState), message: refusal.message, at: location)
    }
    let message = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if PQconnectionNeedsPassword(connection) == 1 {
      return PostgresError(.passwordMissing, message: message, at: location)
    }
    switch reached {
    case CONNECTION_SSL_STARTUP: return PostgresError(.tlsFailed, message: message, at: location)
    case CONNECTION_AWAITING_RESPONSE, CONNECTION_AUTH_OK, CONNECTION_GSS_STARTUP, CONNECTION_CHECK_WRITABLE,
      CONNECTION_CHECK_TARGET, CONNECTION_CHECK_STANDBY, CONNECTION_CONSUME:
      return PostgresError(.connectionLost, message: message, at: location)
    default: return PostgresError(.unreachable, message: message, at: location)
    }
  }

  /// The server, database and user, without a password.
  static func location(of connection: OpaquePointer) -> String {
    func text(_ value: UnsafeMutablePointer<CChar>?) -> String { value.map { String(cString: $0) } ?? "" }
    let host = text(PQhost(connection))
    let port = text(PQport(connection))
    let place = host.isEmpty ? "" : host.hasPrefix("/") ? "\(host)/.s.PGSQL.\(port)" : "\(host):\(port)"
    return [("server", place), ("database", text(PQdb(connection))), ("user", text(PQuser(connection)))]
      .filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }
}

/// The server's refusal within libpq's text of a failed attempt.
///
/// In its verbose mode libpq writes an error of the server as `SEVERITY:  SQLSTATE: message`, whatever the
/// language, with two spaces before the SQLSTATE; its own errors have none. Where several hosts were tried, the
/// last refusal counts.
struct ConnectionRefusal {
  let sqlState: SQLState
  let message: String

  init?(verboseText text: String) {
    var found: ConnectionRefusal?
    for line in text.split(separator: "\n") {
      if let refusal = ConnectionRefusal(line: line) { found = refusal }
    }
    guard let found else { return nil }
    self = found
  }

  private init?(line: Substring) {
    for range in line.ranges(of: ":  ") {
      let rest = line[range.upperBound...]
      guard let state = SQLState(rawValue: String(rest.prefix(5))) else { continue }
      let message = rest.dropFirst(5)
      guard message.hasPrefix(": ") else { continue }
      self.sqlState = state
      self.message = String(message.dropFirst(2))
      return
    }
    return nil
  }
}
