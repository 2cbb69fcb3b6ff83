public import Time

/// One message of the plugin `pgoutput`.
///
/// Wire layout: PostgreSQL documentation, "Logical Replication Message Formats". All numbers are big-endian;
/// `[xid]` is there within a streamed block only, and comes out as `PgOutputDecoder.streamedTransaction`.
/// ```
/// B  Int64 final LSN, Int64 commit time, Int32 xid
/// C  Int8 0, Int64 commit LSN, Int64 end LSN, Int64 commit time
/// O  Int64 LSN, String name
/// R  [xid] Int32 relation, String schema, String name, Int8 identity, Int16 n, n × column
/// Y  [xid] Int32 type, String schema, String name
/// I  [xid] Int32 relation, 'N' tuple
/// U  [xid] Int32 relation, ('K' | 'O') tuple or neither, 'N' tuple
/// D  [xid] Int32 relation, ('K' | 'O') tuple
/// T  [xid] Int32 n, Int8 options, n × Int32 relation
/// M  [xid] Int8 flags, Int64 LSN, String prefix, Int32 length, bytes
/// S  Int32 xid, Int8 first             E  nothing
/// c  Int32 xid, Int8 0, Int64 commit LSN, Int64 end LSN, Int64 commit time
/// A  Int32 xid, Int32 subtransaction, and in parallel streaming Int64 LSN, Int64 time
/// b  Int64 prepare LSN, Int64 end LSN, Int64 time, Int32 xid, String gid
/// P, p, K  Int8 0, Int64 LSN, Int64 end LSN, Int64 time, Int32 xid, String gid
/// r  Int8 0, Int64 prepare end LSN, Int64 end LSN, Int64 prepare time, Int64 time, Int32 xid, String gid
/// ```
public enum PgOutputMessage: Sendable, Hashable {
  /// A transaction begins; it was committed at that LSN and time.
  case begin(commitLSN: LSN, commitTime: Timestamp, xid: UInt32)
  /// The transaction ends; once all before `endLSN` is safe, that is the LSN to confirm.
  case commit(commitLSN: LSN, endLSN: LSN, commitTime: Timestamp)
  /// Where the transaction came from, for one that was itself replicated.
  case origin(commitLSN: LSN, name: String)
  /// A table, before its first row and after each change of it.
  case relation(Relation)
  /// A type that is not built in.
  case type(id: UInt32, schema: String, name: String)
  /// A row that was inserted.
  case insert(relation: UInt32, new: Tuple)
  /// A row that was updated; `old` is there where its replica identity changed, or is FULL.
  case update(relation: UInt32, old: OldTuple?, new: Tuple)
  /// A row that was deleted.
  case delete(relation: UInt32, old: OldTuple)
  /// Tables that were emptied.
  case truncate(relations: [UInt32], cascades: Bool, restartsIdentity: Bool)
  /// What `pg_logical_emit_message` wrote; `content` is a range of the payload.
  case message(isTransactional: Bool, lsn: LSN, prefix: String, content: Range<Int>)
  /// A block of a transaction that is still under way begins.
  case streamStart(xid: UInt32, isFirst: Bool)
  /// The block ends.
  case streamStop
  /// The streamed transaction was committed.
  case streamCommit(xid: UInt32, commitLSN: LSN, endLSN: LSN, commitTime: Timestamp)
  /// The streamed transaction, or a subtransaction of it, was rolled back.
  case streamAbort(xid: UInt32, subtransaction: UInt32)
  /// A prepared transaction begins.
  case beginPrepare(PreparedTransaction)
  /// The transaction was prepared.
  case prepare(PreparedTransaction)
  /// The prepared transaction was committed.
  case commitPrepared(PreparedTransaction)
  /// The prepared transaction was rolled back.
  case rollbackPrepared(PreparedTransaction, prepareEndLSN: LSN, prepareTime: Timestamp)
  /// The streamed transaction was prepared.
  case streamPrepare(PreparedTransaction)
}

/// A transaction of a two-phase commit.
public struct PreparedTransaction: Sendable, Hashable {
  /// Where it was prepared or committed; for a rollback, where that ends.
  public let lsn: LSN
  /// Where that ends: the LSN to confirm.
  public let endLSN: LSN
  /// When it was prepared, committed or rolled back.
  public let time: Timestamp
  /// Its 32-bit id.
  public let xid: UInt32
  /// The name that its client gave it.
  public let globalID: String

  /// A transaction from its parts.
  public init(lsn: LSN, endLSN: LSN, time: Timestamp, xid: UInt32, globalID: String) {
    self.lsn = lsn
    self.endLSN = endLSN
    self.time = time
    self.xid = xid
    self.globalID = globalID
  }
}
