import CLibPQ

/// A session of the replication protocol with one database.
///
/// It makes and drops slots and receives their stream. It blocks like a `Connection`, and is not Sendable.
/// Values in text come in ISO and UTC, whatever the server's settings are.
public final class ReplicationConnection {
  let session: Session
  var streamEnded = false
  /// Whether the socket was found empty after the last message that `drain` handed over.
  var hasReadAll = false

  /// Connects.
  ///
  /// - Parameters:
  ///   - conninfo: as for a `Connection`.
  ///   - options: how the connection behaves.
  /// - Throws: what connecting throws; `connectionRejected(42501)` where the user may not replicate.
  public init(_ conninfo: String, options: ConnectionOptions = ConnectionOptions()) throws(PostgresError) {
    var options = options
    options.settings =
      [
        ConnectionOptions.Setting(name: "datestyle", value: "ISO"),
        ConnectionOptions.Setting(name: "intervalstyle", value: "postgres"),
        ConnectionOptions.Setting(name: "extra_float_digits", value: "3"),
        ConnectionOptions.Setting(name: "timezone", value: "UTC"),
        ConnectionOptions.Setting(name: "bytea_output", value: "hex"),
      ] + options.settings
    session = try Session(conninfo, options: options, replication: true)
  }

  /// Ends the session, and with it a temporary slot and an exported snapshot; no harm where it has ended.
  public func close() {
    session.close()
  }

  /// False once it was closed, lost, interrupted or timed out.
  public var isUsable: Bool { session.isUsable }

  /// The server's version as a number: 150020 for 15.20.
  public var serverVersion: Int { session.server.version }

  /// The process id of the session at the server.
  public var processID: Int32 { session.server.processID }

  /// Server, database and user as messages name them; without the password.
  public var location: String { session.location }

  /// Asks which server this is and how far its WAL reaches (IDENTIFY_SYSTEM).
  ///
  /// - Throws: what `Connection.query` throws.
  public func identifySystem() throws(PostgresError) -> SystemIdentity {
    let row = try command("IDENTIFY_SYSTEM").onlyRow()
    return SystemIdentity(
      systemIdentifier: try row.decode("systemid"), timeline: try row.decode("timeline"),
      flushed: try row.decode("xlogpos"), database: try row.decode("dbname"))
  }

  /// Makes a logical slot (CREATE_REPLICATION_SLOT).
  ///
  /// - Parameters:
  ///   - name: lower-case letters, digits and underscores.
  ///   - plugin: the output plugin.
  ///   - isTemporary: whether it goes with this session.
  ///   - twoPhase: whether prepared transactions are decoded as they are prepared (PostgreSQL 15).
  ///   - snapshot: what becomes of the snapshot of the database as it is where the slot begins.
  /// - Throws: what `Connection.query` throws: `logicalDecodingOff`; `server(42710)` where the name is taken;
  ///   `server(53400)` where all slots are in use.
  public func createSlot(
    _ name: String, plugin: String = "pgoutput", isTemporary: Bool = false, twoPhase: Bool = false,
    snapshot: SnapshotAction = .export
  ) throws(PostgresError) -> CreatedSlot {
    let temporary: SQL = isTemporary ? " TEMPORARY" : ""
    // The form with parentheses came with PostgreSQL 15; the one before is still taken, but knows no TWO_PHASE
    // in the servers that have only it.
    let tail: SQL = twoPhase ? "(SNAPSHOT '\(snapshot.option)', TWO_PHASE)" : snapshot.keyword
    do {
      let row = try command(
        "CREATE_REPLICATION_SLOT \(identifier: name)\(temporary) LOGICAL \(identifier: plugin) \(tail)"
      ).onlyRow()
      return CreatedSlot(
        name: try row.decode("slot_name"), consistentPoint: try row.decode("consistent_point"),
        snapshotName: try row.decode("snapshot_name"))
    } catch  where error.code == .server(.objectNotInPrerequisiteState) {
      throw try explain(error)
    }
  }

  /// Says whether standbys are to keep a logical slot, so that it outlives the primary (ALTER_REPLICATION_SLOT).
  ///
  /// - Parameters:
  ///   - name: the slot, which nobody uses.
  ///   - failover: whether they are to.
  /// - Throws: what `Connection.query` throws; any server before PostgreSQL 17 refuses.
  public func alterSlot(_ name: String, failover: Bool) throws(PostgresError) {
    let value: SQL = failover ? "true" : "false"
    try script("ALTER_REPLICATION_SLOT \(identifier: name) (FAILOVER \(value))")
  }

  /// Drops a slot (DROP_REPLICATION_SLOT).
  ///
  /// - Parameters:
  ///   - name: the slot.
  ///   - waits: whether to wait while another session uses it.
  /// - Throws: what `Connection.query` throws: `server(42704)` where there is none of that name;
  ///   `server(55006)` where it is in use.
  public func dropSlot(_ name: String, waits: Bool = false) throws(PostgresError) {
    _ = try command("DROP_REPLICATION_SLOT \(identifier: name)\(waits ? " WAIT" : "")")
  }

  /// Runs one or more statements of SQL, as `Connection.script` does.
  ///
  /// - Throws: what `Connection.query` throws.
  @discardableResult
  public func script(_ sql: SQL) throws(PostgresError) -> [QueryResult] {
    try session.sendSimple(try session.render(sql, allowsParameters: false))
    return try session.results()
  }

  private func command(_ sql: SQL) throws(PostgresError) -> QueryResult {
    guard let result = try script(sql).last else {
      throw PostgresError(.unexpectedResult, message: "a replication command without a result", at: location)
    }
    return result
  }

  /// Says whether it was the server's `wal_level` that refused.
  private func explain(_ error: PostgresError) throws(PostgresError) -> PostgresError {
    let level = try command("SHOW wal_level").single(as: String.self)
    guard level != "logical" else { return error }
    return PostgresError(
      .logicalDecodingOff, sqlState: error.sqlState, message: "wal_level is \(level)", at: location,
      cause: error)
  }
}

/// Which server it is.
public struct SystemIdentity: Sendable, Hashable {
  /// The same for a cluster and its standbys.
  public let systemIdentifier: String
  /// Counts the promotions.
  public let timeline: Int
  /// How far the WAL was flushed to disk.
  public let flushed: LSN
  /// The database of the session.
  public let database: String?
}

/// A slot that was just made.
public struct CreatedSlot: Sendable, Hashable {
  /// Its name.
  public let name: String
  /// The stream carries every transaction committed after it, and the snapshot shows every one before.
  public let consistentPoint: LSN
  /// For `set transaction snapshot` in another session, until this one runs its next command or ends.
  public let snapshotName: String?
}

/// What becomes of the snapshot that a new slot begins with.
public enum SnapshotAction: Sendable, Hashable {
  /// Other sessions may use it by its name.
  case export
  /// It is not taken.
  case none
  /// The transaction that this session has open uses it.
  case use

  fileprivate var keyword: SQL {
    switch self {
    case .export: "EXPORT_SNAPSHOT"
    case .none: "NOEXPORT_SNAPSHOT"
    case .use: "USE_SNAPSHOT"
    }
  }

  fileprivate var option: SQL {
    switch self {
    case .export: "export"
    case .none: "nothing"
    case .use: "use"
    }
  }
}
