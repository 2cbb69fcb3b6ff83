import DMS
import Postgres

/// The canary's user may do what it must, and no more.
struct PrivilegeCheck: SourceCheck {
  static let name = "privileges"
  static let wanted = "select, insert, update and delete on the canary's tables, and no superuser"
  static let why = "the canary needs a table of its own; a user that may do everything can lose everything"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let user = source.connection.user
    let role = try source.connection.query(
      """
      select rolsuper, coalesce((select pg_has_role(current_user, r.oid, 'usage') from pg_roles r
        where r.rolname = 'rds_superuser'), false)
      from pg_roles where rolname = current_user
      """
    ).onlyRow()
    var diagnoses: [Diagnosis] = []
    for name in source.expectations.tables { diagnoses.append(try diagnose(name, source)) }
    let isSuperuser = try role.decode(0, as: Bool.self)
    let isAlmighty = try role.decode(1, as: Bool.self) || isSuperuser
    let transport = try source.connection.transport()
    // A throw-away server of one's own has no other user.
    diagnoses.append(
      isAlmighty
        ? diagnosis(
          transport.isLocal ? .note : .warning, "\(user) is a superuser",
          mend:
            "give the canary a role of its own: create role lakecanary login; create schema lakecanary; grant usage, create on schema lakecanary to lakecanary"
        )
        : diagnosis(.ok, "\(user) is no superuser"))
    return diagnoses
  }

  private func diagnose(_ name: QualifiedName, _ source: Source) throws(PostgresError) -> Diagnosis {
    let subject = name.description
    if source.tables.contains(where: { $0.name == name }) {
      let found = try source.connection.query(
        """
        select privilege from pg_class c join pg_namespace n on n.oid = c.relnamespace
        cross join unnest(array['select', 'insert', 'update', 'delete']) as privilege
        where n.nspname = \(bind: name.schema) and c.relname = \(bind: name.name)
          and not (has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, privilege))
        """)
      var lacking: [String] = []
      for row in found { lacking.append(try row.decode(0)) }
      guard !lacking.isEmpty else {
        return diagnosis(.ok, "select, insert, update, delete", subject: subject)
      }
      return diagnosis(
        .critical, "it lacks \(lacking.joined(separator: ", "))", subject: subject,
        mend: "grant usage on schema \(name.schema), and \(lacking.joined(separator: ", ")) on \(name), "
          + "to \(source.connection.user)")
    }
    let may = try source.connection.query(
      """
      select coalesce((select has_schema_privilege(oid, 'create') from pg_namespace where nspname = \(bind: name.schema)),
        has_database_privilege(current_database(), 'create'))
      """
    ).single(as: Bool.self)
    return may
      ? diagnosis(.ok, "it may be made", subject: subject)
      : diagnosis(
        .critical, "the table is not there and may not be made", subject: subject,
        mend: "create schema \(name.schema); grant usage, create on schema \(name.schema) to "
          + source.connection.user)
  }
}

/// Whoever reads the log may read the canary's tables too.
struct ReaderPrivilegeCheck: SourceCheck {
  static let name = "reader-privileges"
  static let wanted = "select on the canary's tables for DMS's user"
  static let why =
    "changes come from the log, but a full load is a select: without the right to it DMS suspends the table"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let canaries = source.tables.filter(\.isCanary)
    let readers = try source.connection.query(
      """
      select distinct r.usename::text, n.nspname::text, c.relname::text,
        has_schema_privilege(r.usesysid, n.oid, 'usage') and has_table_privilege(r.usesysid, c.oid, 'select')
      from pg_replication_slots s join pg_stat_replication r on r.pid = s.active_pid
      cross join pg_class c join pg_namespace n on n.oid = c.relnamespace
      where s.slot_type = 'logical' and s.database = current_database() and r.usesysid is not null
        and c.oid = any (\(bind: source.oids(canaries))::oid[])
      order by 1, 2, 3
      """)
    var diagnoses: [Diagnosis] = []
    for row in readers {
      let user = try row.decode(0, as: String.self)
      let table = QualifiedName(schema: try row.decode(1), name: try row.decode(2))
      diagnoses.append(
        try row.decode(3, as: Bool.self)
          ? diagnosis(.ok, "\(user) may select", subject: table.description)
          : diagnosis(
            .critical, "\(user) reads the log and may not select", subject: table.description,
            mend: "grant usage on schema \(table.schema), and select on \(table), to \(user)"))
    }
    return diagnoses
  }
}

/// What DMS leaves in the source to see DDL is whole, or not there at all.
struct DDLCaptureCheck: SourceCheck {
  static let name = "ddl-capture"
  static let wanted = "the event trigger, its function and its table, all or none of them"
  static let why =
    "with CaptureDdls DMS follows changes of tables by an event trigger; where its parts are missing or may not be used, everybody's DDL fails"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let parts = try source.connection.query(
      """
      select (select evtenabled::text from pg_event_trigger where evtname = 'awsdms_intercept_ddl'),
        (select n.nspname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where p.proname = 'awsdms_intercept_ddl' limit 1),
        (select n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relname = 'awsdms_ddl_audit' and c.relkind = 'r' limit 1),
        (select has_table_privilege('public', c.oid, 'insert') and has_table_privilege('public', c.oid, 'delete')
          from pg_class c where c.relname = 'awsdms_ddl_audit' and c.relkind = 'r' limit 1)
      """
    ).onlyRow()
    let trigger = try parts.decode(0, as: String?.self)
    let function = try parts.decode(1, as: String?.self)
    let table = try parts.decode(2, as: String?.self)
    let isOpen = try parts.decode(3, as: Bool?.self) ?? true
    switch (trigger, function, table) {
    case (nil, nil, nil):
      if source.expectations.replication.capturesDDL == true {
        return [
          diagnosis(
            .warning, "none, although the source endpoint has CaptureDdls=true",
            mend:
              "let DMS's user make event triggers (rds_superuser), or make the artifacts by hand (User Guide, \"Using a non-master user\"), or set CaptureDdls=false"
          )
        ]
      }
      return [
        diagnosis(
          source.expectations.replication.capturesDDL == nil ? .note : .ok, "none: DDL is not captured",
          why:
            "a column that is added is then met with its first change, and a table that is altered may stop the task"
        )
      ]
    case (let trigger?, _?, _?):
      if trigger == "D" {
        return [
          diagnosis(
            .warning, "the event trigger is disabled",
            mend: "alter event trigger awsdms_intercept_ddl enable, or drop it")
        ]
      }
      guard isOpen else {
        return [
          diagnosis(
            .note,
            "the event trigger, its function and its table \(table ?? "").awsdms_ddl_audit, which others may not write",
            mend:
              "where DDL of other roles fails: grant insert, delete on \(table ?? "public").awsdms_ddl_audit, and usage on its sequence, to public"
          )
        ]
      }
      return [diagnosis(.ok, "the event trigger, its function and its table are there")]
    default:
      let present = [
        trigger.map { _ in "trigger" }, function.map { _ in "function" }, table.map { _ in "table" },
      ]
      return [
        diagnosis(
          trigger == nil ? .warning : .critical,
          "leftovers: only the \(present.compactMap { $0 }.joined(separator: " and "))",
          mend:
            "drop event trigger if exists awsdms_intercept_ddl; drop function if exists \(function ?? "public").awsdms_intercept_ddl(); drop table if exists \(table ?? "public").awsdms_ddl_audit; the task makes them anew"
        )
      ]
    }
  }
}
