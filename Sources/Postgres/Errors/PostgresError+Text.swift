extension PostgresError: CustomStringConvertible {
  /// One line: what happened, where, and the mend.
  ///
  /// It holds no password, no parameter and no row value.
  public var description: String {
    var text = summary
    if let location { text += " (\(location))" }
    if let mend { text += "; \(mend)" }
    return text
  }

  private var summary: String {
    switch code {
    case .invalidConnectionString: "the connection string is not one that libpq takes: \(message)"
    case .unreachable: "no PostgreSQL server answers: \(message)"
    case .connectionRejected(let state): "PostgreSQL refused the connection: \(message) [\(state)]"
    case .passwordMissing: "PostgreSQL asks for a password and none was given"
    case .tlsFailed: "no encrypted connection to PostgreSQL: \(message)"
    case .connectionLost: "the connection to PostgreSQL was lost: \(message)\(bracketedState)"
    case .server(let state): "PostgreSQL refused the statement: \(safeMessage) [\(state)]"
    case .logicalDecodingOff: "PostgreSQL does not decode its WAL: \(message)"
    case .timedOut: "PostgreSQL did not answer in time: \(message)"
    case .interrupted: "interrupted: \(message)"
    case .invalidParameter: "PostgreSQL cannot be given this: \(message)"
    case .unexpectedResult: "PostgreSQL's answer has another shape than expected: \(message)"
    case .malformedMessage: "the replication stream is malformed: \(message)"
    case .notUsable: "the connection to PostgreSQL cannot be used: \(message)"
    case .system: "libpq or the system failed: \(message)"
    }
  }

  private var bracketedState: String {
    sqlState.map { " [\($0)]" } ?? ""
  }

  /// The message without the value that a data exception (class 22) quotes.
  private var safeMessage: String {
    guard sqlState?.classCode == "22", let first = message.firstIndex(of: "\""),
      let last = message.lastIndex(of: "\""), first < last
    else { return message }
    return message[...first] + "…" + message[last...]
  }

  /// What to do about it, where there is something to say; the server's own hint comes first.
  public var mend: String? {
    if let hint { return hint }
    switch code {
    case .invalidConnectionString:
      return "write key=value pairs, quoted where a value holds spaces, or a postgresql:// URL"
    case .unreachable:
      return "check that the server runs, and that host, port and firewall let this machine reach it"
    case .passwordMissing:
      return "give one by PGPASSWORD, a password file (PGPASSFILE) or the connection string"
    case .tlsFailed: return "check sslmode and sslrootcert, and that the server offers TLS"
    case .connectionLost: return "connect again; what was under way may or may not have been committed"
    case .logicalDecodingOff:
      return "set wal_level = logical (on RDS: rds.logical_replication = 1) and restart the server"
    case .timedOut: return "check the server's load and locks, or allow more time"
    case .connectionRejected(let state): return state.mend(whileConnecting: true)
    case .server(let state): return state.mend(whileConnecting: false)
    case .interrupted, .invalidParameter, .unexpectedResult, .malformedMessage, .notUsable, .system:
      return nil
    }
  }
}

extension SQLState {
  fileprivate func mend(whileConnecting: Bool) -> String? {
    switch self {
    case .invalidPassword: "check the user and its password"
    case .invalidAuthorization:
      "check the user; let it in from this machine by pg_hba.conf, or ask for TLS (sslmode=require) where "
        + "the server demands it"
    case .undefinedDatabase: "create the database, or correct dbname"
    case .tooManyConnections: "close other sessions, or raise max_connections or max_wal_senders"
    case .configurationLimitExceeded: "raise the limit that it names, or drop what is not in use"
    case .cannotConnectNow: "wait until the server is up"
    case .insufficientPrivilege:
      whileConnecting
        ? "grant the user CONNECT on the database, and REPLICATION (on RDS: rds_replication) to replicate"
        : "grant the privilege to the user, or use another user"
    case .undefinedTable, .undefinedSchema, .undefinedObject: "create it, or correct the name"
    case .objectInUse: "stop the other session that uses it, or wait until it has ended"
    case .diskFull: "free space on the server"
    default: nil
    }
  }
}
