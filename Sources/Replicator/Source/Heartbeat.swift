import DMS
import Postgres
import Time

/// The row that DMS updates now and then under `HeartbeatEnable`, so that a quiet database's log moves on.
///
/// The columns are those of tables that DMS has left in other people's dumps (DMS.md section 8); that there is one row,
/// and that `hb_key` is its primary key, is inferred.
struct Heartbeat {
  static let table = "awsdms_heartbeat"

  let connection: Connection
  let schema: String

  /// Makes the table and its row where they are not there.
  func install() throws(PostgresError) {
    let isThere = try connection.query(
      """
      select exists (select from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = \(bind: schema) and c.relname = \(bind: Heartbeat.table))
      """
    ).single(as: Bool.self)
    if !isThere {
      try connection.script(
        """
        create table \(qualified: schema, Heartbeat.table) (
          hb_key serial primary key,
          hb_created_at timestamp without time zone,
          hb_created_by varchar(64),
          hb_last_heartbeat_at timestamp without time zone,
          hb_last_heartbeat_by varchar(64)
        );
        comment on table \(qualified: schema, Heartbeat.table) is \(literal: DDLArtifacts.comment)
        """)
    }
    try connection.execute(
      """
      insert into \(qualified: schema, Heartbeat.table) (hb_created_at, hb_created_by)
      select \(Heartbeat.now), current_user
      where not exists (select from \(qualified: schema, Heartbeat.table))
      """)
  }

  /// Updates the row.
  func beat() throws(PostgresError) {
    try connection.execute(
      """
      update \(qualified: schema, Heartbeat.table)
      set hb_last_heartbeat_at = \(Heartbeat.now), hb_last_heartbeat_by = current_user
      """)
  }

  /// Takes the table away where `install` has made it.
  func remove() throws(PostgresError) {
    let isOurs = try connection.query(
      """
      select coalesce(bool_or(obj_description(c.oid, 'pg_class') = \(bind: DDLArtifacts.comment)), false)
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = \(bind: schema) and c.relname = \(bind: Heartbeat.table)
      """
    ).single(as: Bool.self)
    if isOurs { try connection.execute("drop table if exists \(qualified: schema, Heartbeat.table)") }
  }

  private static let now: SQL = "pg_catalog.timezone('UTC', pg_catalog.clock_timestamp())"
}
