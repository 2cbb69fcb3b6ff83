import Foundation

/// Where a connection string leads to: what it says, then the `PG*` variables, then libpq's defaults.
public struct ConnectionAddress: Sendable, Hashable {
  /// The first host's name, or the directory of its socket; empty for libpq's own default.
  public let host: String
  /// The first host's port.
  public let port: Int
  /// The user; the system's where none is named.
  public let user: String
  /// The database; the user's where none is named.
  public let database: String

  /// Reads a connection string.
  ///
  /// - Throws: `PostgresError` with code `invalidConnectionString`.
  public init(
    _ conninfo: String, environment given: [String: String]? = nil
  ) throws(PostgresError) {
    let environment = given ?? ProcessInfo.processInfo.environment
    let options = try ConnectionString(conninfo).given
    let value = { (name: String, variable: String) -> String? in
      [options[name], environment[variable]].lazy.compactMap { $0 }.first { !$0.isEmpty }
    }
    // Several hosts stand apart by commas; one port may serve them all.
    let first = { (list: String) in String(list.prefix { $0 != "," }) }
    host = first(value("host", "PGHOST") ?? value("hostaddr", "PGHOSTADDR") ?? "")
    port = Int(first(value("port", "PGPORT") ?? "")) ?? 5_432
    user = value("user", "PGUSER") ?? NSUserName()
    database = value("dbname", "PGDATABASE") ?? user
  }
}
