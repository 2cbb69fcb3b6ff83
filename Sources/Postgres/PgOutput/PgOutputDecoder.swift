import Time

/// Decodes the messages of a pgoutput stream, one after the other.
///
/// It holds what the stream has said of its tables and whether a streamed block is open. A message that breaks
/// the format throws and leaves that as it was.
public struct PgOutputDecoder: Sendable {
  private let isParallel: Bool
  /// The tables that the stream has described, by object id; the latest description counts.
  public private(set) var relations: [UInt32: Relation] = [:]
  /// Within a streamed block, the transaction, or subtransaction, of the last message that belongs to one.
  public private(set) var streamedTransaction: UInt32?
  private var isStreaming = false

  /// A decoder at the beginning of a stream.
  ///
  /// - Parameter streaming: how the stream was asked to treat transactions that are still under way.
  public init(streaming: PgOutputOptions.Streaming = .off) {
    isParallel = streaming == .parallel
  }

  /// Decodes one message.
  ///
  /// - Parameter payload: the bytes of one message, `ReplicationMessage.xLogData`'s.
  /// - Throws: `PostgresError` with code `malformedMessage` for bytes that are no message of the protocol.
  public mutating func decode(_ payload: RawSpan) throws(PostgresError) -> PgOutputMessage {
    var reader = PayloadReader()
    let kind = try reader.byte(of: payload)
    let message: PgOutputMessage
    switch kind {
    case UInt8(ascii: "I"), UInt8(ascii: "U"), UInt8(ascii: "D"), UInt8(ascii: "T"), UInt8(ascii: "R"),
      UInt8(ascii: "Y"), UInt8(ascii: "M"):
      let transaction = isStreaming ? try reader.integer(UInt32.self, of: payload) : nil
      message = try Self.change(kind, &reader, of: payload)
      try reader.end(of: payload)
      if let transaction { streamedTransaction = transaction }
    default:
      message = try Self.boundary(kind, &reader, of: payload, isParallel: isParallel)
      try reader.end(of: payload)
    }
    switch message {
    case .relation(let relation): relations[relation.id] = relation
    case .streamStart(let xid, _):
      isStreaming = true
      streamedTransaction = xid
    case .streamStop:
      isStreaming = false
      streamedTransaction = nil
    default: break
    }
    return message
  }

  private static func change(
    _ kind: UInt8, _ reader: inout PayloadReader, of payload: RawSpan
  ) throws(PostgresError) -> PgOutputMessage {
    switch kind {
    case UInt8(ascii: "I"):
      let relation = try reader.integer(UInt32.self, of: payload)
      return .insert(
        relation: relation, new: try newTuple(try reader.byte(of: payload), &reader, of: payload))
    case UInt8(ascii: "U"):
      let relation = try reader.integer(UInt32.self, of: payload)
      let part = try reader.byte(of: payload)
      if part == UInt8(ascii: "N") {
        return .update(relation: relation, old: nil, new: try Tuple(&reader, of: payload))
      }
      let old = try oldTuple(part, &reader, of: payload)
      let new = try newTuple(try reader.byte(of: payload), &reader, of: payload)
      return .update(relation: relation, old: old, new: new)
    case UInt8(ascii: "D"):
      let relation = try reader.integer(UInt32.self, of: payload)
      return .delete(
        relation: relation, old: try oldTuple(try reader.byte(of: payload), &reader, of: payload))
    case UInt8(ascii: "T"): return try truncate(&reader, of: payload)
    case UInt8(ascii: "R"): return .relation(try Relation(&reader, of: payload))
    case UInt8(ascii: "Y"):
      return .type(
        id: try reader.integer(UInt32.self, of: payload), schema: try reader.string(of: payload),
        name: try reader.string(of: payload))
    default:
      let flags = try reader.byte(of: payload)
      let lsn = try reader.lsn(of: payload)
      let prefix = try reader.string(of: payload)
      let length = try reader.integer(Int32.self, of: payload)
      let content = try reader.take(Int(length), of: payload)
      return .message(isTransactional: flags & 1 == 1, lsn: lsn, prefix: prefix, content: content)
    }
  }

  private static func newTuple(
    _ part: UInt8, _ reader: inout PayloadReader, of payload: RawSpan
  ) throws(PostgresError) -> Tuple {
    guard part == UInt8(ascii: "N") else { throw .malformed("no new row where one belongs in", payload) }
    return try Tuple(&reader, of: payload)
  }

  private static func oldTuple(
    _ part: UInt8, _ reader: inout PayloadReader, of payload: RawSpan
  ) throws(PostgresError) -> OldTuple {
    switch part {
    case UInt8(ascii: "K"): return .key(try Tuple(&reader, of: payload))
    case UInt8(ascii: "O"): return .row(try Tuple(&reader, of: payload))
    default: throw .malformed("no old row where one belongs in", payload)
    }
  }

  private static func truncate(
    _ reader: inout PayloadReader, of payload: RawSpan
  ) throws(PostgresError) -> PgOutputMessage {
    let count = try reader.integer(Int32.self, of: payload)
    let options = try reader.byte(of: payload)
    // The bytes bound what is allocated.
    guard count >= 0, Int(count) * 4 == payload.byteCount - reader.offset else {
      throw .malformed("\(count) tables do not fit in", payload)
    }
    var relations: [UInt32] = []
    for _ in 0..<count { relations.append(try reader.integer(UInt32.self, of: payload)) }
    return .truncate(relations: relations, cascades: options & 1 != 0, restartsIdentity: options & 2 != 0)
  }

  /// What begins or ends a transaction or a block of one.
  private static func boundary(
    _ kind: UInt8, _ reader: inout PayloadReader, of payload: RawSpan, isParallel: Bool
  ) throws(PostgresError) -> PgOutputMessage {
    switch kind {
    case UInt8(ascii: "B"):
      return .begin(
        commitLSN: try reader.lsn(of: payload), commitTime: try time(&reader, of: payload),
        xid: try reader.integer(UInt32.self, of: payload))
    case UInt8(ascii: "C"):
      _ = try reader.byte(of: payload)
      return .commit(
        commitLSN: try reader.lsn(of: payload), endLSN: try reader.lsn(of: payload),
        commitTime: try time(&reader, of: payload))
    case UInt8(ascii: "O"):
      return .origin(commitLSN: try reader.lsn(of: payload), name: try reader.string(of: payload))
    case UInt8(ascii: "S"):
      return .streamStart(
        xid: try reader.integer(UInt32.self, of: payload), isFirst: try reader.byte(of: payload) == 1)
    case UInt8(ascii: "E"): return .streamStop
    case UInt8(ascii: "c"):
      let xid = try reader.integer(UInt32.self, of: payload)
      _ = try reader.byte(of: payload)
      return .streamCommit(
        xid: xid, commitLSN: try reader.lsn(of: payload), endLSN: try reader.lsn(of: payload),
        commitTime: try time(&reader, of: payload))
    case UInt8(ascii: "A"):
      let xid = try reader.integer(UInt32.self, of: payload)
      let subtransaction = try reader.integer(UInt32.self, of: payload)
      if isParallel { _ = try reader.take(16, of: payload) }
      return .streamAbort(xid: xid, subtransaction: subtransaction)
    case UInt8(ascii: "b"): return .beginPrepare(try prepared(&reader, of: payload))
    case UInt8(ascii: "P"), UInt8(ascii: "K"), UInt8(ascii: "p"):
      _ = try reader.byte(of: payload)
      let transaction = try prepared(&reader, of: payload)
      switch kind {
      case UInt8(ascii: "P"): return .prepare(transaction)
      case UInt8(ascii: "K"): return .commitPrepared(transaction)
      default: return .streamPrepare(transaction)
      }
    case UInt8(ascii: "r"):
      _ = try reader.byte(of: payload)
      let prepareEnd = try reader.lsn(of: payload)
      let end = try reader.lsn(of: payload)
      let prepareTime = try time(&reader, of: payload)
      let transaction = PreparedTransaction(
        lsn: end, endLSN: end, time: try time(&reader, of: payload),
        xid: try reader.integer(UInt32.self, of: payload), globalID: try reader.string(of: payload))
      return .rollbackPrepared(transaction, prepareEndLSN: prepareEnd, prepareTime: prepareTime)
    default: throw .malformed("unknown to this protocol:", payload)
    }
  }

  private static func prepared(
    _ reader: inout PayloadReader, of payload: RawSpan
  ) throws(PostgresError) -> PreparedTransaction {
    PreparedTransaction(
      lsn: try reader.lsn(of: payload), endLSN: try reader.lsn(of: payload),
      time: try time(&reader, of: payload),
      xid: try reader.integer(UInt32.self, of: payload), globalID: try reader.string(of: payload))
  }

  private static func time(_ reader: inout PayloadReader, of payload: RawSpan) throws(PostgresError)
    -> Timestamp
  {
    PostgresEpoch.timestamp(try reader.integer(Int64.self, of: payload))
  }
}
