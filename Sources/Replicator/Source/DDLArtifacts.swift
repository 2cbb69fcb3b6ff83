import DMS
import Postgres

/// The objects through which DMS hears of DDL under `CaptureDdls` (DMS.md section 8): a table, a function that writes
/// into it and empties it again, so that the log alone holds the rows, and an event trigger.
///
/// The statements are AWS's (UserGuide, CHAP_Source.PostgreSQL, "NonMasterUser"), so that what a tool sees at the
/// source is what DMS would have left there. The function runs with the rights of the role that made it.
struct DDLArtifacts {
  static let table = "awsdms_ddl_audit"
  static let function = "awsdms_intercept_ddl"

  let connection: Connection
  let schema: String

  /// What marks a table as made here: `--clean-up` takes nothing away that DMS itself may have made.
  static let comment = "lakecanary: made by replicate, taken away by replicate --clean-up"

  /// Makes what is not there.
  ///
  /// - Returns: where the audit table is: the trigger's name is the database's, so that of another schema is used
  ///   where it is there already.
  /// - Throws: `PostgresError`: `server(42501)` where the user may not make event triggers.
  func install() throws(PostgresError) -> QualifiedName {
    try locked { () throws(PostgresError) in
      if let schema = try installedSchema() { return QualifiedName(schema: schema, name: DDLArtifacts.table) }
      let prefix = try quoted(schema) + "."
      if try !exists(DDLArtifacts.table) {
        try connection.script(SQL(stringLiteral: DDLArtifacts.tableStatement(prefix)))
        try connection.execute(
          "comment on table \(qualified: schema, DDLArtifacts.table) is \(literal: DDLArtifacts.comment)")
      }
      try connection.script(SQL(stringLiteral: DDLArtifacts.functionStatement(prefix)))
      try connection.script(SQL(stringLiteral: DDLArtifacts.grants(prefix)))
      try connection.execute(SQL(stringLiteral: DDLArtifacts.triggerStatement(prefix)))
      return QualifiedName(schema: schema, name: DDLArtifacts.table)
    }
  }

  /// Takes away what `install` has made, unless another task of this tool still has a slot on this database.
  ///
  /// - Returns: false where something was left.
  func remove() throws(PostgresError) -> Bool {
    try locked { () throws(PostgresError) in
      var schema = try installedSchema()
      if schema == nil, try exists(DDLArtifacts.table) { schema = self.schema }
      guard let schema else { return true }
      let isOurs = try connection.query(
        """
        select coalesce(bool_or(obj_description(c.oid, 'pg_class') = \(bind: DDLArtifacts.comment)), false)
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = \(bind: schema) and c.relname = \(bind: DDLArtifacts.table)
        """
      ).single(as: Bool.self)
      let isUsed = try connection.query(
        """
        select exists (select from pg_catalog.pg_replication_slots
          where database = current_database() and plugin = 'pgoutput' and slot_name like 'lakecanary\\_%')
        """
      ).single(as: Bool.self)
      guard isOurs, !isUsed else { return false }
      try connection.execute("drop event trigger if exists \(identifier: DDLArtifacts.function)")
      try connection.execute("drop function if exists \(qualified: schema, DDLArtifacts.function)()")
      try connection.execute("drop table if exists \(qualified: schema, DDLArtifacts.table)")
      return true
    }
  }

  /// The schema of the event trigger's function; nil where there is no such trigger.
  private func installedSchema() throws(PostgresError) -> String? {
    try connection.query(
      """
      select n.nspname::text from pg_catalog.pg_event_trigger t
      join pg_catalog.pg_proc p on p.oid = t.evtfoid join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      where t.evtname = \(bind: DDLArtifacts.function)
      """
    ).first?.decode(0, as: String.self)
  }

  private func exists(_ table: String) throws(PostgresError) -> Bool {
    try connection.query(
      """
      select exists (select from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = \(bind: schema) and c.relname = \(bind: table))
      """
    ).single(as: Bool.self)
  }

  private func quoted(_ name: String) throws(PostgresError) -> String {
    try connection.query("select pg_catalog.quote_ident(\(bind: name))").single(as: String.self)
  }

  /// Runs in one transaction, alone among the tasks of the database.
  private func locked<Answer>(_ body: () throws(PostgresError) -> Answer) throws(PostgresError) -> Answer {
    try connection.execute("begin")
    do throws(PostgresError) {
      // The number is arbitrary and this tool's own.
      try connection.query("select pg_catalog.pg_advisory_xact_lock(7165318250413)")
      let answer = try body()
      try connection.execute("commit")
      return answer
    } catch {
      // Where the rollback fails as well, the session is lost, and the transaction with it.
      _ = try? connection.execute("rollback")
      throw error
    }
  }

  private static func tableStatement(_ schema: String) -> String {
    """
    create table \(schema)awsdms_ddl_audit
    (
      c_key    bigserial primary key,
      c_time   timestamp,    -- Informational
      c_user   varchar(64),  -- Informational: current_user
      c_txn    varchar(16),  -- Informational: current transaction
      c_tag    varchar(24),  -- Either 'CREATE TABLE' or 'ALTER TABLE' or 'DROP TABLE'
      c_oid    integer,      -- For future use - TG_OBJECTID
      c_name   varchar(64),  -- For future use - TG_OBJECTNAME
      c_schema varchar(64),  -- For future use - TG_SCHEMANAME. For now - holds current_schema
      c_ddlqry  text         -- The DDL query associated with the current DDL event
    )
    """
  }

  /// The schema is quoted by the server; a dollar-quoted body takes any name that has no `$$`.
  private static func functionStatement(_ schema: String) -> String {
    """
    create or replace function \(schema)awsdms_intercept_ddl()
      returns event_trigger
    language plpgsql
    security definer
      as $$
      declare _qry text;
    begin
      if (tg_tag='CREATE TABLE' or tg_tag='ALTER TABLE' or tg_tag='DROP TABLE') then
             select current_query() into _qry;
             insert into \(schema)awsdms_ddl_audit
             values
             (
             default,current_timestamp,current_user,cast(TXID_CURRENT()as varchar(16)),tg_tag,0,'',current_schema,_qry
             );
             delete from \(schema)awsdms_ddl_audit;
      end if;
    end;
    $$
    """
  }

  private static func grants(_ schema: String) -> String {
    """
    grant all on \(schema)awsdms_ddl_audit to public;
    grant all on \(schema)awsdms_ddl_audit_c_key_seq to public
    """
  }

  private static func triggerStatement(_ schema: String) -> String {
    "create event trigger awsdms_intercept_ddl on ddl_command_end execute procedure \(schema)awsdms_intercept_ddl()"
  }
}
