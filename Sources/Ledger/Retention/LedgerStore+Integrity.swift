import GRDB

extension LedgerStore {
  /// What is wrong with the ledger as a file and as a record; nothing where it is sound.
  public func verifyIntegrity() throws(LedgerError) -> [String] {
    try read { session in
      var problems = try String.fetchAll(session.db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
      for row in try Row.fetchAll(session.db, sql: "PRAGMA foreign_key_check") {
        problems.append(
          "a row of \(row[0] as String) refers to a row of \(row[2] as String) that is not there")
      }
      for invariant in LedgerStore.invariants {
        let count = try Int.fetchOne(session.db, sql: "select count(*) from (\(invariant.violations))") ?? 0
        if count > 0 { problems.append("\(invariant.name): \(count) violations") }
      }
      return problems
    }
  }

  /// What holds between the tables, each with a query of what breaks it.
  private static let invariants: [(name: String, violations: String)] = [
    (
      "the counts of operations are those of the operations",
      """
      with counted as (select o.table_id, o.kind, max(o.state, t.state = 1) as state, count(*) as count
        from operation o join source_transaction t on t.id = o.transaction_id group by 1, 2, 3)
      select * from (select * from counted except select table_id, kind, state, count from operation_count)
      union all
      select * from (select table_id, kind, state, count from operation_count where count <> 0
        except select * from counted)
      """
    ),
    (
      "operations are of the state of their transaction",
      """
      select 1 from operation o join source_transaction t on t.id = o.transaction_id
      where t.state = 0 and o.state <> 0 or (t.state = 2) <> (o.state = 6)
      """
    ),
    (
      "what is delivered was met in an object of changes",
      """
      select 1 from operation o where o.state = 2 and not exists (
        select 1 from delivery d
        where d.transaction_id = o.transaction_id and d.ordinal = o.ordinal and d.flags & 1 = 0)
      """
    ),
    (
      "what is open was met nowhere",
      """
      select 1 from operation o join delivery d on d.transaction_id = o.transaction_id and d.ordinal = o.ordinal
      where o.state in (0, 1, 4, 6, 7)
      """
    ),
    (
      "what is lost has a finding",
      """
      select 1 from operation o where o.state = 4 and not exists (
        select 1 from loss l where l.transaction_id = o.transaction_id and l.ordinal = o.ordinal)
      """
    ),
    (
      "what is read has a generation",
      "select 1 from object where state = 1 and kind <> 2 and generation_id is null"
    ),
  ]
}
