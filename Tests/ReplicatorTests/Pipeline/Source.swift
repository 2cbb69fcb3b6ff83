import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// A database of the test cluster, and statements on it; its slots go with this object.
final class Source: Sendable {
  let conninfo: String
  private let isOfTheFixture: Bool

  init() async throws {
    await Turnstile.shared.enter()
    do {
      conninfo = try await PostgresFixture.shared.makeDatabase()
    } catch {
      await Turnstile.shared.leave()
      throw error
    }
    isOfTheFixture = true
  }

  /// A database of another server, or none at all.
  init(conninfo: String) {
    self.conninfo = conninfo
    isOfTheFixture = false
  }

  deinit {
    guard isOfTheFixture else { return }
    // A slot that is left over fails no test of its own, and its server goes with the process.
    try? run(
      """
      select pg_drop_replication_slot(slot_name) from pg_replication_slots
      where database = current_database() and not active
      """)
    Task { await Turnstile.shared.leave() }
  }

  /// Runs statements, each on its own, in one session.
  func run(_ statements: SQL...) throws {
    let connection = try Connection(conninfo)
    defer { connection.close() }
    for statement in statements { try connection.execute(statement) }
  }

  /// Runs statements in one transaction.
  func transaction(_ statements: SQL...) throws {
    let connection = try Connection(conninfo)
    defer { connection.close() }
    try connection.execute("begin")
    for statement in statements { try connection.execute(statement) }
    try connection.execute("commit")
  }

  /// The rows of a query whose columns are all text.
  func rows(_ query: SQL) throws -> [[String?]] {
    let connection = try Connection(conninfo)
    defer { connection.close() }
    let result = try connection.query(query)
    return try result.map { row in
      try result.columns.indices.map { try row.decode($0, as: String?.self) }
    }
  }

  /// Types that tests use and that this server was built without: only one that the environment names may lack any.
  func lackingTypes() throws -> Set<String> {
    let extensions = try rows("select name::text from pg_available_extensions").compactMap { $0[0] }
    var lacking = Set(["hstore", "citext"]).subtracting(extensions)
    do { try run("select '<a/>'::xml") } catch let error as PostgresError {
      guard error.code == .server(.featureNotSupported) else { throw error }
      lacking.insert("xml")
    }
    let isNamed = ProcessInfo.processInfo.environment[PostgresCluster.programsVariable] != nil
    #expect(lacking.isEmpty || isNamed, "the server lacks \(lacking.sorted())")
    return lacking
  }

  /// Drops a slot of any database.
  func drop(slot name: String) throws {
    let database = try rows(
      SQL(stringLiteral: "select database::text from pg_replication_slots where slot_name = '\(name)'"))
    try Source(conninfo: conninfo + " dbname=\(database.first?[0] ?? "postgres")").run(
      SQL(stringLiteral: "select pg_drop_replication_slot('\(name)')"))
  }

  /// Makes a slot that no task can use: of another plugin, or, where the server has no other, of another database.
  func makeSlotOfAnother(_ name: String) async throws {
    do {
      try await makeSlot(name, "test_decoding")
    } catch let error as PostgresError
      where error.code == SQLState(rawValue: "58P01").map(PostgresError.Code.server)
    {
      try await Source(conninfo: conninfo + " dbname=postgres").makeSlot(name, "pgoutput")
    }
  }

  /// Makes a slot, which waits for every transaction of the cluster that is under way: on a thread of its own, since
  /// those of other tests may need the one that this test runs on.
  func makeSlot(_ name: String, _ plugin: String) async throws {
    let statement = SQL(stringLiteral: "select pg_create_logical_replication_slot('\(name)', '\(plugin)')")
    try await Task(executorPreference: ThreadExecutor(name: "slot")) { try self.run(statement) }.value
  }

  /// Everything committed so far is before it.
  func position() throws -> LSN {
    let connection = try Connection(conninfo)
    defer { connection.close() }
    return try connection.currentWALInsertLSN()
  }

  func slots() throws -> [String] {
    try rows(
      "select slot_name::text from pg_replication_slots where database = current_database() order by 1"
    ).compactMap { $0[0] }
  }

  func publications() throws -> [String] {
    try rows("select pubname::text from pg_publication order by 1").compactMap { $0[0] }
  }
}

/// Lets so many tests at once have a database that the server has slots enough for all of them.
private actor Turnstile {
  static let shared = Turnstile()

  private var free = 8
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
