import GRDB
import Time

extension LedgerStore {
  /// Records a table, or changes what is recorded of it.
  public func declareTable(_ table: TableDeclaration) throws(LedgerError) {
    _ = try write { session in try session.declare(table) }
  }

  /// The tables of the pipeline, by name.
  public func tables() throws(LedgerError) -> [TableDeclaration] {
    try read { session in try session.tables().map(\.declaration) }
  }

  /// The next `count` sequence numbers, given never again; durable on return.
  ///
  /// - Throws: `.sequencesExhausted` beyond `RowIdentity.maximumSequence`.
  public func reserveSequences(_ count: Int) throws(LedgerError) -> Range<Int64> {
    precondition(count >= 0, "a count is not negative")
    return try write { session in try session.reserveSequences(count) }
  }

  /// The sequence number that will be given next: all before it were given.
  public func nextSequence() throws(LedgerError) -> Int64 {
    try read { session in try session.nextSequence() }
  }

  /// Records a transaction as intended, with its operations in the order in which they were executed.
  ///
  /// Durable on return: to be called before COMMIT is sent. A table not declared is declared with the
  /// exercise's columns, ours alone.
  public func recordIntent(
    xid: UInt64, table: TableName, operations: [IntendedOperation]
  ) throws(LedgerError) -> SourceTransactionID {
    let now = clock.now()
    return try write { session in
      let table = try session.table(table) ?? session.declare(TableDeclaration(name: table))
      let id = try session.recordIntent(xid: xid, table: table.id, now: now)
      try session.add(OperationList(operations), to: id, table: table.id)
      return id
    }
  }

  /// The transaction is committed; `lsn` is any position at or after its commit record.
  ///
  /// Said again it changes nothing, but for the bounds of a commit that the bucket had proved before.
  ///
  /// - Throws: `.unknownTransaction`; `.contradictsSettled` where it was aborted.
  public func markCommitted(
    _ id: SourceTransactionID, lsn: UInt64?, commitTime: CommitTime
  ) throws(LedgerError) {
    try write { session in try session.markCommitted(id, lsn: lsn, commitTime: commitTime) }
  }

  /// The transaction was rolled back.
  ///
  /// - Throws: `.unknownTransaction`; `.contradictsSettled` where it was committed.
  public func markAborted(_ id: SourceTransactionID) throws(LedgerError) {
    try write { session in try session.markAborted(id) }
  }

  /// The transactions not known to be committed or aborted, oldest first.
  public func unsettledTransactions() throws(LedgerError) -> [UnsettledTransaction] {
    try read { session in try session.unsettledTransactions(journal) }
  }
}
