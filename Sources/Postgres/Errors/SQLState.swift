/// A SQLSTATE: five characters of 0-9 and A-Z that say what kind of error the server met.
///
/// The names are PostgreSQL's condition names (PostgreSQL documentation, appendix A).
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The five characters.
  public let rawValue: String

  /// A SQLSTATE from its text, or nil where it is not five of 0-9 and A-Z.
  public init?(rawValue: String) {
    let isWellFormed =
      rawValue.utf8.count == 5
      && rawValue.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    guard isWellFormed else { return nil }
    self.rawValue = rawValue
  }

  private init(_ known: StaticString) {
    rawValue = known.description
  }

  /// The first two characters, which name the class of the condition.
  public var classCode: String { String(rawValue.prefix(2)) }

  /// The five characters.
  public var description: String { rawValue }
}

extension SQLState {
  /// 08P01: the peer broke the protocol.
  public static let protocolViolation = SQLState("08P01")
  /// 0A000: the server does not do this.
  public static let featureNotSupported = SQLState("0A000")
  /// 22P02: text that is not of the type.
  public static let invalidTextRepresentation = SQLState("22P02")
  /// 23503: no row at the other end of a foreign key.
  public static let foreignKeyViolation = SQLState("23503")
  /// 23505: a key that is there already.
  public static let uniqueViolation = SQLState("23505")
  /// 25P02: a statement in a transaction that has failed.
  public static let inFailedTransaction = SQLState("25P02")
  /// 28000: the user may not come in this way (pg_hba.conf), or does not exist.
  public static let invalidAuthorization = SQLState("28000")
  /// 28P01: wrong password.
  public static let invalidPassword = SQLState("28P01")
  /// 3D000: no such database.
  public static let undefinedDatabase = SQLState("3D000")
  /// 3F000: no such schema.
  public static let undefinedSchema = SQLState("3F000")
  /// 40001: a serializable transaction that must be tried again.
  public static let serializationFailure = SQLState("40001")
  /// 40P01: a deadlock.
  public static let deadlockDetected = SQLState("40P01")
  /// 42501: a privilege is lacking.
  public static let insufficientPrivilege = SQLState("42501")
  /// 42601: not SQL.
  public static let syntaxError = SQLState("42601")
  /// 42703: no such column.
  public static let undefinedColumn = SQLState("42703")
  /// 42704: no such object: role, slot, publication, type.
  public static let undefinedObject = SQLState("42704")
  /// 42710: an object of that name is there already: slot, publication, role.
  public static let duplicateObject = SQLState("42710")
  /// 42P01: no such table.
  public static let undefinedTable = SQLState("42P01")
  /// 42P04: a database of that name is there already.
  public static let duplicateDatabase = SQLState("42P04")
  /// 42P06: a schema of that name is there already.
  public static let duplicateSchema = SQLState("42P06")
  /// 42P07: a table of that name is there already.
  public static let duplicateTable = SQLState("42P07")
  /// 53100: the server's disk is full.
  public static let diskFull = SQLState("53100")
  /// 53300: no connection is left.
  public static let tooManyConnections = SQLState("53300")
  /// 53400: a limit of the server's configuration is reached, such as max_replication_slots.
  public static let configurationLimitExceeded = SQLState("53400")
  /// 55000: an object is not in the state that this asks for; also logical decoding without wal_level=logical.
  public static let objectNotInPrerequisiteState = SQLState("55000")
  /// 55006: in use by another session, such as an active slot.
  public static let objectInUse = SQLState("55006")
  /// 55P03: a lock that could not be had at once.
  public static let lockNotAvailable = SQLState("55P03")
  /// 57014: cancelled, by a request or by statement_timeout.
  public static let queryCanceled = SQLState("57014")
  /// 57P01: the server shuts down, or an administrator ended the session.
  public static let adminShutdown = SQLState("57P01")
  /// 57P02: another server process crashed.
  public static let crashShutdown = SQLState("57P02")
  /// 57P03: the server starts, recovers or stops, and takes no connections now.
  public static let cannotConnectNow = SQLState("57P03")
  /// 58P01: a file of the server is gone, such as a WAL segment.
  public static let undefinedFile = SQLState("58P01")
}
