import Ledger
import Postgres

/// What PostgreSQL says of a table before anything is written to it.
struct TableInspection {
  let comment: String?
  /// `pg_class.relkind`: `r` a table, `p` a partitioned one.
  let kind: String
  /// What keeps it from holding the exercise's rows; empty where nothing does.
  let problems: [String]

  /// Looks a table up; nil where there is none.
  static func of(_ table: TableName, on connection: Connection) throws(PostgresError) -> TableInspection? {
    let found = try connection.query(
      """
      select c.oid::int8, c.relkind::text, obj_description(c.oid, 'pg_class')
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = \(bind: table.schema) and c.relname = \(bind: table.name)
      """)
    guard let row = found.first else { return nil }
    let oid = try row.decode(0, as: Int64.self)
    let kind = try row.decode(1, as: String.self)
    return TableInspection(
      comment: try row.decode(2, as: String?.self), kind: kind,
      problems: kind == "r" || kind == "p" ? try problems(of: oid, on: connection) : [])
  }

  private static func problems(of oid: Int64, on connection: Connection) throws(PostgresError) -> [String] {
    let attributes = try connection.query(
      """
      select a.attname::text, t.typname::text, a.atttypmod, format_type(a.atttypid, a.atttypmod),
        a.attgenerated <> '', a.attnotnull and not a.atthasdef and a.attidentity = '',
        exists (
          select from pg_index i
          where i.indrelid = a.attrelid and i.indisunique and i.indisvalid and i.indpred is null
            and i.indnkeyatts = 1 and i.indkey[0] = a.attnum)
      from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = (\(bind: oid))::oid and a.attnum > 0 and not a.attisdropped
      order by a.attnum
      """)
    var problems: [String] = []
    var found: Set<String> = []
    for attribute in attributes {
      let name = try attribute.decode(0, as: String.self)
      found.insert(name)
      let type = try attribute.decode(3, as: String.self)
      guard let column = CustomerColumn(rawValue: name) else {
        if try attribute.decode(5, as: Bool.self) {
          problems.append("column \(name) must be given a value, and a row of ours has none")
        }
        continue
      }
      let isMet = column.requirement.isMet(
        byType: try attribute.decode(1, as: String.self), modifier: try attribute.decode(2, as: Int.self))
      if !isMet {
        problems.append("column \(name) is \(type) in place of \(column.requirement.description)")
      } else if try attribute.decode(4, as: Bool.self) {
        problems.append("column \(name) is generated")
      }
      if column == .customerID, try !attribute.decode(6, as: Bool.self) {
        problems.append("column \(name) has no primary key or unique index of its own")
      }
    }
    for column in CustomerColumn.allCases where !found.contains(column.rawValue) {
      problems.append("column \(column.rawValue) is missing")
    }
    return problems
  }
}
