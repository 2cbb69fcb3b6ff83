import Ledger
import Postgres

/// Makes a writer's table, or makes sure that a writer may write to the one that is there.
struct TablePreparation {
  let table: WrittenTable
  let mark: TableMark

  /// Whether the table was made.
  ///
  /// - Throws: `WorkloadError` where the table is not to be written to.
  func run(on connection: Connection) throws(WorkloadError) -> Bool {
    let inspection: TableInspection?
    do throws(PostgresError) {
      inspection = try TableInspection.of(table.name, on: connection)
    } catch { throw WorkloadError(error, table: table.name) }
    if let inspection {
      try check(inspection)
      return false
    }
    guard table.createIfAbsent else { throw WorkloadError(.tableMissing, table: table.name) }
    do throws(PostgresError) { try create(on: connection) } catch {
      throw WorkloadError(error, table: table.name)
    }
    return true
  }

  private func check(_ inspection: TableInspection) throws(WorkloadError) {
    guard inspection.kind == "r" || inspection.kind == "p" else {
      throw WorkloadError(.notATable, table: table.name)
    }
    if !table.isShared {
      guard let found = inspection.comment.flatMap(TableMark.init(comment:)) else {
        throw WorkloadError(.tableNotOurs, table: table.name)
      }
      guard found.tag == mark.tag else {
        throw WorkloadError(.tableOfAnotherPipeline(found.pipeline), table: table.name)
      }
    }
    guard inspection.problems.isEmpty else {
      throw WorkloadError(.incompatibleColumns(inspection.problems), table: table.name)
    }
  }

  /// One script, so one transaction: there is no table without its mark.
  private func create(on connection: Connection) throws(PostgresError) {
    let (schema, name) = (table.name.schema, table.name.name)
    // Where the schema is there, the privilege to make schemas is not needed.
    let hasSchema = try connection.query(
      "select exists (select from pg_namespace where nspname = \(bind: schema))"
    ).single(as: Bool.self)
    let makeSchema: SQL = hasSchema ? "" : "create schema \(identifier: schema);"
    try connection.script(
      """
      \(makeSchema)
      create table \(qualified: schema, name) (
        created_at timestamp,
        updated_at timestamp,
        customer_id uuid primary key,
        name varchar(200),
        region varchar(200),
        country varchar(200),
        lat float,
        lng float,
        email varchar(80),
        phone varchar(30)
      );
      comment on table \(qualified: schema, name) is \(literal: mark.comment)
      """)
  }
}
