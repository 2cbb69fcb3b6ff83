/// What the server itself is asked.
extension Connection {
  /// The id of the transaction that is open; gives it one where it has none.
  ///
  /// - Throws: what `query` throws.
  public func currentTransactionID() throws(PostgresError) -> TransactionID {
    try query("select pg_current_xact_id()").single()
  }

  /// How a transaction ended; nil where it is so old that the server has forgotten it.
  ///
  /// - Throws: what `query` throws; `server(22023)` for an id that was not given out as yet.
  public func status(of id: TransactionID) throws(PostgresError) -> TransactionStatus? {
    let text = try query("select pg_xact_status(\(bind: id))").single(as: String?.self)
    return text.flatMap(TransactionStatus.init(rawValue:))
  }

  /// Where the next WAL record will stand.
  ///
  /// - Throws: what `query` throws; `server(55000)` on a standby.
  public func currentWALInsertLSN() throws(PostgresError) -> LSN {
    try query("select pg_current_wal_insert_lsn()").single()
  }

  /// The value of a server setting; nil where there is no such setting.
  ///
  /// - Throws: what `query` throws.
  public func setting(_ name: String) throws(PostgresError) -> String? {
    try query("select current_setting(\(bind: name), true)").single()
  }
}
