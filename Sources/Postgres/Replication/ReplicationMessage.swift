public import Time

/// What the server sends within a replication stream (PostgreSQL documentation, "Streaming Replication
/// Protocol").
public enum ReplicationMessage: Sendable, Hashable {
  /// `w`: WAL, for a logical slot one message of its plugin, which begins at `start`; `end` is the server's
  /// current end of WAL.
  case xLogData(start: LSN, end: LSN, sendTime: Timestamp)
  /// `k`: a sign of life. All before `end` was sent; a reply is asked for before the server's patience ends.
  case keepalive(end: LSN, sendTime: Timestamp, replyRequested: Bool)

  /// Decodes the header of a message.
  ///
  /// - Returns: the message, and where its payload begins.
  /// - Throws: `PostgresError` with code `malformedMessage`.
  static func decode(_ bytes: RawSpan) throws(PostgresError) -> (ReplicationMessage, payload: Int) {
    var reader = PayloadReader()
    switch try reader.byte(of: bytes) {
    case UInt8(ascii: "w"):
      let message = ReplicationMessage.xLogData(
        start: try reader.lsn(of: bytes), end: try reader.lsn(of: bytes),
        sendTime: PostgresEpoch.timestamp(try reader.integer(Int64.self, of: bytes)))
      return (message, reader.offset)
    case UInt8(ascii: "k"):
      let message = ReplicationMessage.keepalive(
        end: try reader.lsn(of: bytes),
        sendTime: PostgresEpoch.timestamp(try reader.integer(Int64.self, of: bytes)),
        replyRequested: try reader.byte(of: bytes) != 0)
      try reader.end(of: bytes)
      return (message, reader.offset)
    default: throw .malformed("unknown to the replication protocol:", bytes)
    }
  }
}

/// What this side sends: how far the stream was received and kept.
struct StandbyStatus {
  let written: LSN
  let flushed: LSN
  let applied: LSN
  let time: Timestamp
  let replyRequested: Bool

  /// `r`, Int64 written, Int64 flushed, Int64 applied, Int64 time, Int8 reply requested.
  var bytes: [UInt8] {
    var bytes = [UInt8(ascii: "r")]
    bytes.reserveCapacity(34)
    for position in [written, flushed, applied] {
      withUnsafeBytes(of: position.rawValue.bigEndian) { bytes.append(contentsOf: $0) }
    }
    withUnsafeBytes(of: PostgresEpoch.count(time).bigEndian) { bytes.append(contentsOf: $0) }
    bytes.append(replyRequested ? 1 : 0)
    return bytes
  }
}
