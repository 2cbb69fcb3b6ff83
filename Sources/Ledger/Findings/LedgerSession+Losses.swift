import GRDB

extension LedgerSession {
  /// Records that a finding names an operation as lost, and the object that proves it.
  package func addLoss(_ operation: OperationID, finding: FindingID, proof: Int64?) throws {
    try execute(
      "insert or replace into loss values (?, ?, ?, ?)",
      [operation.transaction, operation.ordinal, finding.rawValue, proof])
  }

  /// Strikes an operation, which was found after all, from the losses.
  ///
  /// - Returns: the finding that named it, if any.
  package func removeLoss(_ operation: OperationID) throws -> FindingID? {
    let statement = try db.cachedStatement(
      sql: "select finding_id from loss where transaction_id = ? and ordinal = ?")
    let key: StatementArguments = [operation.transaction, operation.ordinal]
    guard let finding = try Int64.fetchOne(statement, arguments: key) else { return nil }
    try execute("delete from loss where transaction_id = ? and ordinal = ?", key)
    return FindingID(rawValue: finding)
  }

  /// The operations that a finding still names as lost, in order; at most `limit`.
  package func losses(of finding: FindingID, limit: Int) throws -> [KnownOperation] {
    let statement = try db.cachedStatement(
      sql: """
        select transaction_id, ordinal from loss where finding_id = ?
        order by transaction_id, ordinal limit ?
        """)
    return try Row.fetchAll(statement, arguments: [finding.rawValue, limit]).compactMap { row in
      try operation(OperationID(transaction: row["transaction_id"], ordinal: row["ordinal"]))
    }
  }

  package func lossCount(of finding: FindingID) throws -> Int {
    let statement = try db.cachedStatement(sql: "select count(*) from loss where finding_id = ?")
    return try Int.fetchOne(statement, arguments: [finding.rawValue]) ?? 0
  }
}
