import DMS
import Postgres
import Testing
import Time

@testable import Replicator

/// What the replicator leaves at the source beside slot and publications, and what it makes of it.
@Suite struct SourceObjectTests {
  private let artifacts: SQL = """
    select 'table' from pg_class where relname = 'awsdms_ddl_audit'
    union all select 'function' from pg_proc where proname = 'awsdms_intercept_ddl' and prosecdef
    union all select 'trigger' from pg_event_trigger
      where evtname = 'awsdms_intercept_ddl' and evtevent = 'ddl_command_end' and evtenabled = 'O'
    union all select 'heartbeat' from pg_class where relname = 'awsdms_heartbeat' and relkind = 'r'
    order by 1
    """

  @Test func theArtifactsAreThoseOfDMSAndGoWithTheCleanUp() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let run = try Run(source, bucket) { $0.sourceSettings.heartbeatEnable = true }
    try await run.waitUntilStreaming()
    try await run.stop()
    #expect(try source.rows(artifacts) == [["function"], ["heartbeat"], ["table"], ["trigger"]])
    #expect(
      try source.rows(
        """
        select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum)
        from pg_attribute where attrelid = 'awsdms_ddl_audit'::regclass and attnum > 0
        """) == [
          [
            "c_key bigint, c_time timestamp without time zone, c_user character varying(64), "
              + "c_txn character varying(16), c_tag character varying(24), c_oid integer, "
              + "c_name character varying(64), c_schema character varying(64), c_ddlqry text"
          ]
        ])
    // The log alone holds the rows.
    try source.run("create table u (id int primary key)")
    #expect(try source.rows("select count(*)::text, max(c_key)::text from awsdms_ddl_audit") == [["0", nil]])
    // One for the heartbeat's own table.
    #expect(try source.rows("select last_value::text from awsdms_ddl_audit_c_key_seq") == [["2"]])
    try await run.replicator.cleanUp()
    #expect(try source.rows(artifacts).isEmpty)
  }

  @Test func whatDMSHasMadeItselfStays() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create schema dms", "create table t (id int primary key)",
      "create table dms.awsdms_ddl_audit (c_key bigserial primary key, c_tag varchar(24), c_ddlqry text)",
      """
      create function dms.awsdms_intercept_ddl() returns event_trigger language plpgsql security definer as $$
      begin insert into dms.awsdms_ddl_audit values (default, tg_tag, current_query());
      delete from dms.awsdms_ddl_audit; end $$
      """,
      "create event trigger awsdms_intercept_ddl on ddl_command_end execute procedure dms.awsdms_intercept_ddl()"
    )
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run("create table u (id int primary key, v text)", "insert into u values (1, 'a')")
    try await run.waitUntilLoadedAgain()
    try await run.stop()
    try await run.replicator.cleanUp()
    #expect(try source.rows(artifacts) == [["function"], ["table"], ["trigger"]])
    #expect(try await bucket.state("u") == [["1", "a"]])
  }

  @Test func aTableThatIsMadeLaterIsReplicatedAtOnce() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run("create table u (id int primary key, v text)", "insert into u values (1, 'a')")
    try await run.waitUntilLoadedAgain()
    try source.run("insert into u values (2, 'b')", "update u set v = 'c' where id = 1")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(try await bucket.state("u") == [["1", "c"], ["2", "b"]])
    #expect(try await bucket.keys().allSatisfy { !$0.contains("awsdms_") })
    let figures = try #require(run.replicator.statistics.tables.first { $0.tableName == "u" })
    #expect(figures.ddls == 1 && figures.appliedDDLs == 1 && figures.wasReloaded)
  }

  @Test(arguments: [true, false])
  func aDroppedTableTakesItsObjectsAlongUnlessTheTaskSaysOtherwise(handles: Bool) async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key)", "create table u (id int primary key)", "insert into u values (1)"
    )
    let run = try Run(source, bucket) { $0.taskSettings.handlesSourceTableDropped = handles }
    try await run.waitUntilStreaming()
    try source.run("insert into u values (2)", "drop table u", "insert into t values (1)")
    try await run.log.wait { $0 == .ddlFollowed }
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let folders = Set(try await bucket.keys().map { $0.split(separator: "/")[1] })
    #expect(folders == (handles ? ["t"] : ["t", "u"]))
    #expect(run.replicator.statistics.tables.map(\.tableState) == [.completed, .missing])
    // The next run has no memory of it.
    let second = try Run(source, bucket)
    try await second.waitUntilStreaming()
    try await second.stop()
  }

  @Test func aTableThatIsDroppedAndMadeAgainBeginsAnew() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)", "insert into t values (1, 'old')")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.transaction(
      "insert into t values (2, 'old')", "drop table t", "create table t (id bigint primary key, v text)",
      "insert into t values (3, 'new')")
    try await run.waitUntilLoadedAgain()
    try source.run("insert into t values (4, 'new')")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(try await bucket.state("t") == [["3", "new"], ["4", "new"]])
  }

  /// PostgreSQL refuses updates of a published table without identity; the table must leave the publication.
  @Test func aTableThatLosesItsKeyCanStillBeUpdated() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)", "create table u (id int primary key)")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run("insert into t values (1, 'a')", "alter table t drop constraint t_pkey")
    try await run.log.wait { $0 == .ddlFollowed }
    try source.run("update t set v = 'b'", "insert into t values (2, 'c')", "insert into u values (1)")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(
      try await bucket.changedRows("public/t/").map { "\($0["Op"] ?? "")\($0["id"] ?? "")" } == ["I1", "I2"])
  }

  @Test func aRenamedTableKeepsItsObjectsUnderItsOldName() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)", "insert into t values (1, 'a')")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run("alter table t rename to u")
    try await run.log.wait { $0 == .ddlFollowed }
    try source.run("insert into u values (2, 'b')")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(try await bucket.state("t") == [["1", "a"]])
    #expect(try await bucket.state("u") == [["2", "b"]])
  }

  @Test func withoutTheRightsThereIsNoCaptureAndReplicationGoesOn() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    let role = "plain_\(Run.taskName(source))"
    try source.run(
      SQL(stringLiteral: "create role \(role) login replication"),
      SQL(stringLiteral: "grant create on database \(Run.taskName(source)) to \(role)"),
      SQL(stringLiteral: "create schema own authorization \(role)"),
      SQL(stringLiteral: "set role \(role)"), "create table own.t (id int primary key)", "reset role")
    let run = try Run(source, bucket) {
      $0.source = source.conninfo.replacing("user=postgres", with: "user=\(role)")
    }
    try await run.waitUntilStreaming()
    try source.run("insert into own.t values (1)")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(try await bucket.changedRows("own/t/").map { $0["id"] } == ["1"])
    #expect(try source.rows(artifacts).isEmpty)
    try await run.replicator.cleanUp()
    try source.run(
      SQL(stringLiteral: "drop owned by \(role)"), SQL(stringLiteral: "drop role \(role)"))
  }

  @Test func aHeartbeatMovesAQuietDatabaseOn() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key)")
    let clock = FixedClock(try #require(Timestamp("2026-11-23 12:00:00.000000")))
    let run = try Run(source, bucket, clock: clock) {
      $0.sourceSettings.heartbeatEnable = true
      $0.sourceSettings.heartbeatFrequency = .seconds(60)
    }
    try await run.waitUntilStreaming()
    try await run.log.wait { $0 == .heartbeat(1) }
    let row: SQL = """
      select hb_key::text, hb_created_by, hb_last_heartbeat_by, hb_last_heartbeat_at::text from awsdms_heartbeat
      """
    let before = try source.rows(row)
    #expect(before.map { Array($0.prefix(3)) } == [["1", "postgres", "postgres"]])
    clock.advance(by: .seconds(61))
    try await run.log.wait { $0 == .heartbeat(2) }
    try await run.stop()
    let after = try source.rows(row)
    #expect(after.count == 1 && after[0][3] != before[0][3])
    #expect(try await bucket.keys().isEmpty)
  }
}
