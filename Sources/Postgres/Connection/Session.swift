import CLibPQ
import Foundation
import Time

/// Owns one `PGconn` and does all of the waiting for it.
///
/// libpq is in its non-blocking mode; every wait is a `poll` that the interrupt and the time limit can end.
/// Once the connection is lost, or a wait was cut short, the handle is freed at once and every further call
/// throws `notUsable`.
final class Session {
  private var handle: OpaquePointer?
  private let noticeReceiver: NoticeReceiver
  private let answerTimeout: Duration?
  let interrupt: Interrupt?
  /// Server, database and user, for messages.
  let location: String
  let server: ServerFacts
  var parameters = ParameterBuffer()
  /// Bytes of a COPY FROM that libpq may hold.
  var copyQueue = 0

  /// What is known of the server once a session has begun, and stays true after it.
  struct ServerFacts {
    let version: Int
    let processID: Int32
    let database: String
    let user: String
  }

  init(_ conninfo: String, options: ConnectionOptions, replication: Bool) throws(PostgresError) {
    noticeReceiver = NoticeReceiver(options.onNotice)
    answerTimeout = options.answerTimeout
    interrupt = options.interrupt
    let attempt = ConnectionAttempt(interrupt: options.interrupt)
    let connection = try attempt.connect(
      conninfo, options: options, replication: replication, notices: noticeReceiver)
    handle = connection
    location = ConnectionAttempt.location(of: connection)
    server = ServerFacts(
      version: Int(PQserverVersion(connection)), processID: PQbackendPID(connection),
      database: String(cString: PQdb(connection)), user: String(cString: PQuser(connection)))
    guard PQsetnonblocking(connection, 1) == 0 else { throw failure(of: connection) }
  }

  deinit { close() }

  /// Ends the session; no harm where it has ended.
  func close() {
    // The notice receiver lives as long as self, so longer than the handle that points to it.
    if let handle { PQfinish(handle) }
    handle = nil
  }

  var isUsable: Bool { handle != nil }

  /// The handle, for calls into libpq; not to be kept.
  func connection() throws(PostgresError) -> OpaquePointer {
    guard let handle else {
      throw PostgresError(.notUsable, message: "it is closed, or was lost before", at: location)
    }
    return handle
  }

  var transactionStatus: PGTransactionStatusType {
    handle.map { PQtransactionStatus($0) } ?? PQTRANS_UNKNOWN
  }

  // MARK: Waiting

  enum Wake: Equatable {
    case ready(Int16)
    case deadline
    case woken
  }

  /// Waits until the socket is ready, the deadline, or, where `wakeable`, a wake-up.
  ///
  /// An interruption cancels what runs, closes the session and throws.
  func wait(
    _ connection: OpaquePointer, for events: Int32, until deadline: ContinuousClock.Instant?,
    wakeable: Bool = false
  ) throws(PostgresError) -> Wake {
    var waiter = SocketWait(interrupt: interrupt, wakeable: wakeable)
    switch try waiter.wait(socket: PQsocket(connection), events: events, until: deadline) {
    case .ready(let events): return .ready(events)
    case .deadline: return .deadline
    case .woken: return .woken
    case .interrupted: throw interrupted(connection)
    }
  }

  private func interrupted(_ connection: OpaquePointer) -> PostgresError {
    abandon(connection)
    return PostgresError(.interrupted, message: "a wait for the server was ended", at: location)
  }

  /// Waits for the socket within the time that the server is allowed.
  private func waitForAnswer(_ connection: OpaquePointer, for events: Int32) throws(PostgresError) -> Int16 {
    let deadline = answerTimeout.map { ContinuousClock.now + $0 }
    if case .ready(let events) = try wait(connection, for: events, until: deadline) { return events }
    abandon(connection)
    throw PostgresError(
      .timedOut, message: "no answer within \(answerTimeout?.inSeconds ?? 0) s", at: location)
  }

  /// Cancels what runs and closes the session: its state is not known any more.
  private func abandon(_ connection: OpaquePointer) {
    if PQtransactionStatus(connection) == PQTRANS_ACTIVE { CancelHandle(connection)?.cancelBriefly() }
    close()
  }

  /// Sends what libpq has queued, reading meanwhile so that neither side waits for the other.
  func flush() throws(PostgresError) {
    let connection = try connection()
    while true {
      switch PQflush(connection) {
      case 0: return
      case 1:
        let ready = try waitForAnswer(connection, for: POLLIN | POLLOUT)
        // Where reading fails, the server may have said why before: the result tells.
        if Int32(ready) & POLLIN != 0, PQconsumeInput(connection) == 0 { return }
      default: return
      }
    }
  }

  /// Waits until libpq can hand out a result without blocking.
  func waitForResult() throws(PostgresError) {
    try flush()
    let connection = try connection()
    while PQisBusy(connection) == 1 {
      _ = try waitForAnswer(connection, for: POLLIN)
      // A connection that broke makes libpq answer with an error result at once.
      if PQconsumeInput(connection) == 0 { return }
    }
  }

  /// Waits until there is something to read.
  func waitToRead(_ connection: OpaquePointer) throws(PostgresError) {
    _ = try waitForAnswer(connection, for: POLLIN)
  }

  /// Takes what has come, without waiting for it.
  ///
  /// While data flows nobody has to wait, so that an interruption is looked for here as well.
  func read(_ connection: OpaquePointer) throws(PostgresError) {
    if interrupt?.isInterrupted == true { throw interrupted(connection) }
    guard PQconsumeInput(connection) == 1 else { throw lost(connection) }
  }

  // MARK: Failures

  /// The error of a call that queued nothing, or of a connection that broke.
  func failure(of connection: OpaquePointer) -> PostgresError {
    guard PQstatus(connection) == CONNECTION_OK else { return lost(connection) }
    return PostgresError(.notUsable, message: ServerMessage.oneLine(PQerrorMessage(connection)), at: location)
  }

  /// Closes the session that broke and says so.
  func lost(_ connection: OpaquePointer) -> PostgresError {
    let message = ServerMessage.oneLine(PQerrorMessage(connection))
    close()
    return PostgresError(
      .connectionLost, message: message.isEmpty ? "the server closed it" : message, at: location)
  }

  /// The error that a result carries; a session that it ended is closed.
  func failure(of result: OpaquePointer, _ connection: OpaquePointer) -> PostgresError {
    let fields = ServerMessage(result: result)
    // FATAL and PANIC end the session, whether or not the socket's end was seen as yet.
    if fields.endsSession || PQstatus(connection) != CONNECTION_OK {
      close()
      return PostgresError(
        .connectionLost, sqlState: fields.sqlState, message: fields.message, detail: fields.detail,
        hint: fields.hint, at: location)
    }
    guard let state = fields.sqlState else {
      return PostgresError(.notUsable, message: fields.message, at: location)
    }
    return PostgresError(
      .server(state), message: fields.message, detail: fields.detail, hint: fields.hint,
      at: fields.objects ?? location)
  }
}
