import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

@testable import Replicator

/// Servers that stop, start again, and hand over to another one.
@Suite(.serialized) struct FailoverTests {
  /// A program of PostgreSQL's, as the user that owns the cluster.
  @discardableResult
  private func program(_ cluster: PostgresCluster, _ name: String, _ arguments: [String]) async throws
    -> CommandRun
  {
    let command = ["\(cluster.programs)/\(name)"] + arguments
    let run =
      if geteuid() == 0 {
        try await CommandRun.command(
          "/usr/bin/setpriv",
          ["--reuid=postgres", "--regid=postgres", "--init-groups", "--"] + command,
          directory: cluster.directory)
      } else {
        try await CommandRun.command(command[0], arguments, directory: cluster.directory)
      }
    try #require(run.exitCode == 0, "\(name): \(run.output) \(run.errorOutput)")
    return run
  }

  /// Starts a server that the cluster's guardian does not know of.
  private func start(_ cluster: PostgresCluster, _ data: String, socket: String, port: String) async throws {
    let settings = [
      "listen_addresses=", "port=\(port)", "wal_level=logical", "fsync=off", "max_wal_senders=50",
      "max_replication_slots=50", "max_connections=200", "unix_socket_directories=\(socket)",
      "hot_standby=on",
    ]
    try await program(
      cluster, "pg_ctl",
      [
        "-D", data, "-w", "-l", data + ".log", "-o", settings.map { "-c \($0)" }.joined(separator: " "),
        "start",
      ])
  }

  @Test func aServerThatIsKilledAndStartedAgainGoesOn() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let cluster = try await PostgresCluster.start(in: directory.path + "/pg", removing: directory.path)
    let data = cluster.directory + "/data"
    let (source, bucket) = (Source(conninfo: cluster.conninfo()), try Bucket())
    try source.run("create table t (id int primary key, v text)", "insert into t values (0, 'load')")
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    try source.run("insert into t values (1, 'a')")
    try await run.waitUntilReceived(try source.position())
    try await program(cluster, "pg_ctl", ["-D", data, "-w", "-m", "immediate", "stop"])
    try await start(cluster, data, socket: cluster.directory, port: "5432")
    try source.run("insert into t values (2, 'b')")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    #expect(try await bucket.state("t") == [["0", "load"], ["1", "a"], ["2", "b"]])
    try await program(cluster, "pg_ctl", ["-D", data, "-w", "-m", "immediate", "stop"])
    await cluster.stop()
  }

  /// Slots follow to a standby from PostgreSQL 17 on, where it is told to keep them; else the task must say so, and not
  /// hang or begin anew.
  @Test(arguments: [false, true])
  func aStandbyThatTakesOverGoesOnWhereItHasTheSlot(isTold: Bool) async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let cluster = try await PostgresCluster.start(in: directory.path + "/pg", removing: directory.path)
    let (primary, standby) = (cluster.directory + "/data", cluster.directory + "/standby")
    try await program(
      cluster, "pg_basebackup",
      ["-d", cluster.conninfo(), "-D", standby, "-R", "-C", "-S", "standby", "-c", "fast"])
    try await start(cluster, standby, socket: cluster.directory, port: "5433")
    func only(_ port: String) -> Source {
      Source(conninfo: cluster.conninfo().replacing("port=5432", with: "port=\(port)"))
    }
    let both = Source(
      conninfo: "host=\(cluster.directory),\(cluster.directory) port=5432,5433 user=postgres dbname=postgres "
        + "target_session_attrs=read-write")
    let version = try #require(Int(try both.rows("show server_version_num")[0][0] ?? ""))
    let bucket = try Bucket()
    try both.run("create table t (id int primary key, v text)", "insert into t values (1, 'a')")
    let run = try Run(both, bucket) { $0.name = "failover" }
    try await run.waitUntilStreaming()
    try both.run("insert into t values (2, 'b')")
    try await run.waitUntilConfirmed(try both.position())
    let keepsSlot = isTold && version >= 170_000
    if keepsSlot { try await letKeepSlots(from: both, at: only("5433"), run) }
    // What was marked at the source has reached the standby.
    _ = try await program(cluster, "pg_ctl", ["-D", primary, "-w", "-m", "fast", "stop"])
    try await program(cluster, "pg_ctl", ["-D", standby, "-w", "promote"])
    if keepsSlot {
      try both.run("insert into t values (3, 'c')")
      try await run.waitUntilConfirmed(try both.position())
      try await run.stop()
      let rows = try await bucket.state("t")
      #expect(rows.isSuperset(of: [["1", "a"], ["2", "b"], ["3", "c"]]))
    } else {
      let error = await #expect(throws: ReplicatorError.self) { try await run.end() }
      #expect(error?.code == .slotMissing)
      #expect(try await bucket.state("t") == [["1", "a"], ["2", "b"]])
    }
    try await program(cluster, "pg_ctl", ["-D", standby, "-w", "-m", "immediate", "stop"])
    await cluster.stop()
  }

  /// Has the standby take the primary's slots over, and returns once it holds the task's for good: when the slot has
  /// moved to where the standby keeps all that it needs (PostgreSQL documentation, "Replication Slot Synchronization").
  private func letKeepSlots(from primary: Source, at standby: Source, _ run: Run) async throws {
    try standby.run("alter system set hot_standby_feedback = on", "select pg_reload_conf()")
    for round in 0..<600 {
      try primary.run(
        SQL(stringLiteral: "insert into t values (\(-round - 1), 'moves the slot')"),
        "select pg_log_standby_snapshot()")
      try await run.waitUntilConfirmed(try primary.position())
      try standby.run("select pg_sync_replication_slots()")
      let kept = try standby.rows(
        "select slot_name::text from pg_replication_slots where synced and failover and not temporary")
      if kept == [["lakecanary_failover"]] { return }
    }
    Issue.record("the standby never kept the slot")
  }

  /// The server ends the stream of a slot that holds back too much.
  @Test func aSlotThatIsInvalidatedWhileItIsReadIsAClearEnd() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let cluster = try await PostgresCluster.start(
      in: directory.path + "/pg", removing: directory.path,
      settings: [
        "max_slot_wal_keep_size": "1MB", "min_wal_size": "32MB", "max_wal_size": "32MB", "wal_keep_size": "0",
      ])
    let (source, bucket) = (Source(conninfo: cluster.conninfo()), try Bucket())
    try source.run("create table t (id int primary key, v text)")
    // A batch that stays open confirms nothing.
    let run = try Run(source, bucket, settings: "DataFormat=parquet;CdcMaxBatchInterval=3600")
    try await run.waitUntilStreaming()
    try source.run("insert into t values (1, 'a')")
    try await run.waitUntilReceived(try source.position())
    for _ in 0..<5 {
      try source.run("select pg_logical_emit_message(false, 'x', 'x')", "select pg_switch_wal()")
    }
    try source.run("checkpoint", "checkpoint")
    let error = await #expect(throws: ReplicatorError.self) { try await run.end() }
    #expect(error?.code == .slotInvalidated)
    await cluster.stop()
  }
}
