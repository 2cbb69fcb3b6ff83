import Postgres
import TestSupport

/// A database of the test cluster, and statements on it.
struct Source {
  let conninfo: String

  init() async throws {
    conninfo = try await PostgresFixture.shared.makeDatabase()
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
