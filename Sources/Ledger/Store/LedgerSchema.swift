import GRDB

/// The tables of the ledger and how they came to be.
///
/// Times are microseconds since 1970 UTC. An operation is found by its transaction (its place in the table),
/// by its row (`operation_by_row`) or, while it is not settled, by its table (`operation_unsettled`).
enum LedgerSchema {
  /// "LCNR", so that `file` and this program tell a ledger from any other database.
  static let applicationID = 0x4C43_4E52

  /// The newest version of the schema.
  static let version = 6

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: versionOne)
    }
    migrator.registerMigration("2") { db in try db.execute(sql: alerts) }
    migrator.registerMigration("3") { db in try db.execute(sql: countsByHand) }
    migrator.registerMigration("4") { db in try db.execute(sql: stages) }
    migrator.registerMigration("5") { db in try db.execute(sql: stateOfTransaction) }
    migrator.registerMigration("6") { db in try db.execute(sql: observingRuns) }
    return migrator
  }

  private static let versionOne = """
    create table pipeline (
      id integer primary key check (id = 1),
      name text not null,
      tag integer not null,
      created_at integer not null,
      next_sequence integer not null,
      -- Operations with a version before this may have been pruned; null: none were.
      pruned_before integer
    ) strict;

    create table source_table (
      id integer primary key,
      schema_name text not null,
      table_name text not null,
      columns text not null,
      key_column text not null,
      version_column text not null,
      is_shared integer not null,
      unique (schema_name, table_name)
    ) strict;

    create table run (
      id integer primary key autoincrement,
      command text not null,
      settings text not null,
      started_at integer not null,
      finished_at integer,
      outcome text
    ) strict;
    create index run_by_start on run (started_at);

    -- state: 0 intended, 1 committed, 2 aborted. The order of ids is the order of commits.
    create table source_transaction (
      id integer primary key autoincrement,
      table_id integer not null references source_table,
      xid integer not null,
      state integer not null,
      lsn integer,
      earliest integer,
      latest integer,
      recorded_at integer not null
    ) strict;
    create index source_transaction_unsettled on source_transaction (id) where state = 0;
    create index source_transaction_aborted on source_transaction (recorded_at) where state = 2;
    create index source_transaction_by_time on source_transaction (latest);
    create index source_transaction_by_table on source_transaction (table_id, id);

    -- kind: 0 insert, 1 update, 2 delete. state: 0 intended, 1 open, 2 delivered, 3 covered, 4 missing,
    -- 5 excluded, 6 aborted, 7 reopened.
    create table operation (
      transaction_id integer not null references source_transaction on delete cascade,
      ordinal integer not null,
      table_id integer not null,
      kind integer not null,
      sequence integer not null,
      version integer not null,
      digest blob not null,
      state integer not null,
      primary key (transaction_id, ordinal)
    ) strict, without rowid;
    create index operation_by_row on operation (sequence, version);
    create index operation_unsettled on operation (table_id, transaction_id) where state in (1, 4, 7);

    -- How many operations are in each state, so that no report counts them one by one.
    create table operation_count (
      table_id integer not null,
      kind integer not null,
      state integer not null,
      count integer not null,
      primary key (table_id, kind, state)
    ) strict, without rowid;
    create trigger operation_inserted after insert on operation begin
      insert into operation_count values (new.table_id, new.kind, new.state, 1)
        on conflict do update set count = count + 1;
    end;
    create trigger operation_moved after update of state on operation when new.state <> old.state begin
      update operation_count set count = count - 1
        where table_id = old.table_id and kind = old.kind and state = old.state;
      insert into operation_count values (new.table_id, new.kind, new.state, 1)
        on conflict do update set count = count + 1;
    end;
    create trigger operation_deleted after delete on operation begin
      update operation_count set count = count - 1
        where table_id = old.table_id and kind = old.kind and state = old.state;
    end;

    create table bucket (
      id integer primary key,
      location text not null unique
    ) strict;

    -- What is known of the listings of a table's prefix in a bucket.
    create table inventory (
      bucket_id integer not null references bucket,
      table_id integer not null references source_table,
      listings integer not null,
      last_full_at integer,
      newest_place integer,
      columns text,
      -- Objects of changes written before this were settled and dropped; they are not read again.
      forgotten_before integer,
      primary key (bucket_id, table_id)
    ) strict, without rowid;

    -- A table's life between two loads.
    create table generation (
      id integer primary key,
      bucket_id integer not null references bucket,
      table_id integer not null references source_table,
      number integer not null,
      started_at integer not null,
      run_id integer,
      load_objects integer not null default 0,
      load_first_modified integer,
      load_last_modified integer,
      load_last_transaction integer,
      first_cdc_transaction integer,
      last_cdc_transaction integer,
      first_cdc_commit integer,
      last_cdc_commit integer,
      last_foreign_commit integer,
      last_place integer,
      unique (bucket_id, table_id, number)
    ) strict;

    -- kind: 0 load, 1 changes, 2 other. place: a load's number; of changes, the time in the name.
    -- state: 0 listed, 1 observed, 2 unreadable, 3 replaced, 4 vanished, 5 absent from a listing not ended.
    create table object (
      id integer primary key,
      bucket_id integer not null references bucket,
      table_id integer not null references source_table,
      generation_id integer references generation,
      key text not null,
      etag text not null,
      size integer not null,
      last_modified integer not null,
      kind integer not null,
      place integer not null,
      state integer not null,
      listing integer not null,
      first_listed_at integer not null,
      unique (bucket_id, key, etag)
    ) strict;
    create index object_by_generation on object (generation_id, place) where kind = 1;
    create index object_by_time on object (last_modified);
    create index object_unread on object (bucket_id, table_id, kind, place, key) where state in (0, 2);
    create index object_absent on object (bucket_id, table_id) where state = 5;
    create index object_load on object (bucket_id, table_id, place) where kind = 0;

    create table object_schema (
      id integer primary key,
      table_id integer not null references source_table,
      columns text not null,
      unique (table_id, columns)
    ) strict;

    create table observation (
      object_id integer primary key references object on delete cascade,
      schema_id integer references object_schema,
      level integer not null,
      rows integer not null,
      inserts integer not null,
      updates integer not null,
      deletes integer not null,
      unmarked integer not null,
      ours integer not null,
      first_commit integer,
      last_commit integer,
      bytes_read integer not null,
      observed_at integer not null
    ) strict;

    create index observation_by_time on observation (observed_at);

    -- flags: 1 covered by a load's row, 2 duplicate, 4 out of order, 8 wrong timestamp, 16 wrong Op.
    -- altered: one bit a column of the table's digest.
    create table delivery (
      transaction_id integer not null,
      ordinal integer not null,
      object_id integer not null references object on delete cascade,
      row integer not null,
      lag integer,
      flags integer not null,
      altered integer not null,
      primary key (transaction_id, ordinal, object_id, row),
      foreign key (transaction_id, ordinal) references operation on delete cascade
    ) strict, without rowid;
    create index delivery_by_object on delivery (object_id);

    create table finding (
      id integer primary key autoincrement,
      identity text not null unique,
      kind text not null,
      severity text not null,
      state text not null,
      table_id integer references source_table,
      object text,
      summary text not null,
      row_count integer not null,
      rows text not null,
      span_start integer,
      span_end integer,
      first_seen integer not null,
      last_seen integer not null,
      first_run integer,
      last_run integer,
      acknowledged_reason text,
      acknowledged_at integer,
      acknowledged_until integer,
      resolved_at integer,
      resolution text
    ) strict;
    create index finding_resolved on finding (resolved_at) where state = 'resolved';
    create index finding_unresolved on finding (kind, id) where state in ('open', 'acknowledged');

    -- Operations proved lost: the finding that names them, and what came after them.
    create table loss (
      transaction_id integer not null,
      ordinal integer not null,
      finding_id integer not null references finding on delete cascade,
      proof_object_id integer,
      primary key (transaction_id, ordinal),
      foreign key (transaction_id, ordinal) references operation on delete cascade
    ) strict, without rowid;
    create index loss_by_finding on loss (finding_id);

    -- Rows and objects of a table counted over its whole life.
    create table table_total (
      table_id integer primary key references source_table,
      objects integer not null default 0,
      rows integer not null default 0,
      foreign_rows integer not null default 0,
      duplicates integer not null default 0,
      altered integer not null default 0,
      out_of_order integer not null default 0,
      unexpected integer not null default 0
    ) strict;

    create table daily (
      day integer not null,
      table_id integer not null references source_table,
      committed integer not null,
      delivered integer not null,
      missing integer not null,
      duplicates integer not null,
      altered integer not null,
      lag_p50 integer,
      lag_p95 integer,
      lag_max integer,
      primary key (day, table_id)
    ) strict, without rowid;
    """

  private static let stages = """
    -- Of a delivery's way, in microseconds: how far the row's timestamp is past the commit (null: the row has
    -- none, and lag counts from the commit), and when the object was listed first after it was there.
    alter table delivery add column stamp_lag integer;
    alter table delivery add column seen_lag integer;
    -- How many objects the last whole listing missed that nothing explains yet, and the run that listed.
    alter table inventory add column absent_count integer;
    alter table inventory add column absent_run integer;
    """

  private static let observingRuns = """
    -- Whose observation it is: no clock, which may be set back, says what a run found.
    alter table observation add column run_id integer not null default 0;
    update observation set run_id = ifnull(
      (select id from run where started_at <= observed_at order by started_at desc limit 1), 0);
    create index observation_by_run on observation (run_id);
    drop index observation_by_time;
    -- A run that was killed before its verdict leaves what it found to the next one.
    alter table run add column is_judged integer not null default 0;
    update run set is_judged = 1 where outcome is not null;
    -- The day, since 1970, before which all that was settled was dropped last.
    alter table pipeline add column pruned_until integer;
    -- The load whose numbers were looked at last.
    alter table inventory add column checked_load text;
    create index run_judged on run (id) where is_judged = 1;
    """

  private static let alerts = """
    -- The verdicts that alerts look back on: also of runs that failed before they could judge.
    create table alerted_verdict (
      id integer primary key autoincrement,
      status text not null,
      at integer not null
    ) strict;

    -- What each channel was told last. status is null where it knows of no trouble.
    create table alert_memory (
      channel text primary key,
      status text,
      incident text,
      since integer,
      told_at integer,
      failures integer not null default 0,
      failure text,
      failed_at integer
    ) strict, without rowid;
    """

  /// An operation that is intended is open once its transaction is committed: a million of them need no change then.
  private static let stateOfTransaction = """
    drop index operation_unsettled;
    create index operation_unsettled on operation (table_id, transaction_id) where state in (0, 1, 4, 7);
    """

  /// Operations are counted by whoever records them or changes their states (`LedgerSession.count`).
  private static let countsByHand = """
    drop trigger operation_inserted;
    drop trigger operation_moved;
    """
}
