import CLibPQ
import Foundation
public import Time

/// How a call of `ReplicationConnection.drain` ended.
public enum DrainOutcome: Sendable, Hashable {
  /// That many messages were handed over.
  case messages(Int)
  /// None came until the deadline.
  case deadlineReached
  /// `Interrupt.wake()` was called before one came.
  case woken
  /// The server has ended the stream.
  case ended
}

extension ReplicationConnection {
  /// Lets the stream of a logical slot begin (START_REPLICATION); from here on only `drain`, `sendFeedback` and
  /// `finish` have a place.
  ///
  /// - Parameters:
  ///   - slot: the slot.
  ///   - position: transactions committed before it are left out; zero, or one before what the slot has
  ///     confirmed, is where it left off.
  ///   - options: what is asked of pgoutput.
  /// - Throws: what `Connection.query` throws: `server(42704)` where there is no such slot; `server(55006)`
  ///   where it is in use; `server(55000)` where it was invalidated. A publication that does not exist shows
  ///   only in `drain`.
  public func start(_ slot: String, from position: LSN = .zero, options: PgOutputOptions)
    throws(PostgresError)
  {
    let command: SQL = "START_REPLICATION SLOT \(identifier: slot) LOGICAL "
    let text = try session.render(command, allowsParameters: false) + "\(position) (\(options.clause))"
    try session.sendSimple(text)
    try session.expect(PGRES_COPY_BOTH)
    streamEnded = false
  }

  /// Hands all messages that have come to `body`, and waits only while there is none.
  ///
  /// - Parameters:
  ///   - deadline: until when to wait; nil is for ever.
  ///   - limit: the most messages of one call.
  ///   - body: is given each message, and its payload: the plugin's message, empty for a keepalive. The payload
  ///     lives within the call.
  /// - Throws: what `body` throws, after which the stream goes on with the message behind; `connectionLost`;
  ///   `server` where the server ends the stream with an error; `malformedMessage`; `interrupted`.
  public func drain(
    until deadline: ContinuousClock.Instant?, limit: Int = 10_000,
    _ body: (_ message: ReplicationMessage, _ payload: RawSpan) throws -> Void
  ) throws -> DrainOutcome {
    if streamEnded { return .ended }
    var count = 0
    // What the call before read last was nothing: the wait is next.
    var hasRead = hasReadAll
    hasReadAll = false
    while count < limit {
      let connection = try session.connection()
      var buffer: UnsafeMutablePointer<CChar>?
      let length = PQgetCopyData(connection, &buffer, 1)
      switch length {
      case 1...:
        defer { PQfreemem(buffer) }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: Int(length)).bytes
        let (message, payload) = try ReplicationMessage.decode(bytes)
        count += 1
        try body(message, bytes.extracting(payload...))
      case 0:
        if hasRead {
          // What has come counts more than what may come.
          if count > 0 {
            hasReadAll = true
            return .messages(count)
          }
          switch try session.wait(connection, for: POLLIN, until: deadline, wakeable: true) {
          case .ready: break
          case .deadline: return .deadlineReached
          case .woken: return .woken
          }
        }
        guard PQconsumeInput(connection) == 1 else { throw session.lost(connection) }
        hasRead = true
      case -1:
        streamEnded = true
        try session.endOfStream()
        return count > 0 ? .messages(count) : .ended
      default: throw session.failure(of: connection)
      }
    }
    return .messages(count)
  }

  /// Tells the server how far the stream was received and kept (standby status update).
  ///
  /// - Parameters:
  ///   - written: received so far.
  ///   - flushed: durable so far: the server need not keep WAL before it, nor send it again.
  ///   - applied: visible so far; `flushed` does where nobody waits for it.
  ///   - time: this machine's time.
  ///   - replyRequested: whether the server is to answer with a keepalive at once.
  /// - Throws: `PostgresError` with code `connectionLost`, `interrupted`, `timedOut` or `notUsable`.
  public func sendFeedback(
    written: LSN, flushed: LSN, applied: LSN, at time: Timestamp, replyRequested: Bool = false
  ) throws(PostgresError) {
    let status = StandbyStatus(
      written: written, flushed: flushed, applied: applied, time: time, replyRequested: replyRequested)
    try session.sendCopy(status.bytes)
  }

  /// Ends the stream in good order; what still comes is thrown away, and commands have their place again.
  ///
  /// - Throws: `PostgresError` with code `connectionLost`, `interrupted` or `timedOut`.
  public func finish() throws(PostgresError) {
    guard !streamEnded else { return }
    streamEnded = true
    try session.finishCopyIn()
    while let piece = try session.nextCopyPiece() {
      PQfreemem(UnsafeMutableRawPointer(mutating: piece.baseAddress))
    }
    _ = try session.results()
  }
}

extension Session {
  /// After the server's end of a stream: the error that ended it, or the farewell.
  fileprivate func endOfStream() throws(PostgresError) {
    while let result = try nextResult() {
      if PQresultStatus(result) == PGRES_COPY_IN {
        // The server has finished; so does this side.
        PQclear(result)
        try finishCopyIn()
      } else {
        _ = try check(result)
      }
    }
  }
}
