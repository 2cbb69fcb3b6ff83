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

  /// Before PostgreSQL 17 slots do not follow to a standby: the task must say so, and not hang or begin anew.
  @Test func aStandbyThatTakesOverWithoutTheSlotIsAClearEnd() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let cluster = try await PostgresCluster.start(in: directory.path + "/pg", removing: directory.path)
    let (primary, standby) = (cluster.directory + "/data", cluster.directory + "/standby")
    try await program(
      cluster, "pg_basebackup",
      ["-h", cluster.directory, "-p", "5432", "-U", "postgres", "-D", standby, "-R", "-c", "fast"])
    try await start(cluster, standby, socket: cluster.directory, port: "5433")
    let both = Source(
      conninfo: "host=\(cluster.directory),\(cluster.directory) port=5432,5433 user=postgres dbname=postgres "
        + "target_session_attrs=read-write")
    let bucket = try Bucket()
    try both.run("create table t (id int primary key, v text)", "insert into t values (1, 'a')")
    let run = try Run(both, bucket) { $0.name = "failover" }
    try await run.waitUntilStreaming()
    try both.run("insert into t values (2, 'b')")
    try await run.waitUntilConfirmed(try both.position())
    // What was marked at the source has reached the standby.
    _ = try await program(cluster, "pg_ctl", ["-D", primary, "-w", "-m", "fast", "stop"])
    try await program(cluster, "pg_ctl", ["-D", standby, "-w", "promote"])
    let error = await #expect(throws: ReplicatorError.self) { try await run.end() }
    #expect(error?.code == .slotMissing)
    #expect(try await bucket.state("t") == [["1", "a"], ["2", "b"]])
    try await program(cluster, "pg_ctl", ["-D", standby, "-w", "-m", "immediate", "stop"])
    await cluster.stop()
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
