public import LocalServers

/// One throw-away PostgreSQL for the whole test process; it ends with the process.
public actor PostgresFixture {
  /// The one of this process.
  public static let shared = PostgresFixture()

  private var starting: Task<PostgresCluster, any Error>?
  private var databases = 0

  /// The running cluster, started by the first who asks.
  ///
  /// - Throws: `LocalServerError` where PostgreSQL cannot be started.
  public func cluster() async throws -> PostgresCluster {
    if let starting { return try await starting.value }
    let task = Task {
      let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
      // As many tests as the runner starts at once share it, and most hold several sessions.
      return try await PostgresCluster.start(
        in: directory.path + "/pg", removing: directory.path, settings: ["max_connections": "1000"])
    }
    starting = task
    return try await task.value
  }

  /// A libpq connection string to a new, empty database of the cluster.
  ///
  /// - Throws: `LocalServerError` where PostgreSQL cannot be started, or makes no database.
  public func makeDatabase() async throws -> String {
    let cluster = try await cluster()
    databases += 1
    let name = "test\(databases)"
    try await cluster.createDatabase(name)
    return cluster.conninfo(database: name)
  }

  /// Makes a logical replication slot.
  ///
  /// It waits for every transaction of the cluster that is under way: in a process of its own, since those of other
  /// tests may need the thread that this test runs on.
  ///
  /// - Throws: what the server says where it does not.
  public func makeSlot(_ name: String, plugin: String, in conninfo: String) async throws {
    let statement = "select pg_create_logical_replication_slot('\(name)', '\(plugin)')"
    let made = try await CommandRun.command(
      "\(cluster().programs)/psql", ["-XAtq", "-c", statement, "-d", conninfo])
    guard made.exitCode == 0 else {
      throw RefusedSlot(reason: made.errorOutput)
    }
  }

  private struct RefusedSlot: Error {
    let reason: String
  }
}
