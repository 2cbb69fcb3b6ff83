import DMS
import LocalServers
import Postgres
import TestSupport
import Testing
import Time

@testable import Preflight

/// The checks of the source, against PostgreSQL itself.
@Suite struct SourceTests {
  private static let customers = QualifiedName(schema: "lakecanary", name: "customers")

  private func examine(
    _ conninfo: String, tables: [QualifiedName] = [customers], mappings: TableMappings? = nil,
    creates: Bool = true, capturesDDL: Bool? = nil, engineVersion: String? = nil, lobMaxSizeKB: Int? = nil,
    freeStorage: Int64? = nil, replicator: String? = nil
  ) async -> [Diagnosis] {
    var expectations = SourceExpectations(tables: tables, mappings: mappings, createsTables: creates)
    expectations.replication.capturesDDL = capturesDDL
    expectations.replication.engineVersion = engineVersion
    expectations.replication.lobMaxSizeKB = lobMaxSizeKB
    expectations.freeStorage = freeStorage
    expectations.replicator = replicator.map { ($0, $0) }
    return await SourceExamination(
      conninfo: conninfo, expectations: expectations, clock: SystemWallClock()
    ).run()
  }

  @Test func aServerThatIsSetUpIsWell() async throws {
    let conninfo = try await PostgresFixture.shared.makeDatabase()
    let found = await examine(conninfo)
    #expect(found.filter { $0.severity > .note && $0.check != "held-wal" } == [], "\(found)")
    #expect(found.one("wal-level")?.severity == .ok)
    #expect(found.one("wal-level")?.found == "wal_level = logical")
    #expect(found.one("canary-table")?.found == "not there yet: the first run makes it")
    #expect(found.one("clock")?.severity == .ok)
    #expect(found.one("encryption")?.found == "a unix socket")
    #expect(found.one("privileges", "lakecanary.customers")?.found == "it may be made")
    #expect(found.allSatisfy { !$0.found.isEmpty && !$0.wanted.isEmpty && !$0.why.isEmpty })
    // The session may not write, so a check that did would fail.
    #expect(!found.contains { $0.severity == .unknown })
  }

  @Test func aServerThatIsNotSetUpIsTold() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-doctor", for: "postgresql")
    let cluster = try await PostgresCluster.start(
      in: directory.path + "/pg", removing: directory.path,
      settings: [
        "wal_level": "replica", "wal_sender_timeout": "5s", "max_replication_slots": "0",
        "max_wal_senders": "0", "max_slot_wal_keep_size": "1MB", "track_commit_timestamp": "off",
        "rds.logical_replication": "1",
      ])
    let found = await examine(cluster.conninfo(), creates: false)
    await cluster.stop()
    #expect(found.one("wal-level")?.severity == .critical)
    #expect(found.one("wal-level")?.mend?.contains("reboot") == true)
    #expect(found.one("wal-sender-timeout")?.severity == .critical)
    #expect(found.one("replication-slots")?.severity == .critical)
    #expect(found.one("wal-senders")?.severity == .critical)
    #expect(found.one("canary-table")?.severity == .critical)
    #expect(found.one("track-commit-timestamp")?.severity == .note)
    #expect(found.filter { $0.severity > .note }.allSatisfy { $0.mend != nil })
  }

  @Test func noServerIsUnknownAndAWrongDatabaseCritical() async throws {
    let absent = await examine("host=/nonexistent dbname=x user=y")
    #expect(absent.map(\.severity) == [.unknown])
    let cluster = try await PostgresFixture.shared.cluster()
    let wrong = await examine(cluster.conninfo(database: "nowhere"))
    #expect(wrong.map(\.severity) == [.critical])
    #expect(wrong[0].found.contains("nowhere"))
    #expect(wrong[0].mend?.contains("dbname") == true)
  }

  @Test func tablesAreJudgedByIdentityAndTypes() async throws {
    let conninfo = try await PostgresFixture.shared.makeDatabase()
    let connection = try Connection(conninfo)
    try connection.script(
      """
      create schema shop;
      create domain shop.price as numeric;
      create table shop.good (id int primary key, at timestamptz, amount numeric(12, 2), name varchar(20));
      create table shop.keyless (id int, name varchar(20));
      create table shop.whole (id int primary key); alter table shop.whole replica identity full;
      create table shop.nothing (id int primary key); alter table shop.nothing replica identity nothing;
      create table shop.lossy (id int primary key, price shop.price, at timetz, name varchar, tags text[], doc jsonb);
      create table shop.awsdms_status (id int);
      create table public.other (id int);
      """)
    connection.close()
    let mappings = try TableMappings(
      json: """
        {"rules": [{"rule-type": "selection", "rule-id": "1", "rule-name": "1", "rule-action": "include",
          "object-locator": {"schema-name": "shop", "table-name": "%"}}]}
        """)
    let found = await examine(conninfo, mappings: mappings)
    #expect(found.one("canary-table", "lakecanary.customers")?.severity == .critical)
    #expect(found.one("row-identity", "shop.keyless")?.severity == .critical)
    #expect(found.one("row-identity", "shop.nothing")?.severity == .critical)
    #expect(found.one("row-identity", "shop.whole")?.severity == .note)
    #expect(found.contains { $0.check == "row-identity" && $0.found == "2 with a primary key" })
    let lossy = found.filter { $0.check == "lossy-types" }
    #expect(lossy.map(\.subject) == ["shop.lossy", "shop.lossy", "shop.lossy"])
    #expect(lossy.contains { $0.found.hasPrefix("price: numeric without precision") })
    #expect(lossy.contains { $0.found.hasPrefix("at: time with time zone") })
    #expect(lossy.contains { $0.found.hasPrefix("name: varchar without a length") })
    #expect(found.one("lob-columns")?.found == "tags, doc")
    #expect(!found.contains { $0.subject == "public.other" || $0.subject == "shop.awsdms_status" })
  }

  @Test func whatDMSCutsAndCannotReadIsTold() async throws {
    let conninfo = try await PostgresFixture.shared.makeDatabase()
    let connection = try Connection(conninfo)
    defer { connection.close() }
    try connection.script(
      """
      create schema shop;
      create table shop.pictures (id int primary key, picture bytea);
      alter table shop.pictures alter picture set storage external;
      insert into shop.pictures select i, decode(repeat('ab', 100000), 'hex') from generate_series(1, 20) i;
      analyze shop.pictures
      """)
    let mappings = try TableMappings(
      json: """
        {"rules": [{"rule-type": "selection", "rule-id": "1", "rule-name": "1", "rule-action": "include",
          "object-locator": {"schema-name": "shop", "table-name": "%"}}]}
        """)
    let cut = await examine(conninfo, mappings: mappings).one("lob-columns", "shop.pictures")
    #expect(
      cut?.severity == .warning && cut?.found.hasPrefix("picture, and a row has ") == true, "\(cut as Any)")
    let whole = await examine(conninfo, mappings: mappings, engineVersion: "3.4.2", lobMaxSizeKB: 200)
    #expect(whole.one("lob-columns", "shop.pictures")?.severity == .note)
    #expect(whole.one("lob-columns", "shop.pictures")?.found == "picture; LobMaxSize is 200 KB")
    #expect(whole.one("version")?.severity == .critical)
    #expect(whole.one("version")?.found.hasSuffix("which DMS 3.4.2 does not read") == true)
    #expect(await examine(conninfo, engineVersion: "3.6.1").one("version")?.severity == .ok)
  }

  /// The log tells whoever holds the slot of every change, but not of the rows that were there before.
  @Test func aReaderThatMayNotSelectIsTold() async throws {
    let conninfo = try await PostgresFixture.shared.makeDatabase()
    let reader = "reader_\(UInt32.random(in: .min ... .max))"
    let connection = try Connection(conninfo)
    try connection.script(
      """
      create role \(identifier: reader) login replication;
      create schema lakecanary; create table lakecanary.customers (id int primary key);
      """)
    try await PostgresFixture.shared.makeSlot(reader, plugin: "test_decoding", in: conninfo)
    let cluster = try await PostgresFixture.shared.cluster()
    let stream = try await Guardian.start(
      script: #"""
        "$1/pg_recvlogical" -d "$2" -S "$3" --start -f /dev/null & reader=$!
        until [ "$("$1/psql" -XAt -d "$4" -c "select active from pg_replication_slots where slot_name = '$3'")" = t ]; do
          kill -0 $reader || exit 1
        done
        echo ready; cat >/dev/null; kill $reader; wait $reader
        """#,
      arguments: [
        cluster.programs, conninfo.replacing("user=postgres", with: "user=\(reader)"),
        reader, conninfo,
      ], server: "a reader")
    let refused = await examine(conninfo).one("reader-privileges", "lakecanary.customers")
    try connection.script(
      """
      grant usage on schema lakecanary to \(identifier: reader);
      grant select on lakecanary.customers to \(identifier: reader)
      """)
    let granted = await examine(conninfo).one("reader-privileges", "lakecanary.customers")
    await stream.stop()
    #expect(refused?.severity == .critical && refused?.found == "\(reader) reads the log and may not select")
    #expect(granted?.severity == .ok)
    _ = try? connection.query("select pg_drop_replication_slot(\(bind: reader))")
    _ = try? connection.script("drop owned by \(identifier: reader); drop role \(identifier: reader)")
    connection.close()
  }

  @Test func aUserThatMayTooLittleIsTold() async throws {
    let conninfo = try await PostgresFixture.shared.makeDatabase()
    let role = "canary_\(UInt32.random(in: .min ... .max))"
    let connection = try Connection(conninfo)
    defer {
      _ = try? connection.script("drop owned by \(identifier: role); drop role \(identifier: role)")
      connection.close()
    }
    try connection.script(
      """
      create role \(identifier: role) login;
      create schema lakecanary; create table lakecanary.customers (id int primary key);
      grant usage on schema lakecanary to \(identifier: role);
      grant select, insert on lakecanary.customers to \(identifier: role)
      """)
    let limited = conninfo.replacing("user=postgres", with: "user=\(role)")
    let found = await examine(limited)
    let privileges = found.one("privileges", "lakecanary.customers")
    #expect(privileges?.severity == .critical)
    #expect(privileges?.found == "it lacks update, delete")
    #expect(found.one("privileges", nil)?.severity == .ok)
    // All that a user without rights cannot see is still judged.
    #expect(!found.contains { $0.severity == .unknown }, "\(found.filter { $0.severity == .unknown })")
  }

  @Test func whatDMSLeftIsToldFromWhatItNeeds() async throws {
    let conninfo = try await PostgresFixture.shared.makeDatabase()
    #expect(await examine(conninfo, capturesDDL: true).one("ddl-capture")?.severity == .warning)
    #expect(await examine(conninfo, capturesDDL: false).one("ddl-capture")?.severity == .ok)
    let connection = try Connection(conninfo)
    defer { connection.close() }
    try connection.script(
      """
      create table public.awsdms_ddl_audit (c_key bigserial primary key, c_time timestamp);
      create function public.awsdms_intercept_ddl() returns event_trigger language plpgsql security definer
        as $$ begin null; end $$;
      create event trigger awsdms_intercept_ddl on ddl_command_end execute procedure public.awsdms_intercept_ddl();
      grant insert, delete on public.awsdms_ddl_audit to public
      """)
    #expect(await examine(conninfo).one("ddl-capture")?.severity == .ok)
    try connection.script("drop event trigger awsdms_intercept_ddl")
    let leftover = await examine(conninfo).one("ddl-capture")
    #expect(leftover?.severity == .warning)
    #expect(leftover?.found == "leftovers: only the function and table")
  }

  @Test func slotsAreJudgedByWhatTheyHold() async throws {
    let conninfo = try await PostgresFixture.shared.makeDatabase()
    let name = "doctor_\(UInt32.random(in: .min ... .max))"
    let connection = try Connection(conninfo)
    defer {
      _ = try? connection.query("select pg_drop_replication_slot(\(bind: name))")
      connection.close()
    }
    try await PostgresFixture.shared.makeSlot(name, plugin: "pgoutput", in: conninfo)
    let found = await examine(conninfo, replicator: name)
    let held = found.one("held-wal", name)
    #expect(held?.severity == .note)
    #expect(held?.found.hasPrefix("not in use, holds ") == true)
    #expect(held?.mend?.contains("pg_drop_replication_slot('\(name)')") == true)
    let full = await examine(conninfo, freeStorage: 1 << 40, replicator: name).one("held-wal", name)
    #expect(full?.found.contains("without a limit: the disk, of which 1.0 TiB are free, is full in ") == true)
    let slot = found.first { $0.area == .replicator }
    #expect(slot?.severity == .warning)
    #expect(slot?.found.hasPrefix("\(name) is not in use") == true)
  }
}

extension [Diagnosis] {
  /// The only diagnosis of a check, about this subject.
  func one(_ check: String, _ subject: String?) -> Diagnosis? {
    first { $0.check == check && $0.subject == subject }
  }

  /// The first diagnosis of a check.
  func one(_ check: String) -> Diagnosis? { first { $0.check == check } }
}
