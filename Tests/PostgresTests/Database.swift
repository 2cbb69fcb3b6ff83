import Postgres
import TestSupport

/// A new, empty database, and connections to it.
struct Database {
  let conninfo: String

  init() async throws {
    conninfo = try await PostgresFixture.shared.makeDatabase()
  }

  func connect(_ options: ConnectionOptions = ConnectionOptions()) throws -> Connection {
    try Connection(conninfo, options: options)
  }
}

/// Runs `body` on a thread of its own, since it blocks.
@discardableResult
func blocking<T: Sendable>(_ body: @Sendable () throws -> T) async throws -> T {
  try await withTaskExecutorPreference(ThreadExecutor(name: "test")) { try body() }
}
