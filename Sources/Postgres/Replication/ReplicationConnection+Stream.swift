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

  /// Hands the messages that come to `body`: waits for the first, and then takes what else is there.
  ///
  /// - Parameters:
  ///   - deadline: until when to wait for the first; nil is for ever.
  ///   - limit: the most messages of one call.
  ///   - linger: how long more messages may come after the first. A server that is busy sends them one by one,
  ///     so that without it a call would end after a few.
  ///   - body: is given each message, and its payload: the plugin's message, empty for a keepalive. The payload
  ///     lives within the call.
  /// - Throws: what `body` throws, after which the stream goes on with the message behind; `connectionLost`;
  ///   `server` where the server ends the stream with an error; `malformedMessage`; `interrupted`.
  public func drain(
    until deadline: ContinuousClock.Instant?, limit: Int = 10_000, linger: Duration = .milliseconds(2),
    _ body: (_ message: ReplicationMessage, _ payload: RawSpan) throws -> Void
  ) throws -> DrainOutcome {
    if streamEnded { return .ended }
    var count = 0
    var lastWait = deadline
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
        if count == 0 { lastWait = ContinuousClock.now + linger }
        count += 1
        let bytes = UnsafeRawBufferPointer(start: buffer, count: Int(length)).bytes
        let (message, payload) = try ReplicationMessage.decode(bytes)
        try body(message, bytes.extracting(payload...))
      case 0:
        if hasRead {
          // A wake-up is kept for the call that waits for its first message, which says so.
          let outcome = try session.wait(connection, for: POLLIN, until: lastWait, wakeable: count == 0)
          if outcome == .woken { return .woken }
          if outcome == .deadline {
            hasReadAll = true
            return count == 0 ? .deadlineReached : .messages(count)
          }
        }
        try session.read(connection)
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
